// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/wires/line_kernels.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nernst/circuit/wires/line_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace nernst::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::CappedTag<double, 8>;
using Vec = hn::Vec<Tag>;
inline constexpr std::size_t kWidth = hn::MaxLanes(Tag());
inline constexpr std::size_t kSums = 16 / kWidth;

template <std::size_t Registers>
HWY_INLINE void factor_strip(LinePlane plane, ChainOrder order, const double* HWY_RESTRICT shunt,
                             double first, double last, double* HWY_RESTRICT inverse) {
  const Tag tag;
  const auto one = hn::Set(tag, 1.0);
  // the conductance to ground that a node sees, but for the segment to the next one: sums and
  // series of positive numbers only, so that a large shunt does not hide a small one
  Vec seen[Registers];
  const bool ascending = order == ChainOrder::from_first;
  const auto end = hn::Set(tag, ascending ? last : first);
  for (auto& s : seen) s = hn::Set(tag, ascending ? first : last);
  for (std::size_t n = 0; n < plane.nodes; ++n) {
    const std::size_t k = ascending ? n : plane.nodes - 1 - n;
    const bool at_end = n + 1 == plane.nodes;
    for (std::size_t v = 0; v < Registers; ++v) {
      const std::size_t at = k * plane.stride + v * kWidth;
      const auto here = hn::Add(seen[v], hn::Load(tag, shunt + at));
      const auto pivot = hn::Div(one, hn::Add(here, at_end ? end : one));
      hn::Store(pivot, tag, inverse + at);
      seen[v] = hn::Mul(here, pivot);
    }
  }
}

void factor(LinePlane plane, ChainOrder order, const double* shunt, double first, double last,
            double* inverse) {
  constexpr std::size_t registers = 16 / kWidth;
  for (std::size_t l = 0; l < plane.stride; l += 16)
    factor_strip<registers>(plane, order, shunt + l, first, last, inverse + l);
}

template <std::size_t Registers>
HWY_INLINE void solve_strip(LinePlane plane, const double* inverse, const double* x,
                            double* result) {
  const Tag tag;
  Vec before[Registers];
  for (auto& b : before) b = hn::Zero(tag);
  for (std::size_t k = 0; k < plane.nodes; ++k)
    for (std::size_t v = 0; v < Registers; ++v) {
      const std::size_t at = k * plane.stride + v * kWidth;
      before[v] = hn::Mul(hn::Load(tag, inverse + at), hn::Add(hn::Load(tag, x + at), before[v]));
      hn::Store(before[v], tag, result + at);
    }
  for (std::size_t k = plane.nodes - 1; k-- > 0;)
    for (std::size_t v = 0; v < Registers; ++v) {
      const std::size_t at = k * plane.stride + v * kWidth;
      before[v] =
          hn::Add(hn::Load(tag, result + at), hn::Mul(hn::Load(tag, inverse + at), before[v]));
      hn::Store(before[v], tag, result + at);
    }
}

void solve(LinePlane plane, const double* inverse, const double* x, double* result) {
  // several registers at once hide the latency of the recurrence
  constexpr std::size_t wide = 64;
  std::size_t l = 0;
  for (; l + wide <= plane.stride; l += wide)
    solve_strip<wide / kWidth>(plane, inverse + l, x + l, result + l);
  for (; l < plane.stride; l += 16) solve_strip<16 / kWidth>(plane, inverse + l, x + l, result + l);
}

void transposed_times(LinePlane x_plane, std::size_t lines, const double* HWY_RESTRICT x,
                      std::size_t stride, const double* HWY_RESTRICT factor,
                      double* HWY_RESTRICT result) {
  constexpr std::size_t block = 8;
  for (std::size_t k0 = 0; k0 < x_plane.nodes; k0 += block) {
    const std::size_t k1 = std::min(k0 + block, x_plane.nodes);
    for (std::size_t l = 0; l < lines; ++l)
      for (std::size_t k = k0; k < k1; ++k)
        result[l * stride + k] = factor[l * stride + k] * x[k * x_plane.stride + l];
  }
}

// The sum of 16 partial sums, as a tree.
HWY_INLINE double tree_sum(const Vec* sums) {
  HWY_ALIGN double partial[16];
  for (std::size_t v = 0; v < kSums; ++v) hn::Store(sums[v], Tag(), partial + v * kWidth);
  for (std::size_t half = 8; half > 0; half /= 2)
    for (std::size_t k = 0; k < half; ++k) partial[k] += partial[k + half];
  return partial[0];
}

double dot(std::size_t size, const double* HWY_RESTRICT a, const double* HWY_RESTRICT b) {
  const Tag tag;
  Vec sums[kSums];
  for (auto& sum : sums) sum = hn::Zero(tag);
  for (std::size_t k = 0; k < size; k += 16)
    for (std::size_t v = 0; v < kSums; ++v) {
      const std::size_t at = k + v * kWidth;
      sums[v] = hn::Add(sums[v], hn::Mul(hn::Load(tag, a + at), hn::Load(tag, b + at)));
    }
  return tree_sum(sums);
}

