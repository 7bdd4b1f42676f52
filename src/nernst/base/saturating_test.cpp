// SPDX-License-Identifier: Apache-2.0
#include "nernst/base/saturating.h"

#include <gtest/gtest.h>

namespace nernst {
namespace {
constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
}

TEST(Saturating, CountersStayAtTheLargestNumber) {
  std::int64_t sum = kMost - 2;
  add_saturating(sum, 2);
  EXPECT_EQ(sum, kMost);
  add_saturating(sum, kMost);
  EXPECT_EQ(sum, kMost);
  EXPECT_EQ(times_saturating(3, 5), 15);
  EXPECT_EQ(times_saturating(std::int64_t{1} << 40, std::int64_t{1} << 40), kMost);
  EXPECT_EQ(as_count(~std::uint64_t{0}), kMost);
  EXPECT_EQ(as_count(7), 7);
}

}  // namespace nernst
