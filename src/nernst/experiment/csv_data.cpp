// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/csv_data.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "nernst/base/error.h"
#include "nernst/io/csv.h"
#include "nernst/io/text.h"

namespace nernst {

namespace {

io::CsvFormat format_of(const DataSpec& spec) {
  constexpr char separators[] = {',', ';', '\t', ' '};
  return {.separator = separators[static_cast<std::size_t>(spec.separator)],
          .skip_lines = static_cast<std::size_t>(spec.skip_lines)};
}

io::CsvTable read_table(const CsvSource& source, const DataSpec& spec) {
  io::CsvTable table = io::parse_csv(source.bytes, source.name, format_of(spec));
  if (table.rows() == 0) throw ConfigError(source.name, "", "has no samples");
  if (table.columns() < 2)
    throw ConfigError(source.name, "",
                      "has one column only; give a label and at least one number in each line, "
                      "separated as data.separator says");
  return table;
}

std::size_t find_label_column(const io::CsvTable& table, const std::string& wanted) {
  const std::size_t columns = table.columns();
  if (wanted == "first") return 0;
  if (wanted == "last") return columns - 1;
  if (table.has_column(wanted)) return table.column(wanted);

  const std::string value = in_quotes(wanted);
  if (io::is_index(wanted)) {
    const auto index = io::parse_number(wanted);
    if (index && *index < static_cast<double>(columns)) return static_cast<std::size_t>(*index);
    throw ConfigError("data.label_column", value,
                      fmt::format("the columns of {} are 0 to {}", table.name(), columns - 1));
  }
  if (table.header().empty())
    throw ConfigError(
        "data.label_column", value,
        fmt::format("{} has no first row with names; give \"first\", \"last\" or 0 to {}",
                    table.name(), columns - 1));
  const auto near = nearest_name(wanted, table.header());
  throw ConfigError("data.label_column", value,
                    near ? fmt::format("{} has no such column; did you mean \"{}\"?", table.name(),
                                       io::shown(*near))
                         : fmt::format("{} has no such column; give \"first\", \"last\" or 0 to {}",
                                       table.name(), columns - 1));
}

// A column as the errors of io::CsvTable call it.
std::string title_of(const io::CsvTable& table, std::size_t column) {
  if (table.header().empty()) return fmt::format("column {}", column + 1);
  return fmt::format("column {} ({})", column + 1, in_quotes(table.header()[column]));
}

std::string_view label_text(const io::CsvTable& table, std::size_t row, std::size_t column) {
  const std::string_view text = table.text(row, column);
  if (text.empty())
    throw ConfigError(io::at_line(table.name(), table.line(row)), "",
                      fmt::format("has no label in {}", title_of(table, column)));
  return text;
}

// The classes of a table: each different label, in order.
class Labels {
 public:
  Labels(const io::CsvTable& table, std::size_t column) : numeric_(table.is_numeric(column)) {
    for (std::size_t row = 0; row < table.rows(); ++row) {
      const std::string_view text = label_text(table, row, column);
      classes_.try_emplace(key(text), Entry{0, io::shown(text), std::string(text)});
      if (classes_.size() > kMaxClasses)
        throw ConfigError(table.name(), "",
                          fmt::format("has more than {} different labels in {}; is "
                                      "data.label_column right?",
                                      kMaxClasses, title_of(table, column)));
    }
    std::uint32_t number = 0;
    for (auto& [label, entry] : classes_) entry.number = number++;
  }

  // As they are shown, and as they stand in the file.
  std::vector<std::string> names() const {
    std::vector<std::string> result;
    for (const auto& [label, entry] : classes_) result.push_back(entry.name);
    return result;
  }
  std::vector<std::string> texts() const {
    std::vector<std::string> result;
    for (const auto& [label, entry] : classes_) result.push_back(entry.text);
    return result;
  }

  std::vector<std::uint32_t> of(const io::CsvTable& table, std::size_t column) const {
    std::vector<std::uint32_t> labels(table.rows());
    for (std::size_t row = 0; row < table.rows(); ++row) {
      const std::string_view text = label_text(table, row, column);
      const auto found = classes_.find(key(text));
      if (found == classes_.end())
        throw ConfigError(io::at_line(table.name(), table.line(row)), in_quotes(text),
                          "no training sample has this label");
      labels[row] = found->second.number;
    }
    return labels;
  }

 private:
  // labels that are numbers are the same when their values are ("1" and "1.0")
  using Key = std::pair<double, std::string>;
  Key key(std::string_view text) const {
    const auto number = numeric_ ? io::parse_number(text) : std::nullopt;
    return number ? Key(*number, "") : Key(0, text);
  }

