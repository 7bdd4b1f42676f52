// SPDX-License-Identifier: Apache-2.0
#include "nernst/io/toml.h"

#include <fmt/format.h>

// Compiled from its headers (under the sanitizers), toml++ asserts of a text what it looks at only
// afterwards.
#ifndef NDEBUG
#define TOML_ASSERT(expr) static_cast<void>(0)
#endif
#include <toml++/toml.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "nernst/base/error.h"
#include "nernst/io/append.h"
#include "nernst/io/depth.h"
#include "nernst/io/text.h"
#include "nernst/io/toml_guard.h"

namespace nernst::io {

namespace {

// From toml++ to a Tree, with keys in the order of the text (toml++ sorts them by name).
class Converter {
 public:
  explicit Converter(const std::string& name) : name_(name) {}

  Tree table(const toml::table& source, std::size_t level) const {
    check_level(level, source);
    std::vector<std::pair<const toml::key*, const toml::node*>> entries;
    for (const auto& [key, node] : source) entries.emplace_back(&key, &node);
    std::sort(entries.begin(), entries.end(),
              [](const auto& a, const auto& b) { return place(*a.first) < place(*b.first); });
    Tree result = Tree::object();
    for (const auto& [key, node] : entries)
      append(result, std::string(key->str()), value(*node, level));
    return result;
  }

 private:
  static std::pair<std::size_t, std::size_t> place(const toml::key& key) {
    return {key.source().begin.line, key.source().begin.column};
  }

  Tree value(const toml::node& node, std::size_t level) const {
    if (const toml::table* table_node = node.as_table()) return table(*table_node, level + 1);
    if (const toml::array* list = node.as_array()) {
      check_level(level + 1, node);
      Tree result = Tree::array();
      for (const toml::node& entry : *list) result.push_back(value(entry, level + 1));
      return result;
    }
    if (const auto* text = node.as_string()) return Tree(text->get());
    if (const auto* integer = node.as_integer()) return Tree(integer->get());
    if (const auto* flag = node.as_boolean()) return Tree(flag->get());
    if (const auto* number = node.as_floating_point()) {
      if (!std::isfinite(number->get())) refuse(node, "give a finite number, neither inf nor nan");
      return Tree(number->get());
    }
    refuse(node, "dates and times are not used here; give a text in quotes");
  }

  void check_level(std::size_t level, const toml::node& node) const {
    if (level > kMaxDepth) refuse(node, too_deep());
  }

  [[noreturn]] void refuse(const toml::node& node, const std::string& remedy) const {
    throw ConfigError(at_line(name_, node.source().begin.line), "", remedy);
  }

  const std::string& name_;
};

}  // namespace

Tree parse_toml(std::string_view text, const std::string& name) {
  const std::string guarded = guard_toml(text, name);
  try {
    return Converter(name).table(toml::parse(guarded, name), 0);
  } catch (const toml::parse_error& error) {
    throw ConfigError(at_line(name, error.source().begin.line), "",
                      fmt::format("is not TOML: {}", shown(error.description(), 200)));
  }
}

}  // namespace nernst::io
