// SPDX-License-Identifier: Apache-2.0
#include "nernst/base/parameters.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "nernst/base/error.h"

namespace nernst {

namespace {

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

// "a number from 0 to 1", "an integer of 1 or more", "a number"
std::string range_text(std::string_view noun, const FieldNote& note) {
  const bool low = std::isfinite(note.min), high = std::isfinite(note.max);
  if (low && high) return fmt::format("{} from {} to {}", noun, note.min, note.max);
  if (low) return fmt::format("{} of {} or more", noun, note.min);
  if (high) return fmt::format("{} of {} or less", noun, note.max);
  return std::string(noun);
}

[[noreturn]] void refuse(const std::string& where, const Tree& value, const std::string& wanted) {
  std::string shown = value.dump(-1, ' ', false, Tree::error_handler_t::replace);
  if (shown.size() > 60) shown = shown.substr(0, 57) + "...";
  throw ConfigError(where, shown, "give " + wanted);
}

double read_real(const Tree& value, const std::string& where, const FieldNote& note,
                 const std::string& noun = "a number") {
  if (!value.is_number()) refuse(where, value, range_text(noun, note));
  const double x = value.get<double>();
  if (!std::isfinite(x) || x < note.min || x > note.max)
    refuse(where, value, range_text(noun, note));
  return x;
}

std::int64_t read_integer(const Tree& value, const std::string& where, const FieldNote& note) {
  const std::string noun = "an integer";
  // 3.0 and 1e3 are integers to a person
  if (value.is_number_float()) {
    const double x = value.get<double>();
    if (!std::isfinite(x) || x != std::floor(x) || std::abs(x) > 9e15)
      refuse(where, value, range_text(noun, note));
  } else if (!value.is_number_integer() ||
             (value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX)) {
    refuse(where, value, range_text(noun, note));
  }
  const auto x = value.get<std::int64_t>();
  if (static_cast<double>(x) < note.min || static_cast<double>(x) > note.max)
    refuse(where, value, range_text(noun, note));
  return x;
}

template <class T, class Read>
std::vector<T> read_list(const Tree& value, const std::string& where, const std::string& wanted,
                         Read read) {
  if (!value.is_array()) refuse(where, value, wanted);
  std::vector<T> list;
  for (std::size_t k = 0; k < value.size(); ++k)
    list.push_back(read(value[k], fmt::format("{}.{}", where, k)));
  return list;
}

void assign(const Field& field, const Tree& value, const std::string& where) {
  std::visit(
      Overloaded{[&](double* x) { *x = read_real(value, where, field.note); },
                 [&](std::int64_t* x) { *x = read_integer(value, where, field.note); },
                 [&](bool* x) {
                   if (!value.is_boolean()) refuse(where, value, "true or false");
                   *x = value.get<bool>();
                 },
                 [&](std::string* x) {
                   if (!value.is_string()) refuse(where, value, "a text in quotes");
                   *x = value.get<std::string>();
                 },
                 [&](std::optional<double>* x) {
                   if (value.is_string() && value.get<std::string>() == "auto") {
                     x->reset();
                   } else {
                     *x = read_real(value, where, field.note, "\"auto\" or a number");
                   }
                 },
                 [&](std::vector<double>* x) {
                   *x = read_list<double>(value, where, "a list of numbers",
                                          [&](const Tree& entry, const std::string& place) {
                                            return read_real(entry, place, field.note);
                                          });
                 },
                 [&](std::vector<std::int64_t>* x) {
                   *x = read_list<std::int64_t>(value, where, "a list of integers",
                                                [&](const Tree& entry, const std::string& place) {
                                                  return read_integer(entry, place, field.note);
                                                });
                 },
                 [&](std::vector<std::string>* x) {
                   *x = read_list<std::string>(value, where, "a list of texts",
                                               [&](const Tree& entry, const std::string& place) {
                                                 if (!entry.is_string())
                                                   refuse(place, entry, "a text in quotes");
                                                 return entry.get<std::string>();
                                               });
                 },
                 [&](const ChoiceTarget& choice) {
                   const std::string wanted =
                       fmt::format("one of \"{}\"", fmt::join(field.choices, "\", \""));
                   if (!value.is_string()) refuse(where, value, wanted);
                   const auto found = std::find(field.choices.begin(), field.choices.end(),
                                                value.get<std::string>());
                   if (found == field.choices.end()) refuse(where, value, wanted);
                   choice.set(static_cast<std::size_t>(found - field.choices.begin()));
                 }},
      field.target);
}

}  // namespace

Tree Field::value() const {
  return std::visit(
      Overloaded{[](const std::optional<double>* x) { return *x ? Tree(**x) : Tree("auto"); },
                 [this](const ChoiceTarget& choice) { return Tree(choices.at(choice.get())); },
                 [](const auto* x) { return Tree(*x); }},
      target);
}

std::string Field::type() const {
  return std::visit(
      Overloaded{
          [&](double*) { return range_text("a number", note); },
          [&](std::int64_t*) { return range_text("an integer", note); },
          [](bool*) { return std::string("true or false"); },
          [](std::string*) { return std::string("a text"); },
          [&](std::optional<double>*) { return range_text("\"auto\" or a number", note); },
          [](std::vector<double>*) { return std::string("a list of numbers"); },
          [](std::vector<std::int64_t>*) { return std::string("a list of integers"); },
          [](std::vector<std::string>*) { return std::string("a list of texts"); },
          [&](const ChoiceTarget&) { return fmt::format("one of {}", fmt::join(choices, ", ")); }},
      target);
}

Field& Field::where(Condition condition) {
  conditions.push_back(std::move(condition));
  return *this;
}
Field& Field::or_where(Switch alternative) {
  NERNST_CHECK(!conditions.empty());
  conditions.back().push_back(std::move(alternative));
  return *this;
}
Field& Field::always() {
  conditions.clear();
  return *this;
}

Field& Fields::add(Field field) {
  if (after_enabled_) field.where(is_on("enabled"));
  after_enabled_ = after_enabled_ || field.name == "enabled";
  return fields_.emplace_back(std::move(field));
}
Field& Fields::real(std::string name, double& target, FieldNote note) {
  return add({std::move(name), std::move(note), {}, &target});
}
Field& Fields::integer(std::string name, std::int64_t& target, FieldNote note) {
  return add({std::move(name), std::move(note), {}, &target});
}
Field& Fields::flag(std::string name, bool& target, std::string help) {
  return add({std::move(name), {.help = std::move(help)}, {}, &target});
}
Field& Fields::text(std::string name, std::string& target, std::string help) {
  return add({std::move(name), {.help = std::move(help)}, {}, &target});
}
Field& Fields::texts(std::string name, std::vector<std::string>& target, std::string help) {
  return add({std::move(name), {.help = std::move(help)}, {}, &target});
}
Field& Fields::real_or_auto(std::string name, std::optional<double>& target, FieldNote note) {
  return add({std::move(name), std::move(note), {}, &target});
}
Field& Fields::reals(std::string name, std::vector<double>& target, FieldNote note) {
  return add({std::move(name), std::move(note), {}, &target});
}
Field& Fields::integers(std::string name, std::vector<std::int64_t>& target, FieldNote note) {
  return add({std::move(name), std::move(note), {}, &target});
}
Field& Fields::add_choice(std::string name, std::vector<std::string> choices, std::string help,
                          ChoiceTarget target) {
  return add({std::move(name), {.help = std::move(help)}, std::move(choices), std::move(target)});
}

void Fields::all_where(const Condition& condition, const std::function<void()>& describe) {
  const std::size_t first = fields_.size();
  describe();
  for (std::size_t k = first; k < fields_.size(); ++k) fields_[k].where(condition);
}

const Field* Fields::find(std::string_view name) const {
  for (const Field& field : fields_)
    if (field.name == name) return &field;
  return nullptr;
}

void read_fields(const Tree& table, const std::string& path, const Fields& fields,
                 const std::vector<std::string>& elsewhere) {
  if (!table.is_object()) refuse(path, table, "a table");
  for (const auto& [key, value] : table.items()) {
    if (std::find(elsewhere.begin(), elsewhere.end(), key) != elsewhere.end()) continue;
    const Field* field = fields.find(key);
    if (field == nullptr) {
      std::vector<std::string> known = elsewhere;
      for (const Field& candidate : fields.all()) known.push_back(candidate.name);
      const auto near = nearest_name(key, known);
      throw ConfigError(join_path(path, key), "",
                        near ? fmt::format("no such key; did you mean \"{}\"?", *near)
                             : fmt::format("no such key; known here: {}", fmt::join(known, ", ")));
    }
    assign(*field, value, join_path(path, key));
  }
}

Tree write_fields(const Fields& fields) {
  Tree table = Tree::object();
  for (const Field& field : fields.all()) table[field.name] = field.value();
  return table;
}

namespace {

// Letters to add, to leave out, to replace or to exchange with their neighbour (optimal string
// alignment).
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last, last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j < last.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = a[i - 1] == b[j - 1];
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    before_last = std::exchange(last, row);
  }
  return last.back();
}

