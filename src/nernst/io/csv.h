// SPDX-License-Identifier: Apache-2.0
// Tables of numbers and labels as text: comma-separated (RFC 4180) or separated by blanks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nernst::io {

// How a table is laid out in its text.
struct CsvFormat {
  char separator = ',';        // ' ' = any run of blanks and tabs
  std::size_t skip_lines = 0;  // lines passed over at the start (a preamble of its own kind)
  bool decimal_comma = false;  // 1,5 is a number; the table has it as 1.5
};

// A rectangular table of texts that remembers where each row stood, so that a wrong cell can be
// named.
class CsvTable {
 public:
  std::size_t rows() const { return lines_.size(); }
  std::size_t columns() const { return columns_; }

  // The names of the columns; empty when the first row is one of data.
  const std::vector<std::string>& header() const { return header_; }

  // The cell, without quotes and surrounding blanks; valid as long as the table.
  std::string_view text(std::size_t row, std::size_t column) const;

  // The cell as a finite number. Throws ConfigError with the line and the column for anything else.
  double number(std::size_t row, std::size_t column) const;

  // All the numbers of a column, or of the row's columns [first, last).
  std::vector<double> column_numbers(std::size_t column) const;
  std::vector<double> row_numbers(std::size_t row, std::size_t first, std::size_t last) const;

  // True when every cell of the column is a finite number.
  bool is_numeric(std::size_t column) const;

  // The position of the column of this name. Throws ConfigError, with the nearest name, when there
  // is none.
  std::size_t column(std::string_view name) const;
  bool has_column(std::string_view name) const;

  // The file's line on which the row starts, from 1.
  std::size_t line(std::size_t row) const { return lines_[row]; }
  const std::string& name() const { return name_; }

 private:
  friend class CsvParser;
  std::string column_title(std::size_t column) const;

  std::string name_;
  std::vector<std::string> header_;
  std::size_t columns_ = 0;
  // all cells, one after the other, row by row; row r begins at starts_[r], and its cell of column
  // c ends before starts_[r] + ends_[r * columns_ + c] (offsets in 32 bits, as most cells are
  // short)
  std::string cells_;
  std::vector<std::size_t> starts_;
  std::vector<std::uint32_t> ends_;
  std::vector<std::size_t> lines_;
};

// The table in `bytes`. The first row is a header when no cell of it is a number. Blank lines and
// lines that start with # are passed over; lines end in LF, CRLF or CR; a field in double quotes
// may hold anything, "" being one quote. Throws ConfigError(`name:line`) for a row of another
// length than the first and for a broken quote.
CsvTable parse_csv(std::string_view bytes, const std::string& name, const CsvFormat& format = {});

// `text` as one field of a line, in quotes where it needs them.
std::string csv_field(std::string_view text);

}  // namespace nernst::io
