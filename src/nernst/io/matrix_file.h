// SPDX-License-Identifier: Apache-2.0
// A matrix of numbers as people keep it: CSV with or without a header, .npy, or .npz.
#pragma once

#include <string>
#include <string_view>

#include "nernst/base/matrix_view.h"

namespace nernst::io {

// Whether a CSV file may hold `inf` too.
enum class Infinite { refused, allowed };

// The matrix in `bytes`; which of the formats it is shows in them. Of an NPZ file it is its only
// array with two dimensions; a list (one dimension) is one row. Numbers in an .npy or .npz may be
// NaN or infinite. Throws ConfigError naming `where`, and in CSV the line and the column.
Matrix<double> parse_matrix(std::string_view bytes, const std::string& where,
                            Infinite infinite = Infinite::refused);

Matrix<double> read_matrix(const std::string& path, Infinite infinite = Infinite::refused);

// Rows of comma-separated numbers, each as short as it can be read back to the same bits.
std::string matrix_csv(MatrixView<const double> matrix);

}  // namespace nernst::io
