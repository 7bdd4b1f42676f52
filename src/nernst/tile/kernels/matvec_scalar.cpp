// SPDX-License-Identifier: Apache-2.0
// The plain version: what the order of the sums means, written out.
#include <array>

#include "nernst/tile/kernels/matvec.h"

namespace nernst {

namespace {

void mvm(MatrixView<const float> w, MatrixView<const float> x, MatrixView<float> y) {
  for (std::size_t b = 0; b < x.rows(); ++b) {
    for (std::size_t row = 0; row < w.rows(); ++row) {
      std::array<float, 16> partial{};
      for (std::size_t c = 0; c < w.columns(); ++c) partial[c % 16] += w(row, c) * x(b, c);
      for (std::size_t half = 8; half > 0; half /= 2)
        for (std::size_t k = 0; k < half; ++k) partial[k] += partial[k + half];
      y(b, row) = partial[0];
    }
  }
}

void mvm_transposed(MatrixView<const float> w, MatrixView<const float> y, MatrixView<float> x) {
  for (std::size_t b = 0; b < y.rows(); ++b) {
    for (std::size_t c = 0; c < w.columns(); ++c) {
      float sum = 0;
      for (std::size_t row = 0; row < w.rows(); ++row) sum += w(row, c) * y(b, row);
      x(b, c) = sum;
    }
  }
}

}  // namespace

MatMulKernels scalar_matmul() { return {mvm, mvm_transposed}; }

}  // namespace nernst