double distance(std::size_t size, const double* HWY_RESTRICT a, const double* HWY_RESTRICT b) {
  const Tag tag;
  Vec sums[kSums];
  for (auto& sum : sums) sum = hn::Zero(tag);
  for (std::size_t k = 0; k < size; k += 16)
    for (std::size_t v = 0; v < kSums; ++v) {
      const std::size_t at = k + v * kWidth;
      const auto apart = hn::Sub(hn::Load(tag, a + at), hn::Load(tag, b + at));
      sums[v] = hn::Add(sums[v], hn::Mul(apart, apart));
    }
  return tree_sum(sums);
}

void direction(std::size_t size, double beta, const double* HWY_RESTRICT z,
               const double* HWY_RESTRICT r, double* HWY_RESTRICT p, double* HWY_RESTRICT w) {
  const Tag tag;
  const auto times = hn::Set(tag, beta);
  for (std::size_t k = 0; k < size; k += kWidth) {
    hn::Store(hn::Add(hn::Load(tag, z + k), hn::Mul(times, hn::Load(tag, p + k))), tag, p + k);
    hn::Store(hn::Add(hn::Load(tag, r + k), hn::Mul(times, hn::Load(tag, w + k))), tag, w + k);
  }
}

double product(std::size_t size, const double* HWY_RESTRICT w, const double* HWY_RESTRICT t,
               const double* HWY_RESTRICT p, double* HWY_RESTRICT q) {
  const Tag tag;
  Vec sums[kSums];
  for (auto& sum : sums) sum = hn::Zero(tag);
  for (std::size_t k = 0; k < size; k += 16)
    for (std::size_t v = 0; v < kSums; ++v) {
      const std::size_t at = k + v * kWidth;
      const auto value = hn::Sub(hn::Load(tag, w + at), hn::Load(tag, t + at));
      hn::Store(value, tag, q + at);
      sums[v] = hn::Add(sums[v], hn::Mul(hn::Load(tag, p + at), value));
    }
  return tree_sum(sums);
}

double step(std::size_t size, double alpha, const double* HWY_RESTRICT p,
            const double* HWY_RESTRICT q, double* HWY_RESTRICT u, double* HWY_RESTRICT r) {
  const Tag tag;
  const auto times = hn::Set(tag, alpha);
  Vec sums[kSums];
  for (auto& sum : sums) sum = hn::Zero(tag);
  for (std::size_t k = 0; k < size; k += 16)
    for (std::size_t v = 0; v < kSums; ++v) {
      const std::size_t at = k + v * kWidth;
      hn::Store(hn::Add(hn::Load(tag, u + at), hn::Mul(times, hn::Load(tag, p + at))), tag, u + at);
      const auto left = hn::Sub(hn::Load(tag, r + at), hn::Mul(times, hn::Load(tag, q + at)));
      hn::Store(left, tag, r + at);
      sums[v] = hn::Add(sums[v], hn::Abs(left));
    }
  return tree_sum(sums);
}

}  // namespace nernst::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nernst {

HWY_EXPORT(factor);
HWY_EXPORT(solve);
HWY_EXPORT(transposed_times);
HWY_EXPORT(dot);
HWY_EXPORT(distance);
HWY_EXPORT(direction);
HWY_EXPORT(product);
HWY_EXPORT(step);

void factor_chains(LinePlane plane, ChainOrder order, const double* shunt, double first,
                   double last, double* inverse) {
  HWY_DYNAMIC_DISPATCH(factor)(plane, order, shunt, first, last, inverse);
}
void solve_chains(LinePlane plane, const double* inverse, const double* x, double* result) {
  HWY_DYNAMIC_DISPATCH(solve)(plane, inverse, x, result);
}
void transpose_times(LinePlane x_plane, std::size_t lines, const double* x,
                     std::size_t result_stride, const double* factor, double* result) {
  HWY_DYNAMIC_DISPATCH(transposed_times)(x_plane, lines, x, result_stride, factor, result);
}
double dot_product(std::size_t size, const double* a, const double* b) {
  return HWY_DYNAMIC_DISPATCH(dot)(size, a, b);
}
double square_distance(std::size_t size, const double* a, const double* b) {
  return HWY_DYNAMIC_DISPATCH(distance)(size, a, b);
}
void next_direction(std::size_t size, double beta, const double* z, const double* r, double* p,
                    double* w) {
  HWY_DYNAMIC_DISPATCH(direction)(size, beta, z, r, p, w);
}
double finish_product(std::size_t size, const double* w, const double* t, const double* p,
                      double* q) {
  return HWY_DYNAMIC_DISPATCH(product)(size, w, t, p, q);
}
double take_step(std::size_t size, double alpha, const double* p, const double* q, double* u,
                 double* r) {
  return HWY_DYNAMIC_DISPATCH(step)(size, alpha, p, q, u, r);
}

}  // namespace nernst
#endif
