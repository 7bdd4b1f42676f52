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

std::uint64_t trains_of(const NoiseStream& stream, std::uint64_t event,
                        std::span<const std::uint64_t> thresholds, std::uint32_t slots,
                        std::span<std::uint32_t> trains) {
  const WordTag words;
  HWY_ALIGN std::uint32_t part[4 * kLaneBlock];
  auto bits = hn::Zero(words);
  for (std::size_t first = 0; first < trains.size(); first += 4 * kLaneBlock) {
    const std::size_t size = std::min(4 * kLaneBlock, trains.size() - first);
    // a line fires where its word is at most threshold - 1, which fits in 32 bits
    bool any = false;
    std::fill(std::begin(part), std::end(part), 0u);
    for (std::size_t k = 0; k < size; ++k) {
      const std::uint64_t threshold = thresholds[first + k];
      any = any || threshold > 0;
      part[k] = static_cast<std::uint32_t>(threshold > 0 ? threshold - 1 : 0);
    }
    if (!any) {
      std::fill_n(trains.begin() + static_cast<std::ptrdiff_t>(first), size, 0u);
      continue;
    }
    for (std::size_t lane = 0; lane < kLaneBlock; lane += kLanes) {
      WordVec fired[4];
      for (auto& train : fired) train = hn::Zero(words);
      const auto line = hn::Iota(words, static_cast<std::uint32_t>(first / 4 + lane));
      for (std::uint32_t slot = 0; slot < slots; ++slot) {
        const auto block = hn::Add(hn::ShiftLeft<5>(line), hn::Set(words, slot));
        const LaneWords drawn = lane_words(stream, block, event);
        for (std::size_t w = 0; w < 4; ++w) {
          const auto most = hn::Load(words, part + w * kLaneBlock + lane);
          const auto below = hn::Eq(hn::Min(drawn.word[w], most), drawn.word[w]);
          fired[w] = hn::Or(fired[w], hn::IfThenElseZero(below, hn::Set(words, 1u << slot)));
        }
      }
      for (std::size_t w = 0; w < 4; ++w) hn::Store(fired[w], words, part + w * kLaneBlock + lane);
    }
    for (std::size_t k = 0; k < 4 * kLaneBlock; ++k)
      if (k >= size || thresholds[first + k] == 0) part[k] = 0;
    for (std::size_t k = 0; k < 4 * kLaneBlock; k += kLanes)
      bits = hn::Add(bits, hn::PopulationCount(hn::Load(words, part + k)));
    std::copy_n(part, size, trains.begin() + static_cast<std::ptrdiff_t>(first));
  }
  return hn::GetLane(hn::SumOfLanes(words, bits));
}

}  // namespace nernst::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nernst {

HWY_EXPORT(trains_of);

std::uint64_t draw_trains(const NoiseStream& stream, std::uint64_t event,
                          std::span<const std::uint64_t> thresholds, std::uint32_t slots,
                          std::span<std::uint32_t> trains) {
  return HWY_DYNAMIC_DISPATCH(trains_of)(stream, event, thresholds, slots, trains);
}

}  // namespace nernst
#endif
