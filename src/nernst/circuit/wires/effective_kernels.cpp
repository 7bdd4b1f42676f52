// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/wires/effective_kernels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nernst/circuit/wires/effective_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace nernst::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::CappedTag<double, 8>;
using Floats = hn::Rebind<float, Tag>;
inline constexpr std::size_t kWidth = hn::MaxLanes(Tag());
inline constexpr std::size_t kSums = 16 / kWidth;

void effective(std::size_t size, const double* HWY_RESTRICT net, const float* HWY_RESTRICT factor,
               const float* HWY_RESTRICT shift, float* HWY_RESTRICT result) {
  const Tag tag;
  const Floats floats;
  for (std::size_t k = 0; k < size; k += kWidth) {
    const auto w = hn::DemoteTo(floats, hn::Load(tag, net + k));
    hn::Store(hn::Add(hn::Mul(hn::Load(floats, factor + k), w), hn::Load(floats, shift + k)),
              floats, result + k);
  }
}

double distance(std::size_t size, const double* HWY_RESTRICT a, const double* HWY_RESTRICT b) {
  const Tag tag;
  hn::Vec<Tag> sums[kSums];
  for (auto& sum : sums) sum = hn::Zero(tag);
  for (std::size_t k = 0; k < size; k += 16)
    for (std::size_t v = 0; v < kSums; ++v) {
      const std::size_t at = k + v * kWidth;
      const auto apart = hn::Sub(hn::Load(tag, a + at), hn::Load(tag, b + at));
      sums[v] = hn::Add(sums[v], hn::Mul(apart, apart));
    }
  HWY_ALIGN double partial[16];
  for (std::size_t v = 0; v < kSums; ++v) hn::Store(sums[v], tag, partial + v * kWidth);
  for (std::size_t half = 8; half > 0; half /= 2)
    for (std::size_t k = 0; k < half; ++k) partial[k] += partial[k + half];
  return partial[0];
}

}  // namespace nernst::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nernst {

HWY_EXPORT(effective);
HWY_EXPORT(distance);

void effective_row(std::size_t size, const double* net, const float* factor, const float* shift,
                   float* result) {
  HWY_DYNAMIC_DISPATCH(effective)(size, net, factor, shift, result);
}
double square_distance(std::size_t size, const double* a, const double* b) {
  return HWY_DYNAMIC_DISPATCH(distance)(size, a, b);
}

}  // namespace nernst
#endif
