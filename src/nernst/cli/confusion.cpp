// SPDX-License-Identifier: Apache-2.0
#include "nernst/cli/confusion.h"

#include <fmt/format.h>

#include <numeric>

#include "nernst/cli/quantity.h"
#include "nernst/cli/text_table.h"

namespace nernst {

std::string confusion_text(const Matrix<std::int64_t>& confusion,
                           const std::vector<std::string>& classes, const Look& look) {
  constexpr std::size_t most_columns = 20;
  const std::size_t size = confusion.rows(), columns = size <= most_columns ? size : 0;
  std::vector<Align> aligns(columns + 3, Align::right);
  aligns[1] = Align::left;
  TextTable table(aligns);

  // columns are headed by the numbers of the classes: names would not fit
  std::vector<std::string> head = {"", "true class"};
  for (std::size_t k = 0; k < columns; ++k) head.push_back(fmt::format("{}", k));
  head.emplace_back("right");
  table.row(head, std::vector<Shade>(head.size(), Shade::faint));

  for (std::size_t r = 0; r < size; ++r) {
    const auto row = confusion.row(r);
    std::vector<std::string> cells = {fmt::format("{}", r), classes[r]};
    std::vector<Shade> shades(columns + 3, Shade::plain);
    for (std::size_t k = 0; k < columns; ++k) {
      cells.push_back(count(row[k]));
      if (row[k] == 0) shades[k + 2] = Shade::faint;
      if (k == r) shades[k + 2] = Shade::good;
    }
    const auto total = std::accumulate(row.begin(), row.end(), std::int64_t{0});
    cells.push_back(
        total == 0 ? "-" : percent(static_cast<double>(row[r]) / static_cast<double>(total), 1));
    table.row(std::move(cells), std::move(shades));
  }
  return table.text(look);
}

}  // namespace nernst
