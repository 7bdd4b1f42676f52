// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/csv_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "nernst/base/error.h"
#include "nernst/experiment/csv_columns.h"
#include "nernst/experiment/csv_layout.h"
#include "nernst/io/csv.h"
#include "nernst/io/text.h"

namespace nernst {

namespace {

struct ReadTable {
  io::CsvTable table;
  std::string remark;  // on its layout
};

ReadTable read_any_table(const CsvSource& source, const DataSpec& spec) {
  if (source.bytes.starts_with("\xFF\xFE") || source.bytes.starts_with("\xFE\xFF"))
    throw ConfigError(source.name, "", "is UTF-16 text; save it as UTF-8");
  const bool utf8 = io::is_utf8(source.bytes);
  const std::string text = utf8 ? "" : io::utf8_of_latin1(source.bytes);
  const std::string_view bytes = utf8 ? source.bytes : text;
  const CsvLayout layout = layout_of(bytes, spec);
  ReadTable read{io::parse_csv(bytes, source.name, layout.format), ""};
  if (!layout.remark.empty()) read.remark = fmt::format("{} {}", source.name, layout.remark);
  if (!utf8)
    read.remark += (read.remark.empty() ? source.name + " " : "; it ") +
                   std::string("is not UTF-8 text and was read as Latin-1 (ISO 8859-1)");
  if (read.table.rows() == 0) throw ConfigError(source.name, "", "has no samples");
  return read;
}

ReadTable read_table(const CsvSource& source, const DataSpec& spec) {
  ReadTable read = read_any_table(source, spec);
  if (read.table.columns() < 2)
    throw ConfigError(source.name, "",
                      "has one column only; give a label and at least one number in each line, "
                      "separated as data.separator says");
  return read;
}

std::string_view label_text(const io::CsvTable& table, std::size_t row, std::size_t column) {
  const std::string_view text = table.text(row, column);
  if (is_missing(text))
    throw ConfigError(
        io::at_line(table.name(), table.line(row)), text.empty() ? "" : in_quotes(text),
        fmt::format("has no label in {}; data.missing = \"drop\" leaves such rows out",
                    title_of(table, column)));
  return text;
}

// The classes of a table: each different label, in order.
class Labels {
 public:
  Labels(const io::CsvTable& table, const std::vector<std::size_t>& rows, std::size_t column)
      : numeric_(std::all_of(rows.begin(), rows.end(), [&](std::size_t row) {
          return io::parse_number(table.text(row, column)).has_value();
        })) {
    for (const std::size_t row : rows) {
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

  std::vector<std::uint32_t> of(const io::CsvTable& table, const std::vector<std::size_t>& rows,
                                std::size_t column) const {
    std::vector<std::uint32_t> labels;
    for (const std::size_t row : rows) {
      const std::string_view text = label_text(table, row, column);
      const auto found = classes_.find(key(text));
      if (found == classes_.end())
        throw ConfigError(io::at_line(table.name(), table.line(row)), in_quotes(text),
                          "no training sample has this label");
      labels.push_back(found->second.number);
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

// Asks where a column of labels looks like something else.
void check_labels(const io::CsvTable& table, std::size_t column, std::size_t classes) {
  constexpr std::size_t few = 20;
  if (table.rows() < few || 2 * classes <= table.rows()) return;
  bool measured = false;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const auto number = io::parse_number(table.text(row, column));
    measured = measured || (number && *number != std::floor(*number));
  }
  throw ConfigError(
      table.name(), "",
      fmt::format(
          "has {} rows in {} classes: is {} the label? data.label_column names another{}",
          table.rows(), classes, title_of(table, column),
          measured ? "; to learn numbers (regression) is not there yet, only classes" : ""));
}

// The columns of a table as a fit wants them.
struct Columns {
  std::vector<std::size_t> features;
  std::optional<std::size_t> label;
  std::string passed_over;  // names
};

// By their names, where both have some; nothing where a name of the fit is missing in the table.
std::optional<Columns> columns_by_name(const io::CsvTable& table, const DataSpec& spec,
                                       const DataFit& fit) {
  Columns columns;
  std::vector<bool> used(table.columns());
  for (const ColumnFit& column : fit.columns) {
    if (!table.has_column(column.name)) return std::nullopt;
    if (std::ranges::count(table.header(), column.name) > 1)
      throw ConfigError(table.name(), in_quotes(column.name),
                        "is the name of two columns, and the network learned from one; give each a "
                        "name of its own");
    columns.features.push_back(table.column(column.name));
    used[columns.features.back()] = true;
  }
  if (spec.label_column_given) {
    columns.label = find_column(table, "data.label_column", spec.label_column);
    if (used[*columns.label])
      throw ConfigError("data.label_column", in_quotes(spec.label_column),
                        "is a column that the network learned from");
  } else if (!fit.label_name.empty() && table.has_column(fit.label_name)) {
    columns.label = table.column(fit.label_name);
  }
  if (columns.label) used[*columns.label] = true;
  for (std::size_t column = 0; column < table.columns(); ++column)
    if (!used[column])
      columns.passed_over +=
          (columns.passed_over.empty() ? "" : ", ") + io::shown(table.header()[column]);
  return columns;
}

Columns columns_for(const io::CsvTable& table, const DataSpec& spec, const DataFit& fit) {
  const bool named = !fit.columns.empty() && !fit.columns.front().name.empty();
  if (!table.header().empty() && named) {
    if (auto by_name = columns_by_name(table, spec, fit)) return std::move(*by_name);
    for (const ColumnFit& column : fit.columns)
      if (!table.has_column(column.name))
        throw ConfigError(table.name(), in_quotes(column.name),
                          "is a column that the network was trained on, and this table has none of "
                          "that name; name its columns as the training data do, or leave the names "
                          "out and keep the order");
  }
  // by their place: the whole table of the training, or the columns that it learned from, each with
  // or without labels
  const std::size_t whole = fit.table_columns, learned = fit.columns.size();
  const std::size_t here = table.columns();
  const bool fits_whole = here == whole || here == whole + 1;
  const bool fits_learned = here == learned || here == learned + 1;
  if (!fits_whole && !fits_learned)
    throw ConfigError(table.name(), fmt::format("{} columns", here),
                      fmt::format("the network was trained on {} features: give these, with or "
                                  "without a column of labels",
                                  learned));
  if (fits_whole && fits_learned && whole != learned)
    throw ConfigError(table.name(), fmt::format("{} columns", here),
                      "may be those of the training or those that it learned from; give a first "
                      "row with their names");
  Columns columns;
  if (here == (fits_whole ? whole : learned) + 1)
    columns.label = find_column(table, "data.label_column", spec.label_column);
  const std::vector<std::size_t> others = columns_but(table, columns.label);
  for (std::size_t k = 0; k < learned; ++k)
    columns.features.push_back(others[fits_whole ? fit.columns[k].place : k]);
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

namespace {

// Where the columns of a fit stand in a table with labels.
std::vector<std::size_t> sources_of(const io::CsvTable& table, std::size_t label,
                                    const std::vector<ColumnFit>& columns) {
  const std::vector<std::size_t> others = columns_but(table, label);
  std::vector<std::size_t> sources;
  for (const ColumnFit& column : columns) sources.push_back(others[column.place]);
  return sources;
}

std::vector<std::size_t> lines_of(const io::CsvTable& table, const std::vector<std::size_t>& rows) {
  std::vector<std::size_t> lines;
  for (const std::size_t row : rows) lines.push_back(table.line(row));
  return lines;
}

// The samples of a table by what was fitted to that of the training.
RawSamples samples_of(const io::CsvTable& table, std::size_t label,
                      const std::vector<ColumnFit>& columns, const Labels& labels, Missing missing,
                      std::vector<std::string>& remarks) {
  const std::vector<std::size_t> sources = sources_of(table, label, columns);
  const std::vector<std::size_t> rows = kept_rows(table, sources, label, missing);
  if (rows.size() < table.rows())
    remarks.push_back(fmt::format("{}: {} of {} rows lack a value and are left out", table.name(),
                                  table.rows() - rows.size(), table.rows()));
  return {features_of(table, rows, sources, columns, missing), labels.of(table, rows, label),
          lines_of(table, rows)};
}

}  // namespace

RawData csv_data(const CsvSource& train, const CsvSource* test, const DataSpec& spec) {
  const ReadTable read = read_table(train, spec);
  const io::CsvTable& table = read.table;
  const std::size_t label = find_column(table, "data.label_column", spec.label_column);
  const std::vector<ColumnFit> columns = fit_columns(table, label, spec);
  const Labels labels(
      table, kept_rows(table, sources_of(table, label, columns), label, spec.missing), label);
  check_labels(table, label, labels.names().size());

  RawData raw{.title = train.name, .classes = labels.names(), .train = {}, .test = {}};
  raw.labels = labels.texts();
  if (!table.header().empty()) raw.label_name = table.header()[label];
  raw.feature_names = feature_names(columns);
  raw.columns = columns;
  raw.table_columns = table.columns() - 1;
  raw.remarks = remarks_on_columns(table, label, columns);
  if (!read.remark.empty()) raw.remarks.insert(raw.remarks.begin(), read.remark);
  raw.train = samples_of(table, label, columns, labels, spec.missing, raw.remarks);
  if (test != nullptr) {
    const ReadTable test_read = read_table(*test, spec);
    if (test->bytes == train.bytes)
      raw.remarks.push_back(fmt::format(
          "{} has the very samples of {}: its accuracy says nothing of samples that are new",
          test->name, train.name));
    check_same_columns(table, test_read.table);
    raw.test = samples_of(test_read.table, label, columns, labels, spec.missing, raw.remarks);
  }
  return raw;
}

GivenData csv_given(const CsvSource& source, const DataSpec& spec, const DataFit& fit) {
  const ReadTable read = read_any_table(source, spec);
  const io::CsvTable& table = read.table;
  const Columns columns = columns_for(table, spec, fit);
  const std::vector<std::size_t> rows =
      kept_rows(table, columns.features, columns.label, spec.missing);
  GivenData given{.title = source.name, .samples = {}};
  given.samples.inputs =
      features_of(table, rows, columns.features, fit.columns, spec.missing, Fillings::are_fixed);
  given.samples.lines = lines_of(table, rows);
  const auto remark = [&](const std::string& sentence) {
    given.remark += (given.remark.empty() ? "" : "; ") + sentence;
  };
  if (!read.remark.empty()) remark(read.remark);
  if (!columns.passed_over.empty())
    remark(fmt::format("columns that the network does not know were passed over: {}",
                       columns.passed_over));
  if (rows.size() < table.rows())
    remark(fmt::format("{} of {} rows lack a value and are left out", table.rows() - rows.size(),
                       table.rows()));
  if (!columns.label) return given;
  for (const std::size_t row : rows) {
    const std::string text(label_text(table, row, *columns.label));
    const std::size_t found = fit.class_of(text);
    if (found == fit.classes.size())
      throw unknown_class(io::at_line(table.name(), table.line(row)), text, fit);
    given.samples.labels.push_back(static_cast<std::uint32_t>(found));
  }
  return given;
}

}  // namespace nernst
