// SPDX-License-Identifier: Apache-2.0
// Products of a matrix of doubles with a batch of vectors, each sum in the order of its terms: the
// definition, for references and for what is not hot.
#pragma once

#include <algorithm>
#include <cstddef>

#include "nernst/base/error.h"
#include "nernst/base/matrix_view.h"

namespace nernst {

// y[b, row] = sum over columns of w[row, column] x[b, column]
inline void multiply(MatrixView<const double> w, MatrixView<const double> x, MatrixView<double> y) {
  NERNST_CHECK(x.columns() == w.columns() && y.columns() == w.rows() && x.rows() == y.rows());
  for (std::size_t b = 0; b < x.rows(); ++b)
    for (std::size_t r = 0; r < w.rows(); ++r) {
      double sum = 0;
      for (std::size_t c = 0; c < w.columns(); ++c) sum += w(r, c) * x(b, c);
      y(b, r) = sum;
    }
}

// x[b, column] = sum over rows of w[row, column] y[b, row]
inline void multiply_transposed(MatrixView<const double> w, MatrixView<const double> y,
                                MatrixView<double> x) {
  NERNST_CHECK(y.columns() == w.rows() && x.columns() == w.columns() && x.rows() == y.rows());
  for (std::size_t b = 0; b < y.rows(); ++b) {
    std::ranges::fill(x.row(b), 0.0);
    for (std::size_t r = 0; r < w.rows(); ++r)
      for (std::size_t c = 0; c < w.columns(); ++c) x(b, c) += w(r, c) * y(b, r);
  }
}

}  // namespace nernst
