// SPDX-License-Identifier: Apache-2.0
// Matrix products of a plane of float weights with a batch of vectors, with sums in an order that
// depends on nothing but the shape: the same bits from every implementation, and for a vector of a
// batch the bits of that vector alone.
#pragma once

#include "nernst/base/matrix_view.h"

namespace nernst {

// y[b, row] = sum over columns of w[row, column] x[b, column].
// Column c is added to partial sum c mod 16; the 16 partial sums are added as a binary tree.
// Error against exact arithmetic: below (columns / 16 + 5) 2^-24 sum |w x|.
// Rows of w and x start on a cache line and go on with zeros to a multiple of 16 columns.
using MatMul = void (*)(MatrixView<const float> w, MatrixView<const float> x, MatrixView<float> y);

// x[b, column] = sum over rows of w[row, column] y[b, row], rows added in their order.
// Error: below rows 2^-24 sum |w y|. The first column of w lies on a cache line, and w and x have
// room for a multiple of 16 columns.
struct MatMulKernels {
  MatMul mvm;
  MatMul mvm_transposed;
};

MatMulKernels scalar_matmul();
MatMulKernels fast_matmul();

}  // namespace nernst
