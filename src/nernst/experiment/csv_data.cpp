// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/csv_data.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <map>
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

// The classes of a table: each different label, in order.
class Labels {
 public:
  Labels(const io::CsvTable& table, std::size_t column) : numeric_(table.is_numeric(column)) {
    for (std::size_t row = 0; row < table.rows(); ++row) {
      const std::string_view text = label_text(table, row, column);
      classes_.try_emplace(key(text), 0u, io::shown(text));
      if (classes_.size() > kMaxClasses)
        throw ConfigError(table.name(), "",
                          fmt::format("has more than {} different labels in {}; is "
                                      "data.label_column right?",
                                      kMaxClasses, title_of(table, column)));
    }
    std::uint32_t number = 0;
    for (auto& [label, entry] : classes_) entry.first = number++;
  }

  std::vector<std::string> names() const {
    std::vector<std::string> result;
    for (const auto& [label, entry] : classes_) result.push_back(entry.second);
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
      labels[row] = found->second.first;
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

  static std::string_view label_text(const io::CsvTable& table, std::size_t row,
                                     std::size_t column) {
    const std::string_view text = table.text(row, column);
    if (text.empty())
      throw ConfigError(io::at_line(table.name(), table.line(row)), "",
                        fmt::format("has no label in {}", title_of(table, column)));
    return text;
  }

  bool numeric_;
  std::map<Key, std::pair<std::uint32_t, std::string>> classes_;
};

RawSamples samples_of(const io::CsvTable& table, std::size_t label_column, const Labels& labels) {
  refuse_too_large(table.rows(), table.columns() - 1);
  Matrix<double> inputs(table.rows(), table.columns() - 1);
  for (std::size_t row = 0; row < table.rows(); ++row) {
    for (std::size_t column = 0, feature = 0; column < table.columns(); ++column) {
      if (column == label_column) continue;
      const double number = table.number(row, column);
      if (std::abs(number) > std::numeric_limits<float>::max())
        throw ConfigError(io::at_line(table.name(), table.line(row)), number,
                          fmt::format("give a number below 3e38 in {}", title_of(table, column)));
      inputs(row, feature++) = number;
    }
  }
  return {std::move(inputs), labels.of(table, label_column)};
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
  raw.train = samples_of(train_table, label_column, labels);
  if (test != nullptr) {
    const io::CsvTable test_table = read_table(*test, spec);
    check_same_columns(train_table, test_table);
    raw.test = samples_of(test_table, label_column, labels);
  }
  return raw;
}

}  // namespace nernst
