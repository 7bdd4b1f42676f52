// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/split.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "nernst/base/error.h"

namespace nernst {
namespace {

using Numbers = std::vector<std::uint32_t>;

Numbers all_of(const Numbers& labels) {
  Numbers samples(labels.size());
  std::iota(samples.begin(), samples.end(), 0u);
  return samples;
}

Split split(const Numbers& labels, double fraction, std::uint64_t seed = 1,
            SplitFor purpose = SplitFor::test) {
  return split_by_class(all_of(labels), labels, fraction, seed, purpose);
}

// `size` labels of `classes` classes, one after the other
Numbers in_turn(std::size_t size, std::uint32_t classes) {
  Numbers labels(size);
  for (std::size_t k = 0; k < size; ++k) labels[k] = static_cast<std::uint32_t>(k) % classes;
  return labels;
}

std::size_t count_of(const Numbers& samples, const Numbers& labels, std::uint32_t label) {
  return static_cast<std::size_t>(
      std::count_if(samples.begin(), samples.end(), [&](auto k) { return labels[k] == label; }));
}

// From a second implementation, in Python. A change here gives every user another test set.
TEST(Split, TheSamplesAreTheSameOnEveryMachineForEver) {
  const Numbers labels = in_turn(20, 2);
  EXPECT_EQ(split(labels, 0.3).kept, (Numbers{2, 3, 4, 6, 11, 15}));
  EXPECT_EQ(split(labels, 0.3, 1, SplitFor::validation).kept, (Numbers{1, 2, 6, 7, 11, 14}));
  EXPECT_EQ(split(labels, 0.3, 2).kept, (Numbers{0, 11, 12, 15, 17, 18}));
}

TEST(Split, EverySampleIsInOnePart) {
  const Numbers labels = in_turn(1003, 7);
  const Split parts = split(labels, 0.35);
  EXPECT_TRUE(std::is_sorted(parts.rest.begin(), parts.rest.end()));
  EXPECT_TRUE(std::is_sorted(parts.kept.begin(), parts.kept.end()));
  Numbers both;
  std::merge(parts.rest.begin(), parts.rest.end(), parts.kept.begin(), parts.kept.end(),
             std::back_inserter(both));
  EXPECT_EQ(both, all_of(labels));
}

TEST(Split, EachClassGivesExactlyItsPart) {
  // 1, 2, 3, ... 60 samples of class 0, 1, 2, ... 59
  Numbers labels;
  for (std::uint32_t label = 0; label < 60; ++label) labels.insert(labels.end(), label + 1, label);
  for (const double fraction : {0.0, 0.01, 0.1, 0.2, 0.25, 0.5, 0.9}) {
    const Split parts = split(labels, fraction);
    for (std::uint32_t label = 0; label < 60; ++label) {
      const double size = label + 1;
      // half a sample more is one; a class never goes as a whole
      const double wanted = std::min(std::floor(fraction * size + 0.5), size - 1);
      EXPECT_EQ(static_cast<double>(count_of(parts.kept, labels, label)), wanted)
          << fraction << " of " << size;
    }
  }
}

// Each of 40 samples is kept in 10 of 40 cases; 4000 seeds: mean 1000, deviation 27.4.
TEST(Split, EverySampleIsKeptEquallyOften) {
  const Numbers labels = in_turn(40, 2);
  std::vector<int> counts(40);
  for (std::uint64_t seed = 0; seed < 4000; ++seed)
    for (const std::uint32_t sample : split(labels, 0.25, seed).kept) ++counts[sample];
  for (const int count : counts) EXPECT_NEAR(count, 1000, 4.5 * 27.4);
}

// What a sample gets does not depend on which others are split with it: its neighbour of another
// class may come or go.
TEST(Split, ASamplesRankIsItsOwn) {
  const Numbers labels = in_turn(200, 2);
  Numbers only_zeros;
  for (std::uint32_t k = 0; k < 200; k += 2) only_zeros.push_back(k);
  const Split whole = split(labels, 0.3), part = split_by_class(only_zeros, labels, 0.3, 1, {});
  Numbers zeros_kept;
  for (const std::uint32_t k : whole.kept)
    if (labels[k] == 0) zeros_kept.push_back(k);
  EXPECT_EQ(part.kept, zeros_kept);
}

TEST(Split, AFractionIsAPart) {
  EXPECT_THROW(split(in_turn(10, 2), 1.0), InternalError);
  EXPECT_THROW(split(in_turn(10, 2), -0.1), InternalError);
  EXPECT_TRUE(split({}, 0.5).rest.empty());
}

}  // namespace
}  // namespace nernst
