// SPDX-License-Identifier: Apache-2.0
#include "nernst/io/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "nernst/base/error.h"
#include "nernst/io/append.h"
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
std::string reason_of(const nlohmann::detail::exception& error) {
  std::string_view reason = error.what();
  if (const auto tag = reason.find("] "); tag != std::string_view::npos)
    reason.remove_prefix(tag + 2);
  if (reason.starts_with("parse error at "))
    if (const auto place = reason.find(": "); place != std::string_view::npos)
      reason.remove_prefix(place + 2);
  return shown(reason, 200);
}

// DEL and the controls U+0080 to U+009F, which JSON may hold as they are and a terminal obeys, as
// escapes. Outside of strings JSON has neither.
std::string escaped(std::string json) {
  const auto is_c1 = [&](std::size_t k) {
    return json[k] == '\xC2' && k + 1 < json.size() &&
           static_cast<unsigned char>(json[k + 1]) < 0xA0;
  };
  if (json.find_first_of("\x7F\xC2") == std::string::npos) return json;
  std::string result;
  for (std::size_t k = 0; k < json.size(); ++k) {
    if (json[k] == '\x7F')
      result += "\\u007f";
    else if (is_c1(k))
      result += fmt::format("\\u{:04x}", static_cast<unsigned char>(json[++k]));
    else
      result += json[k];
  }
  return result;
}

// Builds a Tree as the parser goes through a text. (nlohmann's own builder looks for each key among
// all that its table has, which takes a minute for 60,000.)
class Builder final : public nlohmann::json_sax<Tree> {
 public:
  Builder(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  Tree finish() { return std::move(root_); }

  bool null() override { return add(nullptr), true; }
  bool boolean(bool flag) override { return add(flag), true; }
  bool number_integer(number_integer_t number) override { return add(number), true; }
  bool number_unsigned(number_unsigned_t number) override { return add(number), true; }
  bool number_float(number_float_t number, const string_t&) override { return add(number), true; }
  bool string(string_t& text) override { return add(std::move(text)), true; }
  bool binary(binary_t& bytes) override { return add(std::move(bytes)), true; }

  bool start_object(std::size_t) override {
    open(Tree::object());
    keys_.emplace_back();
    return true;
  }
  bool key(string_t& key) override {
    if (!keys_.back().insert(key).second)
      throw ConfigError(name_, shown(key), "give each key of a table once");
    key_ = std::move(key);
    return true;
  }
  bool end_object() override {
    keys_.pop_back();
    return end_array();
  }
  bool start_array(std::size_t) override { return open(Tree::array()), true; }
  bool end_array() override {
    open_.pop_back();
    return true;
  }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& error) override {
    if (dynamic_cast<const Tree::parse_error*>(&error) == nullptr)
      throw ConfigError(name_, "",
                        fmt::format("is not JSON that can be read: {}", reason_of(error)));
    throw ConfigError(at_line(name_, line_of(text_, position)), "",
                      fmt::format("is not JSON: {}", reason_of(error)));
  }

 private:
  // Puts a value at its place and returns where it is.
  Tree* add(Tree value) {
    if (open_.empty()) return &(root_ = std::move(value));
    Tree& parent = *open_.back();
    if (parent.is_object()) return append(parent, std::move(key_), std::move(value));
    parent.push_back(std::move(value));
    return &parent.back();
  }
  // (the parser itself does not recurse, but what is done with the tree later does)
  void open(Tree value) {
    if (open_.size() > kMaxDepth) throw ConfigError(name_, "", too_deep());
    open_.push_back(add(std::move(value)));
  }

  std::string_view text_;
  const std::string& name_;
  Tree root_;
  std::vector<Tree*> open_;                  // from the outermost table or list to the innermost
  std::vector<std::set<std::string>> keys_;  // of the open tables
  std::string key_;
};

}  // namespace

Tree parse_json(std::string_view text, const std::string& name) {
  Builder builder(text, name);
  Tree::sax_parse(text.begin(), text.end(), &builder);
  return builder.finish();
}

std::string to_json(const Tree& value, JsonLayout layout) {
  constexpr auto replace = Tree::error_handler_t::replace;
  if (layout == JsonLayout::line) return escaped(value.dump(-1, ' ', false, replace));
  return escaped(value.dump(2, ' ', false, replace) + '\n');
}

}  // namespace nernst::io
