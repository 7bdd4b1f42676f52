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

// What the value of another key must be. A name without a dot is a key of the same table; a name
// with dots is the whole path of a key ("chip.dac_bits"). Where the path leads through a list
// ("network.layer.bias"), one entry that fits is enough.
struct Switch {
  std::string key;
  std::vector<std::string> values;  // as `switch_text` writes them
  enum class Holds { for_these, for_others } holds = Holds::for_these;
};

// The switch is on where its key has one of `values`; where it has none of them; where it is true;
// where it is not 0.
Switch is(std::string key, std::vector<std::string> values);
Switch is_not(std::string key, std::vector<std::string> values);
Switch is_on(std::string key);
Switch is_not_zero(std::string key);

// A key is read where one of these switches is on.
using Condition = std::vector<Switch>;

// A value as switches compare it: a text without quotes, "true", "0", "0.5".
std::string switch_text(const Tree& value);
// "coding = stochastic", "chip.dac_bits is not 0"; alternatives are joined by "or".
std::string condition_text(const Condition& condition);

// One parameter, bound to the variable that holds it (which holds its default until it is read).
struct Field {
  using Target = std::variant<double*, std::int64_t*, bool*, std::string*, std::optional<double>*,
                              std::vector<double>*, std::vector<std::int64_t>*,
                              std::vector<std::string>*, ChoiceTarget>;
  std::string name;
  FieldNote note;
  std::vector<std::string> choices;  // for a choice: its names
  Target target;
  std::vector<Condition> conditions = {};  // the key has an effect only where all of them hold

  // Adds a condition; says that the last one also holds where `alternative` is on; drops all.
  Field& where(Condition condition);
  Field& where(Switch condition) { return where(Condition{std::move(condition)}); }
  Field& or_where(Switch alternative);
  Field& always();

  Tree value() const;
  std::string type() const;  // "number", "integer", "number or \"auto\"", "one of a, b, c", ...
};

// The parameters of one table. After a flag "enabled", keys are read only where it is true. What is
// returned can be given conditions, until the next field is added:
//   f.real("step_factor", step_factor, {...}).where(is("learning_rate_shape", {"step"}));
class Fields {
 public:
  Field& real(std::string name, double& target, FieldNote note);
  Field& integer(std::string name, std::int64_t& target, FieldNote note);
  Field& flag(std::string name, bool& target, std::string help);
  Field& text(std::string name, std::string& target, std::string help);
  Field& texts(std::string name, std::vector<std::string>& target, std::string help);
  // a number, or the word "auto" for an empty optional
  Field& real_or_auto(std::string name, std::optional<double>& target, FieldNote note);
  Field& reals(std::string name, std::vector<double>& target, FieldNote note);
  Field& integers(std::string name, std::vector<std::int64_t>& target, FieldNote note);

  // an enumeration whose values 0, 1, 2, ... have the given names
  template <class Enum>
  Field& choice(std::string name, Enum& target, std::initializer_list<const char*> names,
                std::string help) {
    return add_choice(std::move(name), {names.begin(), names.end()}, std::move(help),
                      {[&target] { return static_cast<std::size_t>(target); },
                       [&target](std::size_t k) { target = static_cast<Enum>(k); }});
  }

  // Every field that `describe` adds has this condition too.
  void all_where(const Condition& condition, const std::function<void()>& describe);

  const std::vector<Field>& all() const& { return fields_; }
  // the fields of a temporary would be gone before they are read
  const std::vector<Field>& all() && = delete;
  const Field* find(std::string_view name) const;

 private:
  Field& add(Field field);
  Field& add_choice(std::string name, std::vector<std::string> choices, std::string help,
                    ChoiceTarget target);
  std::vector<Field> fields_;
  bool after_enabled_ = false;
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

// The known name with the smallest edit distance, if it is near enough to be a likely slip; else
// the only one that `name` is short for.
std::optional<std::string> nearest_name(std::string_view name,
                                        const std::vector<std::string>& known);

// The first condition of `field`, a key of `table`, that does not hold; `top` is the whole config,
// for switches in other tables. Null where all hold.
const Condition* unmet_condition(const Field& field, const Tree& table, const Tree& top);
// The same for conditions that a whole table has.
bool holds(const Condition& condition, const Tree& table, const Tree& top);
// What keeps a condition from holding, and what would do: "chip.wires.enabled is false (give
// true)". `path` is that of the table of the field.
std::string unmet_text(const Condition& condition, const std::string& path, const Tree& table,
                       const Tree& top);

// `path.name`, or `name` at the top.
std::string join_path(std::string_view path, std::string_view name);

// The text under `key`; "" where `table` is none or has no text there.
std::string text_in(const Tree& table, const char* key);

// Puts `changes` over `base`, table by table.
void merge_tables(Tree& base, const Tree& changes);

}  // namespace nernst
