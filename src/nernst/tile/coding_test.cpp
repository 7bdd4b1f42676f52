// SPDX-License-Identifier: Apache-2.0
#include "nernst/tile/coding.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>

namespace nernst {
namespace {

const std::vector<double> kX = {0.9, -0.4, 0.0, 0.05, 1.0};
const std::vector<double> kD = {0.3, -0.7, 0.01};

double dose(const UpdatePulses& pulses, std::size_t r, std::size_t c) {
  const double sign = pulses.row[r] * pulses.column[c];
  return sign * std::popcount(pulses.row_train[r] & pulses.column_train[c]);
}

// mean and standard error of the doses of stochastic coding against -rate d x / step
void expect_mean_doses(const CodingSpec& spec, double rate, double step) {
  constexpr int draws = 20000;
  for (std::size_t r = 0; r < kD.size(); ++r) {
    for (std::size_t c = 0; c < kX.size(); ++c) {
      double sum = 0, squares = 0;
      for (int k = 0; k < draws; ++k) {
        const double n = dose(
            encode_update(spec, kX, kD, rate, step, 3, 1, static_cast<std::uint64_t>(k)), r, c);
        sum += n;
        squares += n * n;
      }
      const double mean = sum / draws, error = std::sqrt(squares / draws / draws) + 1e-4;
      EXPECT_NEAR(mean, -rate * kD[r] * kX[c] / step, 4 * error) << r << "," << c;
    }
  }
}

TEST(Coding, StochasticPulsesHaveTheMeanOfTheProduct) {
  expect_mean_doses({}, 0.01, 0.002);   // k = 3.5
  expect_mean_doses({}, 0.001, 0.002);  // k < 1: a train of one slot
  CodingSpec unmanaged;
  unmanaged.update_management = false;
  expect_mean_doses(unmanaged, 0.02, 0.002);
}

TEST(Coding, ALargeUpdateIsClippedInTheErrorsOnly) {
  // k = 70, 31 slots: the mean is x sign(d) min(|d|, |d|max BL / k)
  const double rate = 0.2, step = 0.002, k = rate * 0.7 / step;
  double small = 0, large = 0;
  constexpr int draws = 3000;
  for (int n = 0; n < draws; ++n) {
    const auto pulses = encode_update({}, kX, kD, rate, step, 3, 1, static_cast<std::uint64_t>(n));
    EXPECT_EQ(pulses.slots, 31u);
    small += dose(pulses, 2, 0) / draws;
    large += dose(pulses, 1, 1) / draws;
  }
  EXPECT_NEAR(small, -rate * 0.01 * 0.9 / step, 0.05);
  EXPECT_NEAR(large, -rate * 0.4 * (0.7 * 31 / k) / step, 0.2);
}

TEST(Coding, WhatTrainsCannotHoldIsCounted) {
  // k = 70, 31 slots: rows fire at most in every slot, and only the largest error asks for more
  const double rate = 0.2, step = 0.002, k = rate * 0.7 / step;
  const auto pulses = encode_update({}, kX, kD, rate, step, 3, 1, 5);
  EXPECT_EQ(pulses.short_cells, 4u);  // of the row of 0.7, where x is not 0
  const double asked = rate * 0.7 * (0.9 + 0.4 + 0.05 + 1.0) / step;
  EXPECT_NEAR(pulses.unsent_doses, asked * (1 - 31 / k), 1e-9 * asked);
  // enough slots: nothing is lost
  const auto few = encode_update({}, kX, kD, 0.01, step, 3, 1, 5);
  EXPECT_EQ(few.short_cells, 0u);
  EXPECT_EQ(few.unsent_doses, 0);
  // without management both kinds of line may be asked for more than every slot
  CodingSpec unmanaged;
  unmanaged.update_management = false;
  const auto plain = encode_update(unmanaged, kX, kD, 0.2, step, 3, 1, 5);
  double lost = 0;
  std::uint64_t cells = 0;
  const double scale = std::sqrt(0.2 / step / 31);
  for (const double d : kD)
    for (const double x : kX) {
      const double full = 31 * scale * std::abs(d) * scale * std::abs(x),
                   sent =
                       31 * std::min(1.0, scale * std::abs(d)) * std::min(1.0, scale * std::abs(x));
      lost += full - sent;
      cells += full - sent > 1e-9 ? 1 : 0;
    }
  EXPECT_GT(lost, 1);
  EXPECT_NEAR(plain.unsent_doses, lost, 1e-9);
  EXPECT_EQ(plain.short_cells, cells);
  // counts
  const auto counts =
      encode_update({.coding = Coding::count, .count_max = 20}, kX, kD, 0.2, step, 3, 1, 5);
  double beyond = 0;
  for (const double d : kD)
    for (const double x : kX) beyond += std::max(0.0, std::abs(100 * d * x) - 20);
  EXPECT_NEAR(counts.unsent_doses, beyond, 1e-9);
  EXPECT_EQ(counts.short_cells, 5u);  // 0.7 with 0.9, 0.4 and 1, 0.3 with 0.9 and 1
}

TEST(Coding, NothingIsSentForNothing) {
  const std::vector<double> zero(5, 0.0);
  for (const Coding coding :
       {Coding::stochastic, Coding::amplitude_duration, Coding::count, Coding::exact}) {
    CodingSpec spec;
    spec.coding = coding;
    EXPECT_TRUE(encode_update(spec, zero, kD, 0.1, 0.01, 1, 1, 1).nothing());
    EXPECT_TRUE(encode_update(spec, kX, kD, 0.0, 0.01, 1, 1, 1).nothing());
    EXPECT_EQ(encode_update(spec, kX, kD, 0.0, 0.01, 1, 1, 1).line_pulses, 0u);
  }
}

TEST(Coding, AmplitudeAndDurationHaveTheirResolution) {
  CodingSpec spec;
  spec.coding = Coding::amplitude_duration;
  spec.amplitude_bits = 3;
  spec.duration_bits = 2;
  const auto pulses = encode_update(spec, kX, kD, 1, 1, 1, 1, 1);
  for (std::size_t c = 0; c < kX.size(); ++c)
    EXPECT_NEAR(pulses.column[c], std::round(kX[c] * 7) / 7, 1e-12);
  for (std::size_t r = 0; r < kD.size(); ++r)
    EXPECT_NEAR(pulses.row[r], -0.7 * std::round(kD[r] / 0.7 * 3) / 3, 1e-12);
}

TEST(Coding, ExactIsTheProduct) {
  CodingSpec spec;
  spec.coding = Coding::exact;
  const auto pulses = encode_update(spec, kX, kD, 0.3, 0.01, 1, 1, 1);
  for (std::size_t r = 0; r < kD.size(); ++r)
    for (std::size_t c = 0; c < kX.size(); ++c)
      EXPECT_NEAR(pulses.row[r] * pulses.column[c], -0.3 * kD[r] * kX[c] / 0.01, 1e-12);
}

TEST(Coding, ACountIsRoundedWithoutBias) {
  double sum = 0;
  constexpr int draws = 100000;
  const NoiseStream stream(1, 1, Purpose::count_rounding);
  for (int k = 0; k < draws; ++k)
    sum += round_count(-2.3, 127, stream.uniform<double>(static_cast<std::uint64_t>(k), 0));
  EXPECT_NEAR(sum / draws, -2.3, 4 * 0.46 / std::sqrt(draws));
  EXPECT_EQ(round_count(500.0, 127, 0.5), 127);
  EXPECT_EQ(round_count(-500.0, 127, 0.5), -127);
  EXPECT_EQ(round_count(0.0, 127, 0.0), 0);
}

TEST(Coding, ASliceIsTheBlockOfTheWhole) {
  const auto pulses = encode_update({}, kX, kD, 0.05, 0.002, 1, 1, 1);
  const auto block = slice(pulses, 1, 2, 2, 3);
  for (std::size_t r = 0; r < 2; ++r)
    for (std::size_t c = 0; c < 3; ++c) EXPECT_EQ(dose(block, r, c), dose(pulses, r + 1, c + 2));
}

}  // namespace
}  // namespace nernst
