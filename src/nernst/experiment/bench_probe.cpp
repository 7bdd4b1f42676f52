// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/bench_probe.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nernst/experiment/bench_probe.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <vector>

#include "nernst/base/aligned.h"

HWY_BEFORE_NAMESPACE();
namespace nernst::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Chains side by side: more than a multiply-add takes cycles, on two units.
constexpr std::size_t kChains = 12;

// sum of values[k] * factor; `size` is a multiple of kLaneBlock.
float sum_of_products(const float* HWY_RESTRICT values, std::size_t size, float factor) {
  const hn::CappedTag<float, kLaneBlock> tag;
  constexpr std::size_t lanes = hn::MaxLanes(tag), streams = 8;
  const auto factors = hn::Set(tag, factor);
  hn::Vec<decltype(tag)> sums[streams];
  for (auto& sum : sums) sum = hn::Zero(tag);
  std::size_t k = 0;
  for (; k + streams * lanes <= size; k += streams * lanes)
    for (std::size_t s = 0; s < streams; ++s)
      sums[s] = hn::MulAdd(hn::Load(tag, values + k + s * lanes), factors, sums[s]);
  for (; k + lanes <= size; k += lanes)
    sums[0] = hn::MulAdd(hn::Load(tag, values + k), factors, sums[0]);
  for (std::size_t s = 1; s < streams; ++s) sums[0] = hn::Add(sums[0], sums[s]);
  return hn::GetLane(hn::SumOfLanes(tag, sums[0]));
}

// `steps` multiply-adds on each lane of each chain; the number of operations.
std::size_t multiply_add(std::size_t steps, float factor, float* result) {
  const hn::CappedTag<float, kLaneBlock> tag;
  const auto factors = hn::Set(tag, factor), terms = hn::Set(tag, 1 - factor);
  hn::Vec<decltype(tag)> chains[kChains];
  for (auto& chain : chains) chain = factors;
  for (std::size_t k = 0; k < steps; ++k)
    for (auto& chain : chains) chain = hn::MulAdd(chain, factors, terms);
  for (std::size_t c = 1; c < kChains; ++c) chains[0] = hn::Add(chains[0], chains[c]);
  *result = hn::GetLane(chains[0]);
  return 2 * steps * kChains * hn::MaxLanes(tag);
}

}  // namespace nernst::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nernst {

HWY_EXPORT(sum_of_products);
HWY_EXPORT(multiply_add);

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point began) {
  return std::chrono::duration<double>(Clock::now() - began).count();
}

// What a loop leaves here cannot be left out.
void keep(float value) {
  [[maybe_unused]] thread_local volatile float kept = 0;
  kept = value;
}

// The shortest of the repeats that fit in 0.1 s, five at least.
double shortest_s(const std::function<void()>& operation) {
  operation();
  const auto began = Clock::now();
  double shortest = 0;
  for (int repeats = 0; repeats < 5 || seconds_since(began) < 0.1; ++repeats) {
    const auto start = Clock::now();
    operation();
    const double spent_s = seconds_since(start);
    if (repeats == 0 || spent_s < shortest) shortest = spent_s;
  }
  return shortest;
}

}  // namespace

Timing time_of(const std::function<void()>& operation) {
  constexpr double least_s = 0.3, most_s = 1, group_s = 5e-5;
  constexpr std::size_t least_repeats = 11, fewest_repeats = 3;
  // the first call finds cold caches and pages that are not there yet
  auto began = Clock::now();
  operation();
  const bool long_one = seconds_since(began) > group_s;
  std::size_t group = 1;
  while (!long_one) {
    began = Clock::now();
    for (std::size_t k = 0; k < group; ++k) operation();
    if (seconds_since(began) > group_s) break;
    group *= 2;
  }

  std::vector<double> times_s;
  double total_s = 0;
  while (times_s.size() < fewest_repeats ||
         (total_s < most_s && (times_s.size() < least_repeats || total_s < least_s))) {
    began = Clock::now();
    for (std::size_t k = 0; k < group; ++k) operation();
    const double spent_s = seconds_since(began);
    total_s += spent_s;
    times_s.push_back(spent_s / static_cast<double>(group));
  }
  std::sort(times_s.begin(), times_s.end());
  const auto rank = [&](double part) {
    const auto size = static_cast<double>(times_s.size());
    return times_s[static_cast<std::size_t>(std::ceil(part * size)) - 1];
  };
  return {.median_s = rank(0.5), .min_s = times_s.front(), .p90_s = rank(0.9)};
}

double read_bandwidth_B_per_s(std::span<const float> values, const Threads& threads) {
  constexpr std::size_t blocks_per_part = (1 << 15) / kLaneBlock, least_floats = 1 << 18;
  const std::size_t blocks = values.size() / kLaneBlock;
  const std::size_t floats = std::max<std::size_t>(1, blocks) * kLaneBlock;
  // a small array is read many times over, so that the clock does not count
  const std::size_t passes = (least_floats + floats - 1) / floats;
  const double spent_s = shortest_s([&] {
    for (std::size_t pass = 0; pass < passes; ++pass)
      threads.for_each_part(blocks, blocks_per_part, [&](std::size_t first, std::size_t last) {
        keep(HWY_DYNAMIC_DISPATCH(sum_of_products)(values.data() + first * kLaneBlock,
                                                   (last - first) * kLaneBlock, 0.5f));
      });
  });
  return static_cast<double>(passes * blocks * kLaneBlock * sizeof(float)) / spent_s;
}

double arithmetic_peak_per_s(const Threads& threads) {
  // several parts for a thread, so that one which starts late takes fewer
  constexpr std::size_t steps = 1 << 16, parts_of_thread = 16;
  const std::size_t parts = parts_of_thread * static_cast<std::size_t>(threads.count());
  std::vector<std::size_t> operations(parts);
  const double spent_s = shortest_s([&] {
    threads.for_each_part(parts, 1, [&](std::size_t first, std::size_t last) {
      for (std::size_t part = first; part < last; ++part) {
        float result = 0;
        operations[part] = HWY_DYNAMIC_DISPATCH(multiply_add)(steps, 0.5f, &result);
        keep(result);
      }
    });
  });
  return static_cast<double>(parts * operations[0]) / spent_s;
}

}  // namespace nernst
#endif
