// SPDX-License-Identifier: Apache-2.0
#include "fuzz.h"
#include "nernst/io/csv.h"

using namespace nernst;

namespace {

// The cell in quotes, in which it may be anything.
void put_cell(std::string& text, std::string_view cell, bool last) {
  text += '"';
  for (const char c : cell) text.append(c == '"' ? 2 : 1, c);
  text += last ? "\"\n" : "\",";
}

void parse_and_write(std::string_view bytes, char separator) {
  const io::CsvTable table = io::parse_csv(bytes, "x", {.separator = separator});
  std::string text;
  for (std::size_t column = 0; column < table.header().size(); ++column)
    put_cell(text, table.header()[column], column + 1 == table.columns());
  for (std::size_t row = 0; row < table.rows(); ++row)
    for (std::size_t column = 0; column < table.columns(); ++column)
      put_cell(text, table.text(row, column), column + 1 == table.columns());

  // what was read is the same when it is written with quotes
  const io::CsvTable again = io::parse_csv(text, "y");
  fuzz::ensure(again.rows() == table.rows() && again.header() == table.header());
  for (std::size_t row = 0; row < table.rows(); ++row)
    for (std::size_t column = 0; column < table.columns(); ++column)
      fuzz::ensure(again.text(row, column) == table.text(row, column));
  for (std::size_t column = 0; column < table.columns(); ++column)
    if (table.is_numeric(column)) table.column_numbers(column);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (const char separator : {',', ' ', '\t'})
    fuzz::run(data, size, [&](std::string_view bytes) { parse_and_write(bytes, separator); });
  return 0;
}
