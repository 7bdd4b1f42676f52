// SPDX-License-Identifier: Apache-2.0
#include "nernst/io/matrix_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <limits>

#include "nernst/base/error.h"
#include "nernst/io/csv.h"
#include "nernst/io/file.h"
#include "nernst/io/npz.h"

namespace nernst::io {

namespace {

Matrix<double> matrix_of(const NpzArray& array, const std::string& where) {
  if (array.shape.empty() || array.shape.size() > 2)
    throw ConfigError(where, fmt::format("{} dimensions", array.shape.size()),
                      "give a matrix: rows x columns");
  const bool list = array.shape.size() == 1;
  Matrix<double> matrix(list ? 1 : array.shape[0], list ? array.shape[0] : array.shape[1]);
  std::ranges::copy(array.values, matrix.values().begin());
  return matrix;
}

Matrix<double> only_matrix(const std::vector<NpzArray>& arrays, const std::string& where) {
  const NpzArray* found = nullptr;
  for (const NpzArray& array : arrays) {
    if (array.shape.size() != 2) continue;
    if (found != nullptr)
      throw ConfigError(where, "several matrices", "give a file with one, or an .npy");
    found = &array;
  }
  if (found == nullptr) throw ConfigError(where, "no matrix", "give one with two dimensions");
  return matrix_of(*found, where);
}

bool is_infinite(std::string_view text) {
  return text == "inf" || text == "Inf" || text == "INF" || text == "+inf" || text == "infinity";
}

Matrix<double> matrix_with_infinities(const CsvTable& table) {
  // (a first row of nothing else is no header)
  const bool first = !table.header().empty() && std::ranges::all_of(table.header(), is_infinite);
  const std::size_t before = first ? 1 : 0;
  Matrix<double> matrix(table.rows() + before, table.columns());
  if (matrix.rows() == 0)
    throw ConfigError(table.name(), "no rows", "give a matrix as CSV, .npy or .npz");
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (first) std::ranges::fill(matrix.row(0), infinity);
  for (std::size_t r = 0; r < table.rows(); ++r)
    for (std::size_t c = 0; c < table.columns(); ++c)
      matrix(r + before, c) = is_infinite(table.text(r, c)) ? infinity : table.number(r, c);
  return matrix;
}

}  // namespace

Matrix<double> parse_matrix(std::string_view bytes, const std::string& where, Infinite infinite) {
  if (bytes.starts_with("\x93NUMPY")) return matrix_of(parse_npy(bytes, where, where), where);
  if (bytes.starts_with("PK")) return only_matrix(parse_npz(bytes, where), where);
  const CsvTable table = parse_csv(bytes, where);
  if (infinite == Infinite::allowed) return matrix_with_infinities(table);
  if (table.rows() == 0) throw ConfigError(where, "no rows", "give a matrix as CSV, .npy or .npz");
  Matrix<double> matrix(table.rows(), table.columns());
  for (std::size_t r = 0; r < table.rows(); ++r)
    std::ranges::copy(table.row_numbers(r, 0, table.columns()), matrix.row(r).begin());
  return matrix;
}

Matrix<double> read_matrix(const std::string& path, Infinite infinite) {
  return parse_matrix(read_file(path), std::filesystem::path(path).filename().string(), infinite);
}

std::string matrix_csv(MatrixView<const double> matrix) {
  std::string text;
  for (std::size_t r = 0; r < matrix.rows(); ++r) {
    for (std::size_t c = 0; c < matrix.columns(); ++c)
      fmt::format_to(std::back_inserter(text), "{}{}", c == 0 ? "" : ",", matrix(r, c));
    text += '\n';
  }
  return text;
}

}  // namespace nernst::io
