// SPDX-License-Identifier: Apache-2.0
// Parameter tables: a parameter's name, unit, default, range and help are written once, in the
// `describe` function of its struct; the config parser, the resolved config, `--help` and the docs
// all read that.
//
//   struct RetentionSpec {
//     double tau_s = 0;
//     void describe(Fields& f) {
//       f.real("tau_s", tau_s, {.unit = "s", .min = 0, .help = "time constant; 0 = keeps for
//       ever"});
//     }
//   };
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace nernst {

// A tree of tables, lists and values, as TOML and JSON have them; keys keep their order.
using Tree = nlohmann::ordered_json;

struct FieldNote {
  std::string unit = {};  // SI, unprefixed, "" for a pure number
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
  std::string help;
};

// Reads and writes an enumeration by the position of its name in `Field::choices`.
struct ChoiceTarget {
  std::function<std::size_t()> get;
  std::function<void(std::size_t)> set;
};

// One parameter, bound to the variable that holds it (which holds its default until it is read).
struct Field {
  using Target = std::variant<double*, std::int64_t*, bool*, std::string*, std::optional<double>*,
                              std::vector<double>*, std::vector<std::int64_t>*,
                              std::vector<std::string>*, ChoiceTarget>;
  std::string name;
  FieldNote note;
  std::vector<std::string> choices;  // for a choice: its names
  Target target;

  Tree value() const;
  std::string type() const;  // "number", "integer", "number or \"auto\"", "one of a, b, c", ...
};

class Fields {
 public:
  void real(std::string name, double& target, FieldNote note);
  void integer(std::string name, std::int64_t& target, FieldNote note);
  void flag(std::string name, bool& target, std::string help);
  void text(std::string name, std::string& target, std::string help);
  void texts(std::string name, std::vector<std::string>& target, std::string help);
  // a number, or the word "auto" for an empty optional
  void real_or_auto(std::string name, std::optional<double>& target, FieldNote note);
  void reals(std::string name, std::vector<double>& target, FieldNote note);
  void integers(std::string name, std::vector<std::int64_t>& target, FieldNote note);

  // an enumeration whose values 0, 1, 2, ... have the given names
  template <class Enum>
  void choice(std::string name, Enum& target, std::initializer_list<const char*> names,
              std::string help) {
    add_choice(std::move(name), {names.begin(), names.end()}, std::move(help),
               {[&target] { return static_cast<std::size_t>(target); },
                [&target](std::size_t k) { target = static_cast<Enum>(k); }});
  }

  const std::vector<Field>& all() const& { return fields_; }
  // the fields of a temporary would be gone before they are read
  const std::vector<Field>& all() && = delete;
  const Field* find(std::string_view name) const;

 private:
  void add_choice(std::string name, std::vector<std::string> choices, std::string help,
                  ChoiceTarget target);
  std::vector<Field> fields_;
};

template <class Spec>
Fields fields_of(Spec& spec) {
  Fields fields;
  spec.describe(fields);
  return fields;
}

// Assigns every entry of `table` to the field of its name. `path` ("chip.wires") is put before
// names in errors. Throws ConfigError for an unknown key (naming the nearest known one), a wrong
// type, a number out of range or not finite. Keys in `elsewhere` are passed over: somebody else
// reads them.
void read_fields(const Tree& table, const std::string& path, const Fields& fields,
                 const std::vector<std::string>& elsewhere = {});

// The table that read_fields would read back to the same values.
Tree write_fields(const Fields& fields);

// The known name with the smallest edit distance, if it is near enough to be a likely slip.
std::optional<std::string> nearest_name(std::string_view name,
                                        const std::vector<std::string>& known);

// `path.name`, or `name` at the top.
std::string join_path(std::string_view path, std::string_view name);

}  // namespace nernst
