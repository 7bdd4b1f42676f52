// SPDX-License-Identifier: Apache-2.0
// Stochastic pulse trains of many lines at once.
#pragma once

#include <cstdint>
#include <span>

#include "nernst/base/noise.h"

namespace nernst {

// Bit s of trains[k] is set with probability thresholds[k] / 2^32, for s < slots <= 32: where a
// word of `stream` at `event` is below the threshold. 64 neighbouring lines share the blocks of a
// slot: line k has word k / 16 mod 4 of block 32 (k / 64 * 16 + k mod 16) + s. Returns the bits
// set.
std::uint64_t draw_trains(const NoiseStream& stream, std::uint64_t event,
                          std::span<const std::uint64_t> thresholds, std::uint32_t slots,
                          std::span<std::uint32_t> trains);

}  // namespace nernst
