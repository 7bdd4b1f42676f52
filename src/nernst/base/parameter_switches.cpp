// SPDX-License-Identifier: Apache-2.0
// Switches of parameters: what makes a key of a table have an effect, and what is said where it has
// none.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "nernst/base/error.h"
#include "nernst/base/parameters.h"

namespace nernst {

namespace {

// Calls `use(value)` for every value that the rest of a path, from `begin` on, leads to.
void for_each_value(const Tree& tree, std::string_view path,
                    const std::function<void(const Tree&)>& use) {
  if (tree.is_array()) {
    for (const Tree& entry : tree) for_each_value(entry, path, use);
    return;
  }
  if (path.empty()) return use(tree);
  const std::size_t end = std::min(path.find('.'), path.size());
  const std::string key(path.substr(0, end));
  if (!tree.is_object() || !tree.contains(key)) return;
  for_each_value(tree[key], path.substr(std::min(end + 1, path.size())), use);
}

bool has_dots(const std::string& key) { return key.find('.') != std::string::npos; }

// The values of the key of a switch, as texts; a key that is nowhere is a slip of ours.
std::vector<std::string> values_of(const Switch& one, const Tree& table, const Tree& top) {
  std::vector<std::string> values;
  for_each_value(has_dots(one.key) ? top : table, one.key,
                 [&](const Tree& value) { values.push_back(switch_text(value)); });
  NERNST_CHECK(!values.empty());
  return values;
}

bool fits(const Switch& one, const std::string& value) {
  const bool there = std::find(one.values.begin(), one.values.end(), value) != one.values.end();
  return there == (one.holds == Switch::Holds::for_these);
}

// "stochastic or count"
std::string listed(const std::vector<std::string>& values) {
  return fmt::format("{}", fmt::join(values, " or "));
}

}  // namespace

Switch is(std::string key, std::vector<std::string> values) {
  return {std::move(key), std::move(values), Switch::Holds::for_these};
}
Switch is_not(std::string key, std::vector<std::string> values) {
  return {std::move(key), std::move(values), Switch::Holds::for_others};
}
Switch is_on(std::string key) { return is(std::move(key), {"true"}); }
Switch is_not_zero(std::string key) { return is_not(std::move(key), {"0"}); }

std::string switch_text(const Tree& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number() && value.get<double>() == 0) return "0";
  return value.dump(-1, ' ', false, Tree::error_handler_t::replace);
}

std::string condition_text(const Condition& condition) {
  std::string text;
  for (const Switch& one : condition)
    text += fmt::format("{}{} {} {}", text.empty() ? "" : " or ", one.key,
                        one.holds == Switch::Holds::for_these ? "=" : "is not",
                        one.values == std::vector<std::string>{""} ? "\"\"" : listed(one.values));
  return text;
}

bool holds(const Condition& condition, const Tree& table, const Tree& top) {
  return std::any_of(condition.begin(), condition.end(), [&](const Switch& one) {
    const std::vector<std::string> values = values_of(one, table, top);
    return std::any_of(values.begin(), values.end(),
                       [&](const std::string& value) { return fits(one, value); });
  });
}

const Condition* unmet_condition(const Field& field, const Tree& table, const Tree& top) {
  for (const Condition& condition : field.conditions)
    if (!holds(condition, table, top)) return &condition;
  return nullptr;
}

std::string unmet_text(const Condition& condition, const std::string& path, const Tree& table,
                       const Tree& top) {
  std::string state, remedy;
  for (const Switch& one : condition) {
    const std::string key = has_dots(one.key) ? one.key : join_path(path, one.key);
    const std::string value = values_of(one, table, top).front();
    state += fmt::format("{}{} is {}", state.empty() ? "" : " and ", key,
                         value.empty() ? "\"\"" : value);
    const std::string other = condition.size() > 1 ? key + " " : "";
    remedy += fmt::format("{}{}{}", remedy.empty() ? "" : ", or ", other,
                          one.holds == Switch::Holds::for_these ? listed(one.values)
                          : one.values.front() == "0"           ? "more than 0"
                                                                : "another value");
  }
  return fmt::format("{} (give {})", state, remedy);
}

}  // namespace nernst
