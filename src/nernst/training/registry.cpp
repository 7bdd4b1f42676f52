// SPDX-License-Identifier: Apache-2.0
// Schedules and update rules by name, from the lists of files that the build makes.
#include <fmt/format.h>

#include "nernst/base/error.h"
#include "nernst/base/parameters.h"
#include "nernst/training/all_schedules.h"
#include "nernst/training/all_update_rules.h"

namespace nernst {

namespace {

template <class... Items, template <class...> class List>
std::vector<NamedHelp> names_of(List<Items...>) {
  return {{Items::kName, Items::kHelp}...};
}

template <class Base, class... Items, template <class...> class List>
std::unique_ptr<Base> make_by_name(List<Items...> list, const std::string& field,
                                   const std::string& name) {
  std::unique_ptr<Base> made;
  (void)((name == Items::kName ? (made = std::make_unique<Items>(), true) : false) || ...);
  if (made) return made;
  std::vector<std::string> known;
  for (const NamedHelp& item : names_of(list)) known.emplace_back(item.name);
  const auto near = nearest_name(name, known);
  throw ConfigError(field, fmt::format("\"{}\"", name),
                    near ? fmt::format("no such name; did you mean \"{}\"?", *near)
                         : fmt::format("no such name; there are {}", fmt::join(known, ", ")));
}

}  // namespace

std::unique_ptr<Schedule> make_schedule(const std::string& name) {
  return make_by_name<Schedule>(AllSchedules(), "training.schedule", name);
}
std::vector<NamedHelp> schedules() { return names_of(AllSchedules()); }

std::unique_ptr<UpdateRule> make_update_rule(const std::string& name, const Tree& options) {
  auto rule = make_by_name<UpdateRule>(AllUpdateRules(), "training.update", name);
  read_fields(options, "training." + name, fields_of(*rule));
  return rule;
}
std::vector<NamedHelp> update_rules() { return names_of(AllUpdateRules()); }

}  // namespace nernst
