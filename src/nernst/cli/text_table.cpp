// SPDX-License-Identifier: Apache-2.0
#include "nernst/cli/text_table.h"

#include <algorithm>

#include "nernst/base/error.h"

namespace nernst {

void TextTable::row(std::vector<std::string> cells, std::vector<Shade> shades) {
  NERNST_CHECK(cells.size() <= columns_.size());
  cells.resize(columns_.size());
  shades.resize(columns_.size(), Shade::plain);
  rows_.push_back({std::move(cells), std::move(shades)});
}

std::string TextTable::text(const Look& look) const {
  std::vector<std::size_t> widths(columns_.size(), 0);
  for (const Row& row : rows_)
    for (std::size_t k = 0; k < widths.size(); ++k)
      widths[k] = std::max(widths[k], columns_of(row.cells[k]));

  std::string text;
  for (const Row& row : rows_) {
    std::string line;
    std::size_t blanks = 0;  // held back, so that no line ends in them
    for (std::size_t k = 0; k < widths.size(); ++k) {
      const std::size_t gap = widths[k] - columns_of(row.cells[k]);
      blanks += widths[k] > 0 ? 2 : 0;
      if (columns_[k] == Align::right) blanks += gap;
      if (!row.cells[k].empty()) {
        line += std::string(blanks, ' ') + shaded(row.cells[k], row.shades[k], look);
        blanks = 0;
      }
      if (columns_[k] == Align::left) blanks += gap;
    }
    text += line + "\n";
  }
  return text;
}

}  // namespace nernst
