// SPDX-License-Identifier: Apache-2.0
// Text in columns that line up.
#pragma once

#include <string>
#include <vector>

#include "nernst/cli/console.h"

namespace nernst {

enum class Align { left, right };

class TextTable {
 public:
  explicit TextTable(std::vector<Align> columns) : columns_(std::move(columns)) {}

  // One cell for each column; those that are missing are empty.
  void row(std::vector<std::string> cells, std::vector<Shade> shades = {});

  // The rows, each on a line, two blanks before the first column and between columns. On a terminal
  // a last column that is too long goes on below itself.
  std::string text(const Look& look) const;

 private:
  struct Row {
    std::vector<std::string> cells;
    std::vector<Shade> shades;
  };
  std::vector<Align> columns_;
  std::vector<Row> rows_;
};

// `text` broken at blanks to fit the terminal, each line `indent` blanks in; ends with a line end.
std::string wrapped(const std::string& text, std::size_t indent, const Look& look);

}  // namespace nernst
