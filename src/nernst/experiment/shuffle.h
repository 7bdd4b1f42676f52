// SPDX-License-Identifier: Apache-2.0
// The order in which an epoch goes through the training samples.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace nernst {

// A permutation of 0 .. size - 1, each equally likely: a pure function of (seed, epoch, size), so
// that a run that is resumed goes on in the order it had. `size` is at most 2^32.
std::vector<std::uint32_t> epoch_order(std::uint64_t seed, std::uint64_t epoch, std::size_t size);

}  // namespace nernst
