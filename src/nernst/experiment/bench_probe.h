// SPDX-License-Identifier: Apache-2.0
// What this machine can do at most, measured: the yardsticks that a benchmark is compared with.
#pragma once

#include <cstddef>
#include <functional>
#include <span>

#include "nernst/base/threads.h"

namespace nernst {

// Seconds of one operation, over its repeats.
struct Timing {
  double median_s = 0, min_s = 0, p90_s = 0;
};

// Times `operation` after a warm-up: for 0.3 s and 11 repeats at least, and where that takes more
// than a second, until a second is over and 3 repeats are done. What is too short for the clock is
// repeated in groups.
Timing time_of(const std::function<void()>& operation);

// Bytes per second at which `threads` read `values` and add them up: the bandwidth of a cache where
// they fit one, else that of the memory. `values` starts on a cache line.
double read_bandwidth_B_per_s(std::span<const float> values, const Threads& threads);

// Multiplications and additions of floats per second that `threads` reach in independent fused
// chains.
double arithmetic_peak_per_s(const Threads& threads);

}  // namespace nernst
