// SPDX-License-Identifier: Apache-2.0
#include "nernst/base/statistics.h"

#include <gtest/gtest.h>

#include "nernst/base/error.h"
#include "nernst/base/noise.h"

namespace nernst {
namespace {

TEST(Statistics, OfAFewNumbers) {
  const std::vector<double> values = {4, 1, 3, 2, 10};
  EXPECT_DOUBLE_EQ(mean(values), 4);
  EXPECT_DOUBLE_EQ(deviation(values), std::sqrt(50.0 / 4));
  EXPECT_EQ(median(values), 3);
  EXPECT_EQ(quantile(values, 0), 1);
  EXPECT_EQ(quantile(values, 1), 10);
  EXPECT_NEAR(correlation(values, {8, 2, 6, 4, 20}), 1, 1e-15);
  EXPECT_NEAR(correlation({1, 2, 3}, {1, 0, 1}), 0, 1e-15);
}

TEST(Statistics, TheCentralSpreadIsSigmaAndIgnoresOutliers) {
  const NoiseStream stream(4, 0, Purpose::split);
  std::vector<double> values;
  for (std::size_t k = 0; k < 100'000; ++k) values.push_back(2 + 0.3 * stream.normal<double>(k, 0));
  for (std::size_t k = 0; k < 100; ++k) values[k] = 1e6;
  EXPECT_NEAR(central_spread(values), 0.3, 0.3 * 4 * 0.96 / std::sqrt(100'000.0));
}

TEST(Statistics, OfNothingIsOurMistake) {
  EXPECT_THROW(mean({}), InternalError);
  EXPECT_THROW(median({}), InternalError);
  EXPECT_THROW(deviation({1}), InternalError);
}

TEST(Statistics, AQuantileLiesBetweenItsNeighbours) {
  // as numpy.quantile has it
  EXPECT_DOUBLE_EQ(quantile({3, 1}, 0.9), 2.8);
  EXPECT_DOUBLE_EQ(quantile({3, 1}, 0.1), 1.2);
  EXPECT_DOUBLE_EQ(quantile({4, 1, 3, 2}, 0.5), 2.5);
  EXPECT_DOUBLE_EQ(quantile({4, 1, 3, 2, 5}, 0.5), 3);
  EXPECT_DOUBLE_EQ(quantile({4, 1, 3, 2, 5}, 0.33), 2.32);
  EXPECT_DOUBLE_EQ(quantile({7}, 0.9), 7);
  EXPECT_DOUBLE_EQ(quantile({4, 1, 3}, 1), 4);
}

}  // namespace
}  // namespace nernst
