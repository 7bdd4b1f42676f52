// SPDX-License-Identifier: Apache-2.0
#include "nernst/cli/text_table.h"

#include <algorithm>

#include "nernst/base/error.h"

namespace nernst {

namespace {

// Lines of at most `width` columns, broken at blanks; a longer word has a line of its own.
std::vector<std::string> broken(const std::string& text, std::size_t width) {
  std::vector<std::string> lines(1);
  std::size_t position = 0;
  while (position < text.size()) {
    const std::size_t end = std::min(text.find(' ', position), text.size());
    const std::string word = text.substr(position, end - position);
    std::string& line = lines.back();
    if (line.empty()) {
      line = word;
    } else if (columns_of(line) + 1 + columns_of(word) <= width) {
      line += " " + word;
    } else {
      lines.push_back(word);
    }
    position = end + 1;
  }
  return lines;
}

}  // namespace

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

  // the last column begins here, and has this much room
  constexpr std::size_t least_room = 30;
  const std::size_t last = columns_.size() - 1;
  std::size_t start = 2;
  for (std::size_t k = 0; k < last; ++k) start += widths[k] > 0 ? widths[k] + 2 : 0;
  const bool breaks = look.columns >= start + least_room && columns_[last] == Align::left;

  std::string text;
  for (const Row& row : rows_) {
    std::size_t blanks = 0;  // held back, so that no line ends in them
    const auto add = [&](const std::string& cell, Shade shade) {
      if (cell.empty()) return;
      text += std::string(blanks, ' ') + shaded(cell, shade, look);
      blanks = 0;
    };
    for (std::size_t k = 0; k < widths.size(); ++k) {
      const std::size_t gap = widths[k] - columns_of(row.cells[k]);
      blanks += widths[k] > 0 ? 2 : 0;
      if (columns_[k] == Align::right) blanks += gap;
      if (k == last && breaks) {
        const std::vector<std::string> lines = broken(row.cells[k], look.columns - start);
        add(lines.front(), row.shades[k]);
        for (std::size_t l = 1; l < lines.size(); ++l)
          text += "\n" + std::string(start, ' ') + shaded(lines[l], row.shades[k], look);
      } else {
        add(row.cells[k], row.shades[k]);
      }
      if (columns_[k] == Align::left) blanks += gap;
    }
    text += "\n";
  }
  return text;
}

std::string wrapped(const std::string& text, std::size_t indent, const Look& look) {
  const std::size_t room = look.columns > indent + 10 ? look.columns - indent : text.size();
  std::string result;
  for (const std::string& line : broken(text, room))
    result += std::string(indent, ' ') + line + "\n";
  return result;
}

}  // namespace nernst
