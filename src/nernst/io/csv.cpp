// SPDX-License-Identifier: Apache-2.0
#include "nernst/io/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

#include "nernst/base/error.h"
#include "nernst/base/interruption.h"
#include "nernst/base/parameters.h"
#include "nernst/io/text.h"

namespace nernst::io {

// Goes through the text once and fills a table; its first failure ends it.
class CsvParser {
 public:
  CsvParser(std::string_view text, const std::string& name, const CsvFormat& format)
      : text_(text), separator_(format.separator), decimal_comma_(format.decimal_comma) {
    table_.name_ = name;
    // a byte-order mark, which spreadsheets like to write
    if (text_.starts_with("\xEF\xBB\xBF")) position_ = 3;
    for (std::size_t k = 0; k < format.skip_lines; ++k) skip_line();
  }

  CsvTable parse() {
    if (text_.find('\0') != std::string_view::npos)
      throw ConfigError(table_.name_, "", "is not a table in text: it has NUL bytes");
    table_.ends_.reserve(most_cells());
    bool first = true;
    while (position_ < text_.size()) {
      skip_blanks();
      if (at_line_end() || peek() == '#') {
        skip_line();
        continue;
      }
      const std::size_t line = line_;
      const std::size_t cells_before = table_.ends_.size();
      table_.starts_.push_back(table_.cells_.size());
      read_row();
      const std::size_t count = table_.ends_.size() - cells_before;
      if (first) {
        table_.columns_ = count;
      } else if (count != table_.columns_) {
        throw ConfigError(
            at_line(table_.name_, line), "",
            fmt::format("has {} fields; give {} as in the first row", count, table_.columns_));
      }
      table_.lines_.push_back(line);
      if (std::exchange(first, false)) take_header();
    }
    return std::move(table_);
  }

 private:
  bool at_end() const { return position_ >= text_.size(); }
  char peek() const { return text_[position_]; }
  bool at_line_end() const { return at_end() || peek() == '\n' || peek() == '\r'; }

  bool is_blank(char c) const {
    return (c == ' ' || c == '\t') && (separator_ == ' ' || c != separator_);
  }
  void skip_blanks() {
    while (!at_end() && is_blank(peek())) ++position_;
  }

  // over one character; a line ends in LF, CRLF or CR
  void advance() {
    const char c = text_[position_++];
    const bool before_lf = !at_end() && peek() == '\n';
    if (c == '\n' || (c == '\r' && !before_lf)) ++line_;
  }
  void skip_line_end() {
    if (at_end()) return;
    const bool was_cr = peek() == '\r';
    advance();
    if (was_cr && !at_end() && peek() == '\n') advance();
  }
  void skip_line() {
    while (!at_line_end()) advance();
    skip_line_end();
  }

  // As many cells as the text can have; room for them at once saves the copies of growing.
  std::size_t most_cells() const {
    const auto is_end = [&](char c) { return c == separator_ || c == '\n' || c == '\r'; };
    return 1 + static_cast<std::size_t>(std::count_if(text_.begin(), text_.end(), is_end));
  }

  void read_row() {
    heed_interruption();
    for (;;) {
      skip_blanks();
      const std::size_t begin = table_.cells_.size();
      if (!at_end() && peek() == '"') {
        read_quoted();
      } else {
        read_plain();
      }
      if (decimal_comma_) point_for_comma(begin);
      const std::size_t end = table_.cells_.size() - table_.starts_.back();
      if (end > std::numeric_limits<std::uint32_t>::max())
        throw ConfigError(at_line(table_.name_, line_), "", "give lines of less than 4 GiB");
      table_.ends_.push_back(static_cast<std::uint32_t>(end));
      skip_blanks();
      if (at_line_end()) break;
      // blanks have separated the fields already
      if (separator_ != ' ') advance();
    }
    skip_line_end();
  }

  // Turns the cell that begins there into a number as others write it, if it is one.
  void point_for_comma(std::size_t begin) {
    std::string cell = table_.cells_.substr(begin);
    const std::size_t comma = cell.find(',');
    if (comma == std::string::npos) return;
    cell[comma] = '.';
    if (parse_number(cell)) table_.cells_.replace(begin, cell.size(), cell);
  }

  void read_plain() {
    const std::size_t first = position_;
    while (!at_line_end() && peek() != separator_ && !(separator_ == ' ' && peek() == '\t'))
      advance();
    table_.cells_ += trimmed(text_.substr(first, position_ - first));
  }

