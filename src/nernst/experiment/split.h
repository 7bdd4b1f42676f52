// SPDX-License-Identifier: Apache-2.0
// Which samples are kept from training: the same part of every class, drawn by a seed.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace nernst {

// Two splits of one set draw independently.
enum class SplitFor : std::uint8_t { test, validation };

// The sample numbers of a set in two parts, each in rising order.
struct Split {
  std::vector<std::uint32_t> rest, kept;
};

// Keeps round(fraction * n) of the n samples of every class among `samples` (rising numbers into
// `labels`), but leaves at least one of each. Which ones is a pure function of the seed, the
// purpose and the sample numbers: a sample's rank in its class is drawn for its number.
Split split_by_class(std::span<const std::uint32_t> samples, std::span<const std::uint32_t> labels,
                     double fraction, std::uint64_t seed, SplitFor purpose);

}  // namespace nernst
