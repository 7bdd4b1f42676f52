// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/shuffle.h"

#include <limits>
#include <numeric>
#include <utility>

#include "nernst/base/error.h"
#include "nernst/base/noise.h"

namespace nernst {

namespace {

// The words of one epoch, one after the other.
class Words {
 public:
  Words(std::uint64_t seed, std::uint64_t epoch)
      : stream_(seed, 0, Purpose::shuffle), epoch_(epoch) {}

  std::uint32_t next() {
    if (used_ == block_.size()) {
      block_ = stream_.words(next_block_++, epoch_);
      used_ = 0;
    }
    return block_[used_++];
  }

  // Uniform in 0 .. bound - 1 for a bound of at most 2^32, without bias: Lemire, "Fast random
  // integer generation in an interval", ACM TOMACS 29 (2019), algorithm 5 with 32-bit words.
  std::uint32_t below(std::uint64_t bound) {
    std::uint64_t product = next() * bound;
    auto low = static_cast<std::uint32_t>(product);
    if (low < bound) {
      const auto rejected = static_cast<std::uint32_t>((std::uint64_t{1} << 32) % bound);
      while (low < rejected) {
        product = next() * bound;
        low = static_cast<std::uint32_t>(product);
      }
    }
    return static_cast<std::uint32_t>(product >> 32);
  }

 private:
  NoiseStream stream_;
  std::uint64_t epoch_;
  PhiloxBlock block_{};
  std::size_t used_ = block_.size();
  std::uint32_t next_block_ = 0;
};

}  // namespace

std::vector<std::uint32_t> epoch_order(std::uint64_t seed, std::uint64_t epoch, std::size_t size) {
  NERNST_CHECK(size <= std::numeric_limits<std::uint32_t>::max() + std::uint64_t{1});
  std::vector<std::uint32_t> order(size);
  std::iota(order.begin(), order.end(), 0u);
  // Fisher and Yates, from the end
  Words words(seed, epoch);
  for (std::size_t k = size; k > 1; --k) std::swap(order[k - 1], order[words.below(k)]);
  return order;
}

}  // namespace nernst