  void read_quoted() {
    const std::size_t line = line_;
    advance();
    for (;;) {
      if (at_end())
        throw ConfigError(at_line(table_.name_, line), "",
                          "close the quote that opens on this line");
      if (peek() == '"') {
        advance();
        // "" is one quote
        if (at_end() || peek() != '"') break;
      }
      table_.cells_ += peek();
      advance();
    }
    const std::size_t after = position_;
    skip_blanks();
    const bool separated =
        separator_ == ' ' ? position_ > after : !at_end() && peek() == separator_;
    if (!separated && !at_line_end())
      throw ConfigError(at_line(table_.name_, line_), "",
                        "has text after a closing quote; give a separator there");
  }

  // The first row is one of names when no cell of it is a number.
  void take_header() {
    for (std::size_t k = 0; k < table_.columns_; ++k)
      if (parse_number(table_.text(0, k))) return;
    for (std::size_t k = 0; k < table_.columns_; ++k)
      table_.header_.emplace_back(table_.text(0, k));
    table_.cells_.clear();
    table_.ends_.clear();
    table_.starts_.clear();
    table_.lines_.clear();
  }

  std::string_view text_;
  char separator_;
  bool decimal_comma_;
  std::size_t position_ = 0, line_ = 1;
  CsvTable table_;
};

CsvTable parse_csv(std::string_view bytes, const std::string& name, const CsvFormat& format) {
  return CsvParser(bytes, name, format).parse();
}

std::string_view CsvTable::text(std::size_t row, std::size_t column) const {
  NERNST_CHECK(row < rows() && column < columns_);
  const std::size_t cell = row * columns_ + column;
  const std::uint32_t first = column == 0 ? 0 : ends_[cell - 1];
  return std::string_view(cells_).substr(starts_[row] + first, ends_[cell] - first);
}

double CsvTable::number(std::size_t row, std::size_t column) const {
  const std::string_view cell = text(row, column);
  if (const auto number = parse_number(cell)) return *number;
  if (cell.empty())
    throw ConfigError(at_line(name_, line(row)), "",
                      fmt::format("{} is empty; give a finite number", column_title(column)));
  throw ConfigError(at_line(name_, line(row)), shown(cell),
                    fmt::format("give a finite number in {}", column_title(column)));
}

std::vector<double> CsvTable::column_numbers(std::size_t column) const {
  std::vector<double> numbers(rows());
  for (std::size_t row = 0; row < rows(); ++row) numbers[row] = number(row, column);
  return numbers;
}

std::vector<double> CsvTable::row_numbers(std::size_t row, std::size_t first,
                                          std::size_t last) const {
  NERNST_CHECK(first <= last && last <= columns_);
  std::vector<double> numbers;
  numbers.reserve(last - first);
  for (std::size_t column = first; column < last; ++column) numbers.push_back(number(row, column));
  return numbers;
}

bool CsvTable::is_numeric(std::size_t column) const {
  for (std::size_t row = 0; row < rows(); ++row)
    if (!parse_number(text(row, column))) return false;
  return true;
}

bool CsvTable::has_column(std::string_view name) const {
  return std::find(header_.begin(), header_.end(), name) != header_.end();
}

std::size_t CsvTable::column(std::string_view name) const {
  const auto found = std::find(header_.begin(), header_.end(), name);
  if (found != header_.end()) return static_cast<std::size_t>(found - header_.begin());
  if (header_.empty())
    throw ConfigError(name_, "", fmt::format("give a first row of names with \"{}\"", shown(name)));
  const auto near = nearest_name(name, header_);
  throw ConfigError(
      name_, "",
      near ? fmt::format("has no column \"{}\"; did you mean \"{}\"?", shown(name), shown(*near))
           : fmt::format("has no column \"{}\"", shown(name)));
}

std::string CsvTable::column_title(std::size_t column) const {
  if (header_.empty()) return fmt::format("column {}", column + 1);
  return fmt::format("column {} (\"{}\")", column + 1, shown(header_[column]));
}

std::string csv_field(std::string_view text) {
  const bool plain = !text.empty() && trimmed(text).size() == text.size() && text[0] != '#' &&
                     text.find_first_of(",;\"\r\n\t") == std::string_view::npos;
  if (plain) return std::string(text);
  std::string field = "\"";
  for (const char c : text) field += c == '"' ? "\"\"" : std::string(1, c);
  return field + "\"";
}

}  // namespace nernst::io
