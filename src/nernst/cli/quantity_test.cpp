// SPDX-License-Identifier: Apache-2.0
#include "nernst/cli/quantity.h"

#include <gtest/gtest.h>

namespace nernst {

TEST(Quantity, HasThreeDigitsAndThePrefixThatSuits) {
  const Look utf8{.unicode = true};
  EXPECT_EQ(quantity(8.5e-8, "S", utf8), "85.0 nS");
  EXPECT_EQ(quantity(1e-6, "s", utf8), "1.00 µs");
  EXPECT_EQ(quantity(1e-6, "s", Look()), "1.00 us");
  EXPECT_EQ(quantity(0.00321, "J", utf8), "3.21 mJ");
  EXPECT_EQ(quantity(-1, "V", utf8), "-1.00 V");
  EXPECT_EQ(quantity(141e6, "B", utf8), "141 MB");
  EXPECT_EQ(quantity(0, "J", utf8), "0 J");
}

TEST(Quantity, RoundsIntoTheNextPrefix) {
  const Look utf8{.unicode = true};
  EXPECT_EQ(quantity(999.4e-9, "S", utf8), "999 nS");
  EXPECT_EQ(quantity(999.6e-9, "S", utf8), "1.00 µS");
  EXPECT_EQ(quantity(9.996e-9, "S", utf8), "10.0 nS");
  EXPECT_EQ(quantity(99.96e-9, "S", utf8), "100 nS");
}

TEST(Quantity, SomeUnitsHaveTheirOwnWays) {
  EXPECT_EQ(quantity(300, "K", Look()), "300 K");
  EXPECT_EQ(quantity(86400, "s", Look()), "86,400 s");
  EXPECT_EQ(quantity(0.01007, "", Look()), "0.01007");
  EXPECT_EQ(quantity(1.602176634e-19, "J", Look()), "1.00 eV");
}

TEST(Quantity, CountsPercentagesAndTimes) {
  EXPECT_EQ(count(0), "0");
  EXPECT_EQ(count(999), "999");
  EXPECT_EQ(count(-1234567), "-1,234,567");
  EXPECT_EQ(count(123456), "123,456");
  EXPECT_EQ(percent(0.83125, 1), "83.1 %");
  EXPECT_EQ(minutes(7), "0:07");
  EXPECT_EQ(minutes(59.6), "1:00");
  EXPECT_EQ(minutes(3847), "1:04:07");
  EXPECT_EQ(minutes(1e300), "-:--");
}

}  // namespace nernst
