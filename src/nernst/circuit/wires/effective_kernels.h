// SPDX-License-Identifier: Apache-2.0
// Rows of effective weights, on the instruction set of this machine; the same bits on all of them.
// Rows start on a cache line and go on with zeros to a multiple of 16.
#pragma once

#include <cstddef>

namespace nernst {

// effective[k] = factor[k] * net[k] + shift[k] in float, for k below `size`, a multiple of 16.
void effective_row(std::size_t size, const double* net, const float* factor, const float* shift,
                   float* effective);

}  // namespace nernst
