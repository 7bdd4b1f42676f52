// SPDX-License-Identifier: Apache-2.0
// Chains of nodes solved side by side: node k of line l stands at [k * stride + l], so that one
// register holds the same node of neighbouring lines. Planes start on a cache line, `stride` is a
// multiple of 16, and lanes past the last line hold zeros. Every result has the same bits on all
// instruction sets.
#pragma once

#include <cstddef>

namespace nernst {

struct LinePlane {
  std::size_t nodes = 0, stride = 0;  // stride: lines, padded
  std::size_t size() const { return nodes * stride; }
};

// The pivots of chains with unit conductance between neighbours, `shunt` from each node to ground
// and `first` and `last` more at the ends: inverse[k] = 1 / d_k of T = L D L^T, with node 0 or the
// last one eliminated first.
enum class ChainOrder { from_first, from_last };
void factor_chains(LinePlane plane, ChainOrder order, const double* shunt, double first,
                   double last, double* inverse);

// result = T^-1 x. `result` may be `x`.
void solve_chains(LinePlane plane, const double* inverse, const double* x, double* result);

// result[l * result_stride + k] = factor[l * result_stride + k] * x[k * x.stride + l] for the
// `lines` lines.
void transpose_times(LinePlane x_plane, std::size_t lines, const double* x,
                     std::size_t result_stride, const double* factor, double* result);

// On whole planes of `size` numbers, a multiple of 16. Element k of a sum is added to partial sum
// k mod 16; these are added in a tree.

double dot_product(std::size_t size, const double* a, const double* b);
// sum of (a - b)^2
double square_distance(std::size_t size, const double* a, const double* b);

// And of conjugate gradients:

// p = z + beta p; w = r + beta w
void next_direction(std::size_t size, double beta, const double* z, const double* r, double* p,
                    double* w);
// q = w - t; returns p . q
double finish_product(std::size_t size, const double* w, const double* t, const double* p,
                      double* q);
// u += alpha p; r -= alpha q; returns the sum of |r|
double take_step(std::size_t size, double alpha, const double* p, const double* q, double* u,
                 double* r);

}  // namespace nernst
