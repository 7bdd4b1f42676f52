// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/wires/batch_kernels.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nernst/circuit/wires/batch_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace nernst::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::CappedTag<double, kReadLanes>;
using Vec = hn::Vec<Tag>;
inline constexpr std::size_t kWidth = hn::MaxLanes(Tag());
// output lines at once, to hide the latency of their recurrences: as many as there are registers
inline constexpr std::size_t kTogether = kWidth == 8 ? 8 : 4;

void start(std::size_t outputs, std::size_t driven, std::size_t stride,
           const double* HWY_RESTRICT pivot, double first, double last,
           const double* HWY_RESTRICT volts, double* HWY_RESTRICT crossings) {
  const Tag tag;
  const std::size_t line = driven * kReadLanes;
  for (std::size_t o = 0; o < outputs; ++o)
    for (std::size_t d = 0; d < driven; ++d)
      for (std::size_t v = 0; v < kReadLanes; v += kWidth) {
        const std::size_t at = d * kReadLanes + v;
        const auto volt = hn::Load(tag, volts + at);
        auto into = o == 0 ? hn::Mul(hn::Set(tag, first), volt)
                           : hn::Load(tag, crossings + (o - 1) * line + at);
        if (o + 1 == outputs) into = hn::Add(into, hn::Mul(hn::Set(tag, last), volt));
        hn::Store(hn::Mul(hn::Set(tag, pivot[o * stride + d]), into), tag,
                  crossings + o * line + at);
      }
}

// `Lines` output lines from o0 on in the sweep's order, lanes from v on.
template <std::size_t Lines>
HWY_INLINE void sweep_lines(const ReadSweep& sweep, std::size_t o0, std::size_t v,
                            const double* HWY_RESTRICT active, double* HWY_RESTRICT crossings,
                            double* HWY_RESTRICT carry, double* HWY_RESTRICT current,
                            double* HWY_RESTRICT magnitude) {
  const Tag tag;
  const std::size_t driven = sweep.driven, line = driven * kReadLanes;
  const auto ratio = hn::Set(tag, sweep.ratio);
  std::size_t output[Lines];
  const double *shunt[Lines], *left[Lines], *taken[Lines];
  double* crossing[Lines];
  for (std::size_t j = 0; j < Lines; ++j) {
    const std::size_t o = sweep.ascending ? o0 + j : o0 - j;
    output[j] = o;
    shunt[j] = sweep.shunt + o * sweep.stride;
    left[j] = sweep.left + o * sweep.stride;
    taken[j] = sweep.taken + o * sweep.stride;
    crossing[j] = crossings + o * line + v;
  }

  // driven lines are substituted, output lines eliminated
  Vec on_line[Lines], sum[Lines];
  for (std::size_t j = 0; j < Lines; ++j) on_line[j] = sum[j] = hn::Zero(tag);
  double* HWY_RESTRICT volts = carry + v;
  for (std::size_t d = 0; d < driven; ++d) {
    const double* HWY_RESTRICT pivot = sweep.output_pivot + d * sweep.output_stride;
    auto volt = hn::Load(tag, volts + d * kReadLanes);
    for (std::size_t j = 0; j < Lines; ++j) {
      double* const at = crossing[j] + d * kReadLanes;
      volt = hn::Add(hn::Load(tag, at), hn::Mul(hn::Set(tag, left[j][d]), volt));
      const auto flow = hn::Mul(ratio, hn::Mul(hn::Set(tag, shunt[j][d]), volt));
      sum[j] = hn::Add(sum[j], hn::Abs(flow));
      on_line[j] = hn::Mul(hn::Set(tag, pivot[output[j]]), hn::Add(flow, on_line[j]));
      hn::Store(on_line[j], tag, at);
    }
    hn::Store(volt, tag, volts + d * kReadLanes);
  }

  // output lines are substituted, driven lines eliminated from the other end
  Vec at_last[Lines];
  for (std::size_t j = 0; j < Lines; ++j) {
    at_last[j] = on_line[j];
    on_line[j] = hn::Zero(tag);
  }
  double* HWY_RESTRICT eliminated = carry + line + v;
  for (std::size_t d = driven; d-- > 0;) {
    const double* HWY_RESTRICT pivot = sweep.output_pivot + d * sweep.output_stride;
    auto gone = hn::Load(tag, eliminated + d * kReadLanes);
    for (std::size_t j = 0; j < Lines; ++j) {
      double* const at = crossing[j] + d * kReadLanes;
      on_line[j] = hn::Add(hn::Load(tag, at), hn::Mul(hn::Set(tag, pivot[output[j]]), on_line[j]));
      const auto into = hn::Mul(hn::Set(tag, shunt[j][d]), on_line[j]);
      gone = hn::Mul(hn::Set(tag, taken[j][d]), hn::Add(into, gone));
      hn::Store(gone, tag, at);
    }
    hn::Store(gone, tag, eliminated + d * kReadLanes);
  }

  const auto counts = hn::Load(tag, active + v);
  for (std::size_t j = 0; j < Lines; ++j) {
    const std::size_t at = output[j] * kReadLanes + v;
    const auto step = hn::Add(hn::Mul(hn::Set(tag, sweep.first), on_line[j]),
                              hn::Mul(hn::Set(tag, sweep.last), at_last[j]));
    hn::Store(hn::Add(hn::Load(tag, current + at), hn::Mul(counts, step)), tag, current + at);
    hn::Store(sum[j], tag, magnitude + at);
  }
}

void sweep_all(const ReadSweep& sweep, const double* active, double* crossings, double* carry,
               double* current, double* magnitude) {
  std::fill(carry, carry + 2 * sweep.driven * kReadLanes, 0.0);
  for (std::size_t v = 0; v < kReadLanes; v += kWidth) {
    std::size_t done = 0;
    const auto first = [&] { return sweep.ascending ? done : sweep.outputs - 1 - done; };
    for (; done + kTogether <= sweep.outputs; done += kTogether)
      sweep_lines<kTogether>(sweep, first(), v, active, crossings, carry, current, magnitude);
    for (; done < sweep.outputs; ++done)
      sweep_lines<1>(sweep, first(), v, active, crossings, carry, current, magnitude);
  }
}

}  // namespace nernst::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nernst {

HWY_EXPORT(start);
HWY_EXPORT(sweep_all);

void start_reads(std::size_t outputs, std::size_t driven, std::size_t stride, const double* pivot,
                 double first, double last, const double* volts, double* crossings) {
  HWY_DYNAMIC_DISPATCH(start)
  (outputs, driven, stride, pivot, first, last, volts, crossings);
}
void sweep_reads(const ReadSweep& sweep, const double* active, double* crossings, double* carry,
                 double* current, double* magnitude) {
  HWY_DYNAMIC_DISPATCH(sweep_all)(sweep, active, crossings, carry, current, magnitude);
}

}  // namespace nernst
#endif
