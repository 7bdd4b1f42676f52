// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/class_shares.h"

#include <gtest/gtest.h>

#include <vector>

namespace nernst {
namespace {

Matrix<std::int64_t> confusion(const std::vector<std::vector<std::int64_t>>& rows) {
  Matrix<std::int64_t> matrix(rows.size(), rows.size());
  for (std::size_t r = 0; r < rows.size(); ++r)
    std::copy(rows[r].begin(), rows[r].end(), matrix.row(r).begin());
  return matrix;
}

}  // namespace

TEST(ClassShares, AreThoseOfTheTrueClasses) {
  // the test of SPECTF: 172 of 187 in one class
  const ClassShares shares = class_shares(confusion({{9, 6}, {20, 152}}));
  EXPECT_EQ(shares.samples, 187);
  EXPECT_EQ(shares.of_class, 1u);
  EXPECT_DOUBLE_EQ(shares.largest, 172.0 / 187);
  EXPECT_DOUBLE_EQ(shares.balanced, (9.0 / 15 + 152.0 / 172) / 2);
  EXPECT_TRUE(shares.uneven);
}

TEST(ClassShares, LeaveOutClassesWithoutSamples) {
  const ClassShares shares = class_shares(confusion({{4, 1, 0}, {0, 0, 0}, {1, 0, 5}}));
  EXPECT_DOUBLE_EQ(shares.balanced, (4.0 / 5 + 5.0 / 6) / 2);
  EXPECT_FALSE(shares.uneven);
  EXPECT_EQ(class_shares(Matrix<std::int64_t>(3, 3)).largest, 0);
}

TEST(ClassShares, SayWhenAnAccuracyIsWorthNothing) {
  const ClassShares shares = class_shares(confusion({{9, 6}, {20, 152}}));
  EXPECT_EQ(chance_remark("the chip", 161.0 / 187, shares),
            "the chip is no better than always answering with the largest class (91.98 %)");
  // 0.92 has a deviation of 0.02 over 187 samples
  EXPECT_EQ(against_largest(0.93, shares), AgainstLargest::hardly_better);
  EXPECT_EQ(against_largest(0.95, shares), AgainstLargest::better);
  EXPECT_EQ(chance_remark("the chip", 0.95, shares), "");
  // a gate that is right in all four of four samples was learned
  const ClassShares gate = class_shares(confusion({{2, 0}, {0, 2}}));
  EXPECT_EQ(against_largest(1.0, gate), AgainstLargest::better);
  EXPECT_EQ(against_largest(0.75, gate), AgainstLargest::hardly_better);
}

}  // namespace nernst
