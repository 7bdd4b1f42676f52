// SPDX-License-Identifier: Apache-2.0
// Sums and products of counters that stay at the largest number instead of beginning again below 0.
#pragma once

#include <cstdint>
#include <limits>

namespace nernst {

// Counts are 0 or more.
inline void add_saturating(std::int64_t& sum, std::int64_t count) {
  if (__builtin_add_overflow(sum, count, &sum)) sum = std::numeric_limits<std::int64_t>::max();
}

inline std::int64_t times_saturating(std::int64_t a, std::int64_t b) {
  std::int64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? std::numeric_limits<std::int64_t>::max()
                                                : product;
}

// A count that was made as an unsigned number or a sum of doubles.
inline std::int64_t as_count(std::uint64_t count) {
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  return count > static_cast<std::uint64_t>(most) ? most : static_cast<std::int64_t>(count);
}

}  // namespace nernst
