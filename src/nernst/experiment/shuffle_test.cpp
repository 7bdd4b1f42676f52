// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/shuffle.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace nernst {
namespace {

using Order = std::vector<std::uint32_t>;

TEST(Shuffle, EveryNumberComesOnce) {
  for (const std::size_t size : {0u, 1u, 2u, 3u, 4u, 5u, 63u, 1003u, 60000u}) {
    Order order = epoch_order(1, 0, size);
    std::sort(order.begin(), order.end());
    ASSERT_EQ(order.size(), size);
    for (std::size_t k = 0; k < size; ++k) ASSERT_EQ(order[k], k);
  }
}

// From a second implementation, in Python. A change here breaks the resume of every older run
TEST(Shuffle, TheOrderIsTheSameOnEveryMachineForEver) {
  EXPECT_EQ(epoch_order(1, 0, 8), (Order{4, 6, 1, 3, 7, 2, 5, 0}));
  EXPECT_EQ(epoch_order(1, 1, 8), (Order{6, 7, 1, 0, 3, 2, 4, 5}));
  EXPECT_EQ(epoch_order(std::uint64_t{1} << 40, std::uint64_t{1} << 33, 8),
            (Order{7, 2, 4, 0, 3, 6, 5, 1}));
}

// Epoch 0 of seed 1 rejects one word, after which a biased draw would go on otherwise; numbers from
// Python.
TEST(Shuffle, AWordThatWouldFavourSomeNumbersIsRejected) {
  const Order order = epoch_order(1, 0, 60000);
  EXPECT_EQ(Order(order.begin(), order.begin() + 4), (Order{11762, 47062, 16210, 40684}));
  std::uint64_t sum = 0;
  for (std::size_t k = 0; k < order.size(); ++k) sum += (k + 1) * order[k];
  EXPECT_EQ(sum, 53928213190043u);
}

TEST(Shuffle, SeedAndEpochEachChangeTheOrder) {
  const Order order = epoch_order(7, 3, 1003);
  EXPECT_EQ(order, epoch_order(7, 3, 1003));
  EXPECT_NE(order, epoch_order(8, 3, 1003));
  EXPECT_NE(order, epoch_order(7, 4, 1003));
  // the high words count too
  EXPECT_NE(order, epoch_order(7 + (std::uint64_t{1} << 32), 3, 1003));
  EXPECT_NE(order, epoch_order(7, 3 + (std::uint64_t{1} << 32), 1003));
}

// All 24 orders of four: chi-squared with 23 degrees of freedom has mean 23 and deviation 6.8.
TEST(Shuffle, AllOrdersAreEquallyLikely) {
  constexpr int epochs = 240000;
  std::map<Order, int> counts;
  for (int epoch = 0; epoch < epochs; ++epoch) ++counts[epoch_order(5, epoch, 4)];
  ASSERT_EQ(counts.size(), 24u);
  double chi_squared = 0;
  constexpr double expected = epochs / 24.0;
  for (const auto& [order, count] : counts)
    chi_squared += (count - expected) * (count - expected) / expected;
  EXPECT_LT(chi_squared, 23 + 5 * 6.8);
}

// Where each of 37 numbers lands: 36 * 36 degrees of freedom. A shuffle that swaps with any place,
// or one with the bounds off by one, is hundreds of deviations away.
TEST(Shuffle, EveryNumberIsEquallyLikelyAtEveryPlace) {
  constexpr std::size_t size = 37;
  constexpr int epochs = 37000;
  std::array<std::array<int, size>, size> counts{};
  for (int epoch = 0; epoch < epochs; ++epoch) {
    const Order order = epoch_order(11, epoch, size);
    for (std::size_t place = 0; place < size; ++place) ++counts[order[place]][place];
  }
  double chi_squared = 0;
  for (const auto& row : counts)
    for (const int count : row) chi_squared += (count - 1000.0) * (count - 1000.0) / 1000.0;
  constexpr double degrees = 36 * 36;
  EXPECT_NEAR(chi_squared, degrees, 5 * std::sqrt(2 * degrees));
}

}  // namespace
}  // namespace nernst