// Whether `name` is how `whole` begins, one of its words, or the first letters of them: "learn",
// "rate" or "lr" for "learning_rate".
bool is_short_for(std::string_view name, std::string_view whole) {
  if (name.size() < 2) return false;
  std::string initials;
  bool is_word = false;
  for (std::size_t begin = 0; begin < whole.size();) {
    const std::size_t end = std::min(whole.find('_', begin), whole.size());
    const std::string_view word = whole.substr(begin, end - begin);
    if (!word.empty()) initials += word.front();
    is_word = is_word || word == name;
    begin = end + 1;
  }
  return is_word || name == initials || (name.size() > 2 && whole.starts_with(name));
}

}  // namespace

std::optional<std::string> nearest_name(std::string_view name,
                                        const std::vector<std::string>& known) {
  if (name.size() > 200) return std::nullopt;
  std::optional<std::string> best;
  std::size_t best_distance = std::max<std::size_t>(1, name.size() / 3) + 1;
  for (const std::string& candidate : known) {
    const std::size_t distance = edit_distance(name, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  if (best) return best;
  // what is no slip may be short for one of them
  for (const std::string& candidate : known) {
    if (!is_short_for(name, candidate)) continue;
    if (best) return std::nullopt;
    best = candidate;
  }
  return best;
}

std::string join_path(std::string_view path, std::string_view name) {
  return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
}

std::string text_in(const Tree& table, const char* key) {
  return table.is_object() && table.contains(key) && table[key].is_string()
             ? table[key].get<std::string>()
             : "";
}

void merge_tables(Tree& base, const Tree& changes) {
  for (const auto& [key, value] : changes.items()) {
    if (value.is_object() && base.contains(key) && base[key].is_object()) {
      merge_tables(base[key], value);
    } else {
      base[key] = value;
    }
  }
}

}  // namespace nernst
