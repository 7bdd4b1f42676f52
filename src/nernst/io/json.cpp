// SPDX-License-Identifier: Apache-2.0
#include "nernst/io/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <vector>

#include "nernst/base/error.h"
#include "nernst/io/depth.h"
#include "nernst/io/text.h"

namespace nernst::io {

namespace {

std::size_t line_of(std::string_view text, std::size_t position) {
  const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(position, text.size()));
  return 1 + static_cast<std::size_t>(std::count(text.begin(), end, '\n'));
}

// "[json.exception.parse_error.101] parse error at line 1, column 2: reason" without all that we
// say ourselves
std::string reason_of(const Tree::exception& error) {
  std::string_view reason = error.what();
  if (const auto tag = reason.find("] "); tag != std::string_view::npos)
    reason.remove_prefix(tag + 2);
  if (reason.starts_with("parse error at "))
    if (const auto place = reason.find(": "); place != std::string_view::npos)
      reason.remove_prefix(place + 2);
  return shown(reason, 200);
}

}  // namespace

Tree parse_json(std::string_view text, const std::string& name) {
  // the parser itself does not recurse, but what is done with the tree later does
  std::vector<std::set<std::string>> keys_of_tables;
  const auto watch = [&](int depth, Tree::parse_event_t event, Tree& parsed) {
    using Event = Tree::parse_event_t;
    if (event == Event::object_start || event == Event::array_start) {
      if (static_cast<std::size_t>(depth) > kMaxDepth) throw ConfigError(name, "", too_deep());
    }
    if (event == Event::object_start) keys_of_tables.emplace_back();
    if (event == Event::object_end) keys_of_tables.pop_back();
    if (event == Event::key && !keys_of_tables.back().insert(parsed.get<std::string>()).second)
      throw ConfigError(name, shown(parsed.get<std::string>()), "give each key of a table once");
    return true;
  };
  try {
    return Tree::parse(text.begin(), text.end(), watch);
  } catch (const Tree::parse_error& error) {
    throw ConfigError(at_line(name, line_of(text, error.byte)), "",
                      fmt::format("is not JSON: {}", reason_of(error)));
  } catch (const Tree::exception& error) {
    throw ConfigError(name, "", fmt::format("is not JSON that can be read: {}", reason_of(error)));
  }
}

std::string to_json(const Tree& value, JsonLayout layout) {
  constexpr auto replace = Tree::error_handler_t::replace;
  if (layout == JsonLayout::line) return value.dump(-1, ' ', false, replace);
  return value.dump(2, ' ', false, replace) + '\n';
}

}  // namespace nernst::io
