// SPDX-License-Identifier: Apache-2.0
// `--set table.key=value`: one assignment carried out on a Tree.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <vector>

#include "nernst/base/error.h"
#include "nernst/base/parameters.h"
#include "nernst/io/depth.h"
#include "nernst/io/text.h"
#include "nernst/io/toml.h"

namespace nernst::io {

namespace {

struct Assignment {
  std::vector<std::string> path;
  std::string_view value;
};

Assignment split(std::string_view assignment) {
  const auto refuse = [&] {
    throw ConfigError("--set", shown(assignment), "give table.key=value");
  };
  const std::size_t equals = assignment.find('=');
  if (equals == std::string_view::npos) refuse();
  Assignment result{{}, trimmed(assignment.substr(equals + 1))};
  std::string_view rest = trimmed(assignment.substr(0, equals));
  for (;;) {
    const std::string_view key = rest.substr(0, rest.find('.'));
    if (key.empty() || !is_utf8(key) || key.find_first_of(" \t\r\n\"'[]{}#,") != key.npos) refuse();
    result.path.emplace_back(key);
    if (key.size() == rest.size()) return result;
    rest.remove_prefix(key.size() + 1);
  }
}

Tree read_value(std::string_view text, const std::string& where) {
  const auto refuse = [&](const char* remedy) { throw ConfigError(where, shown(text), remedy); };
  try {
    Tree read = parse_toml(fmt::format("value = {}", text), where);
    // a line end in the text could have smuggled in a second key
    if (read.size() == 1) return read.front();
  } catch (const ConfigError&) {
    // not TOML: judged below
  }
  // numbers as people type them and TOML does not: .5, 1., 007
  if (const auto number = parse_number(text)) return Tree(*number);
  std::string_view magnitude = text;
  if (text.starts_with('+') || text.starts_with('-')) magnitude.remove_prefix(1);
  if (magnitude == "inf" || magnitude == "nan") refuse("give a finite number");
  if (!text.empty() && std::string_view("\"'[{").find(text[0]) != std::string_view::npos)
    refuse("close the quotes and brackets, as TOML has them");
  if (!is_utf8(text)) refuse("give text in UTF-8");
  return Tree(std::string(text));
}

// The entry of a list that `key` names.
Tree& entry_of(Tree& list, const std::string& key, const std::string& list_path) {
  std::size_t index = list.size();
  if (is_index(key)) std::from_chars(key.data(), key.data() + key.size(), index);
  if (index < list.size()) return list[index];
  throw ConfigError(join_path(list_path, key), "",
                    list.empty() ? fmt::format("{} has no entries", list_path)
                                 : fmt::format("{} has {} entries; give an index from 0 to {}",
                                               list_path, list.size(), list.size() - 1));
}

}  // namespace

void set_value(Tree& tree, std::string_view assignment) {
  if (tree.is_null()) tree = Tree::object();
  NERNST_CHECK(tree.is_object());
  const Assignment wanted = split(assignment);
  const std::string where = fmt::format("{}", fmt::join(wanted.path, "."));
  Tree value = read_value(wanted.value, where);
  if (wanted.path.size() - 1 + (value.is_structured() ? 1 + depth_of(value) : 0) > kMaxDepth)
    throw ConfigError(shown(where), "", too_deep());

  // down to the place, through what is there already
  Tree* place = &tree;
  std::string path;
  std::size_t step = 0;
  for (; step < wanted.path.size(); ++step) {
    const std::string& key = wanted.path[step];
    if (place->is_array()) {
      place = &entry_of(*place, key, path);
    } else if (!place->is_object()) {
      throw ConfigError(path, shown(place->dump(-1, ' ', false, Tree::error_handler_t::replace)),
                        fmt::format("is not a table, so \"{}\" cannot be set in it", key));
    } else if (const auto found = place->find(key); found != place->end()) {
      place = &*found;
    } else {
      break;
    }
    path = join_path(path, key);
  }

  // the rest of the path is new; a number in it was meant for a list, and there is none
  for (std::size_t k = step; k < wanted.path.size(); ++k) {
    if (!is_index(wanted.path[k])) continue;
    std::vector<std::string> lists;
    for (const auto& [key, entry] : place->items())
      if (entry.is_array()) lists.push_back(key);
    const auto near = nearest_name(wanted.path[step], lists);
    const std::string list = join_path(path, wanted.path[step]);
    throw ConfigError(
        where, "",
        fmt::format("the config has no list {} with an entry {}", list, wanted.path[k]) +
            (near ? fmt::format("; did you mean {}.{}?", join_path(path, *near), wanted.path[k])
                  : ""));
  }
  for (; step < wanted.path.size(); ++step) {
    if (place->is_null()) *place = Tree::object();
    place = &(*place)[wanted.path[step]];
  }
  *place = std::move(value);
}

}  // namespace nernst::io
