// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/csv_columns.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include "nernst/base/error.h"
#include "nernst/base/interruption.h"
#include "nernst/experiment/raw_data.h"
#include "nernst/io/text.h"

namespace nernst {

namespace {

// More categories than this mean that the column holds something else.
constexpr std::size_t kMaxCategories = 100;

// The columns that there are, as a user can name them.
std::string columns_of(const io::CsvTable& table) {
  const std::size_t last = table.columns() - 1;
  if (table.header().empty())
    return fmt::format("{} has no first row with names; give \"first\", \"last\" or 0 to {}",
                       table.name(), last);
  constexpr std::size_t most = 30;
  std::string names;
  for (std::size_t k = 0; k < std::min(most, table.columns()); ++k)
    names += (k == 0 ? "" : ", ") + io::shown(table.header()[k]);
  return fmt::format("{} has no such column; give \"first\", \"last\", 0 to {}, or one of {}{}",
                     table.name(), last, names, table.columns() > most ? ", ..." : "");
}

// True when the column has values, and none of them is a number.
bool has_texts_only(const io::CsvTable& table, std::size_t column) {
  bool some = false;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    heed_interruption();
    const std::string_view text = table.text(row, column);
    if (is_missing(text)) continue;
    if (io::parse_number(text)) return false;
    // (these are no numbers to train with, and no names either)
    if (text == "inf" || text == "Inf" || text == "-inf" || text == "-Infinity") return false;
    some = true;
  }
  return some;
}

// Numbers are the same category when their values are ("1" and "1.0").
using CategoryKey = std::pair<double, std::string>;
CategoryKey category_key(std::string_view text) {
  const auto number = io::parse_number(text);
  return number ? CategoryKey(*number, "") : CategoryKey(HUGE_VAL, text);
}

// What the column has, each once: numbers by their value, then texts.
std::vector<std::string> categories_of(const io::CsvTable& table, std::size_t column) {
  std::map<CategoryKey, std::string> texts;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    heed_interruption();
    const std::string_view text = table.text(row, column);
    if (!is_missing(text)) texts.emplace(category_key(text), text);
    if (texts.size() > kMaxCategories)
      throw ConfigError(io::at_line(table.name(), table.line(row)), in_quotes(text),
                        fmt::format("{} has categories of more than {} kinds; leave it out with "
                                    "data.drop, or learn from it as numbers",
                                    title_of(table, column), kMaxCategories));
  }
  std::vector<std::string> categories;
  for (auto& [key, text] : texts) categories.push_back(std::move(text));
  return categories;
}

[[noreturn]] void refuse_missing(const io::CsvTable& table, std::size_t row, std::size_t column,
                                 Fillings fillings) {
  throw ConfigError(
      io::at_line(table.name(), table.line(row)), in_quotes(table.text(row, column)),
      fmt::format(
          "is no value for {}; data.missing = \"drop\" leaves such rows out{}",
          title_of(table, column),
          fillings == Fillings::can_be_chosen ? ", \"mean\" and \"most_frequent\" fill them" : ""));
}

// Later tables find columns by their names.
void refuse_repeated(const io::CsvTable& table, const std::vector<ColumnFit>& columns) {
  std::set<std::string> names;
  for (const ColumnFit& column : columns)
    if (!table.header().empty() && !names.insert(column.name).second)
      throw ConfigError(table.name(), in_quotes(column.name),
                        "is the name of two columns to learn from; give each a name of its own, or "
                        "leave one out by its number with data.drop");
}

// True when the column is 0, 1, 2, ... or 1, 2, 3, ...
bool counts_rows(const io::CsvTable& table, std::size_t column) {
  constexpr std::size_t least = 10;
  if (table.rows() < least) return false;
  const auto first = io::parse_number(table.text(0, column));
  if (!first || (*first != 0 && *first != 1)) return false;
  for (std::size_t row = 1; row < table.rows(); ++row)
    if (io::parse_number(table.text(row, column)) != *first + static_cast<double>(row))
      return false;
  return true;
}

}  // namespace

bool is_missing(std::string_view text) {
  constexpr std::array<std::string_view, 6> markers = {"", "?", "NA", "N/A", "NaN", "nan"};
  return std::find(markers.begin(), markers.end(), text) != markers.end();
}

std::string title_of(const io::CsvTable& table, std::size_t column) {
  if (table.header().empty()) return fmt::format("column {}", column + 1);
  return fmt::format("column {} ({})", column + 1, in_quotes(table.header()[column]));
}

std::size_t find_column(const io::CsvTable& table, const std::string& field,
                        const std::string& wanted) {
  const std::size_t columns = table.columns();
  if (wanted == "first") return 0;
  if (wanted == "last") return columns - 1;
  if (table.has_column(wanted)) return table.column(wanted);

  const std::string value = in_quotes(wanted);
  if (io::is_index(wanted)) {
    const auto index = io::parse_number(wanted);
    if (index && *index < static_cast<double>(columns)) return static_cast<std::size_t>(*index);
    throw ConfigError(field, value,
                      fmt::format("the columns of {} are 0 to {}", table.name(), columns - 1));
  }
  const auto near = nearest_name(wanted, table.header());
  throw ConfigError(field, value,
                    near ? fmt::format("{} has no such column; did you mean \"{}\"?", table.name(),
                                       io::shown(*near))
                         : columns_of(table));
}

std::vector<std::size_t> columns_but(const io::CsvTable& table, std::optional<std::size_t> label) {
  std::vector<std::size_t> columns;
  for (std::size_t column = 0; column < table.columns(); ++column)
    if (column != label) columns.push_back(column);
  return columns;
}

