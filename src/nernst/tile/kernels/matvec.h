// SPDX-License-Identifier: Apache-2.0
// Matrix-vector products of a plane of float weights, with sums in an order that depends on nothing
// but the shape: the same bits from every implementation.
#pragma once

#include <span>
#include <string_view>

#include "nernst/base/matrix_view.h"

namespace nernst {

// y[row] = sum over columns of w[row, column] x[column].
// Column c is added to partial sum c mod 16; the 16 partial sums are added as a binary tree.
// Error against exact arithmetic: below (columns / 16 + 5) 2^-24 sum |w x|.
using MatVec = void (*)(MatrixView<const float> w, std::span<const float> x, std::span<float> y);

// x[column] = sum over rows of w[row, column] y[row], rows added in their order.
// Error: below rows 2^-24 sum |w y|.
struct MatVecKernels {
  MatVec mvm;
  MatVec mvm_transposed;
};

MatVecKernels scalar_matvec();
MatVecKernels fast_matvec();

// The instruction set that the fast kernels run on here, as "AVX3" or "AVX2".
std::string_view instruction_set();

}  // namespace nernst
