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

}  // namespace nernst::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nernst {

HWY_EXPORT(effective);

void effective_row(std::size_t size, const double* net, const float* factor, const float* shift,
                   float* result) {
  HWY_DYNAMIC_DISPATCH(effective)(size, net, factor, shift, result);
}

}  // namespace nernst
#endif
