// SPDX-License-Identifier: Apache-2.0
#include "nernst/tile/kernels/matvec.h"

#include <gtest/gtest.h>

#include <cmath>
#include <tuple>

#include "nernst/base/aligned.h"
#include "nernst/base/noise.h"

namespace nernst {
namespace {

PaddedMatrix<float> random_matrix(std::size_t rows, std::size_t columns, std::uint32_t owner) {
  const NoiseStream stream(5, owner, Purpose::split);
  PaddedMatrix<float> matrix(rows, columns);
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < columns; ++c)
      matrix.row(r)[c] = 2 * stream.uniform<float>(r * columns + c, 0) - 1;
  return matrix;
}

// (rows, columns, batch): tails of every block.
class MatMulShapes
    : public testing::TestWithParam<std::tuple<std::size_t, std::size_t, std::size_t>> {};

TEST_P(MatMulShapes, FastHasTheBitsOfPlainWithinTheStatedError) {
  const auto [rows, columns, batch] = GetParam();
  const PaddedMatrix<float> w = random_matrix(rows, columns, 1);
  for (const bool transposed : {false, true}) {
    const std::size_t inputs = transposed ? rows : columns, outputs = transposed ? columns : rows;
    const PaddedMatrix<float> x = random_matrix(batch, inputs, 2);
    PaddedMatrix<float> fast(batch, outputs), plain(batch, outputs);
    const MatMulKernels lanes = fast_matmul(), scalar = scalar_matmul();
    (transposed ? lanes.mvm_transposed : lanes.mvm)(w.view(), x.view(), fast.view());
    (transposed ? scalar.mvm_transposed : scalar.mvm)(w.view(), x.view(), plain.view());
    for (std::size_t b = 0; b < batch; ++b) {
      for (std::size_t k = 0; k < outputs; ++k) {
        ASSERT_EQ(fast.row(b)[k], plain.row(b)[k]) << transposed << " " << b << " " << k;
        double exact = 0, size = 0;
        for (std::size_t j = 0; j < inputs; ++j) {
          const double term = static_cast<double>(transposed ? w.row(j)[k] : w.row(k)[j]) *
                              static_cast<double>(x.row(b)[j]);
          exact += term;
          size += std::abs(term);
        }
        const double terms = static_cast<double>(inputs);
        const double roundings = transposed ? terms : terms / 16 + 5;
        ASSERT_LE(std::abs(static_cast<double>(fast.row(b)[k]) - exact),
                  roundings * 0x1p-24 * size + 1e-30);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, MatMulShapes,
                         testing::Combine(testing::Values(1, 3, 4, 7, 129),
                                          testing::Values(1, 15, 16, 17, 127, 203),
                                          testing::Values(1, 2, 4, 5, 9)));

}  // namespace
}  // namespace nernst
