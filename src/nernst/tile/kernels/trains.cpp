// SPDX-License-Identifier: Apache-2.0
#include "nernst/tile/kernels/trains.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nernst/tile/kernels/trains.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "nernst/base/lanes-inl.h"
#include "nernst/base/noise-inl.h"

HWY_BEFORE_NAMESPACE();
namespace nernst::HWY_NAMESPACE {

void trains_of(const NoiseStream& stream, std::uint64_t event,
               std::span<const std::uint64_t> thresholds, std::uint32_t slots,
               std::span<std::uint32_t> trains) {
  const WordTag words;
  HWY_ALIGN std::uint32_t part[kLanes];
  for (std::size_t first = 0; first < trains.size(); first += kLanes) {
    const std::size_t last = std::min(first + kLanes, trains.size());
    // a line fires where its word is at most threshold - 1, which fits in 32 bits
    bool any = false;
    for (std::size_t k = 0; k < kLanes; ++k) {
      const std::uint64_t threshold = first + k < last ? thresholds[first + k] : 0;
      any = any || threshold > 0;
      part[k] = threshold > 0 ? static_cast<std::uint32_t>(threshold - 1) : 0;
    }
    auto fired = hn::Zero(words);
    if (any) {
      const auto most = hn::Load(words, part);
      const auto line = hn::Iota(words, static_cast<std::uint32_t>(first));
      for (std::uint32_t slot = 0; slot < slots; slot += 4) {
        const auto block = hn::Add(hn::ShiftLeft<3>(line), hn::Set(words, slot / 4));
        const LaneWords drawn = lane_words(stream, block, event);
        // words are drawn by fours; slots past the last do not fire
        for (std::uint32_t s = 0; s < 4 && slot + s < slots; ++s) {
          const auto below = hn::Eq(hn::Min(drawn.word[s], most), drawn.word[s]);
          fired = hn::Or(fired, hn::IfThenElseZero(below, hn::Set(words, 1u << (slot + s))));
        }
      }
    }
    hn::Store(fired, words, part);
    for (std::size_t k = first; k < last; ++k) trains[k] = thresholds[k] > 0 ? part[k - first] : 0;
  }
}

}  // namespace nernst::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nernst {

HWY_EXPORT(trains_of);

void draw_trains(const NoiseStream& stream, std::uint64_t event,
                 std::span<const std::uint64_t> thresholds, std::uint32_t slots,
                 std::span<std::uint32_t> trains) {
  HWY_DYNAMIC_DISPATCH(trains_of)(stream, event, thresholds, slots, trains);
}

}  // namespace nernst
#endif