std::vector<ColumnFit> fit_columns(const io::CsvTable& table, std::size_t label,
                                   const DataSpec& spec) {
  std::vector<bool> wanted(table.columns(), spec.columns.empty());
  const auto find = [&](const std::string& field, const std::string& name) {
    const std::size_t column = find_column(table, field, name);
    if (column == label)
      throw ConfigError(field, in_quotes(name),
                        "is the column of the labels, which is never learned from; "
                        "data.label_column names another");
    return column;
  };
  for (const std::string& name : spec.columns) wanted[find("data.columns", name)] = true;
  for (const std::string& name : spec.drop) {
    const std::size_t column = find("data.drop", name);
    if (!wanted[column])
      throw ConfigError("data.drop", in_quotes(name),
                        "is there twice, or not among data.columns; leave it out here");
    wanted[column] = false;
  }
  std::vector<bool> coded(table.columns());
  for (const std::string& name : spec.categories) {
    const std::size_t column = find("data.categories", name);
    if (!wanted[column])
      throw ConfigError("data.categories", in_quotes(name),
                        "is no column to learn from: data.columns or data.drop leave it out");
    coded[column] = true;
  }
  std::vector<ColumnFit> columns;
  const std::vector<std::size_t> others = columns_but(table, label);
  for (std::size_t place = 0; place < others.size(); ++place) {
    const std::size_t column = others[place];
    if (!wanted[column]) continue;
    columns.push_back(
        {.name = table.header().empty() ? "" : table.header()[column], .place = place});
    if (coded[column] || has_texts_only(table, column))
      columns.back().categories = categories_of(table, column);
  }
  refuse_repeated(table, columns);
  if (columns.empty())
    throw ConfigError(spec.columns.empty() ? "data.drop" : "data.columns", "",
                      "leaves no column to learn from");
  return columns;
}

std::vector<std::string> feature_names(const std::vector<ColumnFit>& columns) {
  std::vector<std::string> names;
  for (const ColumnFit& column : columns) {
    if (column.name.empty()) return {};
    if (column.categories.empty()) names.push_back(column.name);
    for (const std::string& category : column.categories)
      names.push_back(column.name + "=" + category);
  }
  return names;
}

std::vector<std::string> remarks_on_columns(const io::CsvTable& table, std::size_t label,
                                            const std::vector<ColumnFit>& columns) {
  std::vector<std::string> remarks;
  const std::vector<std::size_t> others = columns_but(table, label);
  for (const ColumnFit& column : columns) {
    const std::size_t source = others[column.place];
    if (!column.categories.empty())
      remarks.push_back(
          fmt::format("{}: {} is of categories and becomes {} inputs of 0 or 1, one for each of {}",
                      table.name(), title_of(table, source), column.categories.size(),
                      io::shown(fmt::format("{}", fmt::join(column.categories, ", ")), 200)));
    else if (counts_rows(table, source))
      remarks.push_back(fmt::format(
          "{}: {} only counts the rows, and is learned from like the others; leave it out with "
          "data.drop = [\"{}\"]",
          table.name(), title_of(table, source),
          column.name.empty() ? std::to_string(source) : io::shown(column.name)));
  }
  return remarks;
}

std::vector<std::size_t> kept_rows(const io::CsvTable& table,
                                   const std::vector<std::size_t>& sources,
                                   std::optional<std::size_t> label, Missing missing) {
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    heed_interruption();
    const bool lacks = std::any_of(sources.begin(), sources.end(), [&](std::size_t column) {
      return is_missing(table.text(row, column));
    });
    const bool unlabelled = label && is_missing(table.text(row, *label));
    if (missing != Missing::drop || !(lacks || unlabelled)) rows.push_back(row);
  }
  if (rows.empty())
    throw ConfigError(table.name(), "",
                      "has no row without a missing value; give another data.missing");
  return rows;
}

Matrix<double> features_of(const io::CsvTable& table, const std::vector<std::size_t>& rows,
                           const std::vector<std::size_t>& sources,
                           const std::vector<ColumnFit>& columns, Missing missing,
                           Fillings fillings) {
  NERNST_CHECK(sources.size() == columns.size());
  std::size_t features = 0;
  for (const ColumnFit& column : columns) features += column.features();
  refuse_too_large(rows.size(), features);
  Matrix<double> inputs(rows.size(), features);
  for (std::size_t k = 0; k < rows.size(); ++k) {
    heed_interruption();
    std::size_t feature = 0;
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const ColumnFit& column = columns[c];
      const auto own = inputs.row(k).subspan(feature, column.features());
      feature += column.features();
      const std::string_view text = table.text(rows[k], sources[c]);
      if (is_missing(text)) {
        if (missing == Missing::refuse || missing == Missing::drop)
          refuse_missing(table, rows[k], sources[c], fillings);
        std::ranges::fill(own, std::numeric_limits<double>::quiet_NaN());
        continue;
      }
      if (!column.categories.empty()) {
        const auto found = std::ranges::find(column.categories, category_key(text), category_key);
        if (found == column.categories.end())
          throw ConfigError(
              io::at_line(table.name(), table.line(rows[k])), in_quotes(text),
              fmt::format("is none of the categories that training had in {}: {}",
                          title_of(table, sources[c]),
                          io::shown(fmt::format("{}", fmt::join(column.categories, ", ")), 200)));
        own[static_cast<std::size_t>(found - column.categories.begin())] = 1;
        continue;
      }
      const double number = table.number(rows[k], sources[c]);
      if (std::abs(number) > std::numeric_limits<float>::max())
        throw ConfigError(
            io::at_line(table.name(), table.line(rows[k])), number,
            fmt::format("give a number below 3e38 in {}", title_of(table, sources[c])));
      own[0] = number;
    }
  }
  return inputs;
}

}  // namespace nernst
