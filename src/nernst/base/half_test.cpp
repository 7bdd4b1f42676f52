// SPDX-License-Identifier: Apache-2.0
#include "nernst/base/half.h"

#include <gtest/gtest.h>

#include <cmath>

namespace nernst {
namespace {

// Every finite half survives the way to float and back.
TEST(Half, EveryHalfIsAFloat) {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    if ((half & 0x7fffu) >= 0x7c00u) continue;
    ASSERT_EQ(to_half(from_half(half)), half) << bits;
  }
}

TEST(Half, RoundsToTheNearestAndTiesToEven) {
  for (std::uint32_t bits = 0; bits < 0x7bff; ++bits) {
    const auto low = static_cast<std::uint16_t>(bits), high = static_cast<std::uint16_t>(bits + 1);
    const float a = from_half(low), b = from_half(high), middle = (a + b) / 2;
    ASSERT_LT(a, b);
    const std::uint16_t even = (low & 1u) == 0 ? low : high;
    ASSERT_EQ(to_half(middle), even) << bits;
    ASSERT_EQ(to_half(std::nextafter(middle, a)), low) << bits;
    ASSERT_EQ(to_half(std::nextafter(middle, b)), high) << bits;
    ASSERT_EQ(to_half(-std::nextafter(middle, b)), high | 0x8000u) << bits;
  }
}

TEST(Half, StaysFinite) {
  EXPECT_EQ(from_half(to_half(1e30f)), 65504.0f);
  EXPECT_EQ(from_half(to_half(-65520.0f)), -65504.0f);
  EXPECT_EQ(to_half(0.0f), 0);
  EXPECT_EQ(from_half(to_half(1.0f)), 1.0f);
}

}  // namespace
}  // namespace nernst