  struct Entry {
    std::uint32_t number;
    std::string name, text;
  };
  bool numeric_;
  std::map<Key, Entry> classes_;
};

// All columns but that of the labels.
std::vector<std::size_t> feature_columns(const io::CsvTable& table,
                                         std::optional<std::size_t> label_column) {
  std::vector<std::size_t> columns;
  for (std::size_t column = 0; column < table.columns(); ++column)
    if (column != label_column) columns.push_back(column);
  return columns;
}

// The numbers of these columns, in this order.
Matrix<double> inputs_of(const io::CsvTable& table, const std::vector<std::size_t>& columns) {
  refuse_too_large(table.rows(), columns.size());
  Matrix<double> inputs(table.rows(), columns.size());
  for (std::size_t row = 0; row < table.rows(); ++row) {
    for (std::size_t feature = 0; feature < columns.size(); ++feature) {
      const double number = table.number(row, columns[feature]);
      if (std::abs(number) > std::numeric_limits<float>::max())
        throw ConfigError(
            io::at_line(table.name(), table.line(row)), number,
            fmt::format("give a number below 3e38 in {}", title_of(table, columns[feature])));
      inputs(row, feature) = number;
    }
  }
  return inputs;
}

RawSamples samples_of(const io::CsvTable& table, std::size_t label_column, const Labels& labels) {
  return {inputs_of(table, feature_columns(table, label_column)), labels.of(table, label_column)};
}

// The columns of a table as a fit wants them.
struct Columns {
  std::vector<std::size_t> features;
  std::optional<std::size_t> label;
  std::string passed_over;  // names
};

// By their names, where both have some; nothing where a name of the fit is missing in the table.
std::optional<Columns> columns_by_name(const io::CsvTable& table, const DataFit& fit) {
  Columns columns;
  std::vector<bool> used(table.columns());
  for (const std::string& name : fit.feature_names) {
    if (!table.has_column(name)) return std::nullopt;
    columns.features.push_back(table.column(name));
    used[columns.features.back()] = true;
  }
  if (!fit.label_name.empty() && table.has_column(fit.label_name)) {
    columns.label = table.column(fit.label_name);
    used[*columns.label] = true;
  }
  for (std::size_t column = 0; column < table.columns(); ++column)
    if (!used[column])
      columns.passed_over +=
          (columns.passed_over.empty() ? "" : ", ") + io::shown(table.header()[column]);
  return columns;
}

Columns columns_for(const io::CsvTable& table, const DataSpec& spec, const DataFit& fit) {
  if (!table.header().empty() && !fit.feature_names.empty()) {
    if (auto named = columns_by_name(table, fit)) return std::move(*named);
    for (const std::string& name : fit.feature_names)
      if (!table.has_column(name))
        throw ConfigError(table.name(), in_quotes(name),
                          "is a column that the network was trained on, and this table has none of "
                          "that name; name its columns as the training data do, or leave the names "
                          "out and keep the order");
  }
  Columns columns;
  if (table.columns() != fit.features()) {
    if (table.columns() != fit.features() + 1)
      throw ConfigError(table.name(), fmt::format("{} columns", table.columns()),
                        fmt::format("the network was trained on {} features: give these, with or "
                                    "without a column of labels",
                                    fit.features()));
    columns.label = find_label_column(table, spec.label_column);
  }
  columns.features = feature_columns(table, columns.label);
  return columns;
}

void check_same_columns(const io::CsvTable& train, const io::CsvTable& test) {
  if (test.columns() != train.columns())
    throw ConfigError(test.name(), "",
                      fmt::format("has {} columns; give {} as in {}", test.columns(),
                                  train.columns(), train.name()));
  if (!train.header().empty() && !test.header().empty() && test.header() != train.header())
    throw ConfigError(test.name(), "",
                      fmt::format("has other names of columns than {}", train.name()));
}

}  // namespace

RawData csv_data(const CsvSource& train, const CsvSource* test, const DataSpec& spec) {
  const io::CsvTable train_table = read_table(train, spec);
  const std::size_t label_column = find_label_column(train_table, spec.label_column);
  const Labels labels(train_table, label_column);

  RawData raw{.title = train.name, .classes = labels.names(), .train = {}, .test = {}};
  raw.labels = labels.texts();
  if (!train_table.header().empty()) {
    raw.label_name = train_table.header()[label_column];
    for (const std::size_t column : feature_columns(train_table, label_column))
      raw.feature_names.push_back(train_table.header()[column]);
  }
  raw.train = samples_of(train_table, label_column, labels);
  if (test != nullptr) {
    const io::CsvTable test_table = read_table(*test, spec);
    check_same_columns(train_table, test_table);
    raw.test = samples_of(test_table, label_column, labels);
  }
  return raw;
}

GivenData csv_given(const CsvSource& source, const DataSpec& spec, const DataFit& fit) {
  const io::CsvTable table = io::parse_csv(source.bytes, source.name, format_of(spec));
  if (table.rows() == 0) throw ConfigError(source.name, "", "has no samples");
  const Columns columns = columns_for(table, spec, fit);
  GivenData given{.title = source.name, .samples = {}};
  given.samples.inputs = inputs_of(table, columns.features);
  if (!columns.passed_over.empty())
    given.remark = fmt::format("columns that the network does not know were passed over: {}",
                               columns.passed_over);
  if (!columns.label) return given;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const std::string text(label_text(table, row, *columns.label));
    const std::size_t found = fit.class_of(text);
    if (found == fit.classes.size())
      throw unknown_class(io::at_line(table.name(), table.line(row)), text, fit);
    given.samples.labels.push_back(static_cast<std::uint32_t>(found));
  }
  return given;
}

}  // namespace nernst
