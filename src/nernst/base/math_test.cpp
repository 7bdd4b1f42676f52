// SPDX-License-Identifier: Apache-2.0
#include "nernst/base/math.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "nernst/base/noise.h"

namespace nernst {
namespace {

// `count` places from `low` to `high`, scattered so that they fall on no grid.
std::vector<double> places(double low, double high, std::size_t count) {
  const NoiseStream stream(11, 0, Purpose::split);
  std::vector<double> x = {low, high};
  for (std::size_t k = 0; k < count; ++k)
    x.push_back(low + (high - low) * (static_cast<double>(k) + stream.uniform<double>(k, 0)) /
                          static_cast<double>(count));
  return x;
}

// The largest error of ours(x) relative to exact(x), for x rounded to T.
template <class T, class Ours, class Exact>
double worst_relative_error(double low, double high, Ours ours, Exact exact) {
  double worst = 0;
  for (const double place : places(low, high, 200'003)) {
    const T x = static_cast<T>(place);
    const long double truth = exact(static_cast<long double>(x));
    if (truth == 0) continue;
    const long double error = (static_cast<long double>(ours(x)) - truth) / truth;
    worst = std::max(worst, static_cast<double>(std::abs(error)));
  }
  return worst;
}

// The standard normal z with P(Z > z) = p, for p <= 1/2, by Newton's method.
long double upper_tail(long double p) {
  long double z = p > 0.02L ? 1.0L : std::sqrt(-2 * std::log(p));
  for (int k = 0; k < 60; ++k) {
    const long double excess = std::erfc(z / std::sqrt(2.0L)) / 2 - p;
    const long double density = std::exp(-z * z / 2) / std::sqrt(2 * 3.14159265358979323846L);
    // the curvature too (Halley), so that a start in the far tail converges
    const long double step = excess / density;
    z += step / (1 - z * step / 2);
  }
  return z;
}

TEST(Math, ExpIsAccurate) {
  const auto exact = [](long double x) { return std::exp(x); };
  const auto single = [](float x) { return math::exp(x); };
  const auto twofold = [](double x) { return math::exp(x); };
  EXPECT_LT(worst_relative_error<float>(-87, 88, single, exact), 3e-7);
  EXPECT_LT(worst_relative_error<float>(-1, 1, single, exact), 2e-7);
  EXPECT_LT(worst_relative_error<double>(-708, 709, twofold, exact), 5e-16);
  EXPECT_LT(worst_relative_error<double>(-1, 1, twofold, exact), 5e-16);
}

TEST(Math, ExpIsTameAtItsEnds) {
  EXPECT_EQ(math::exp(0.0f), 1.0f);
  EXPECT_EQ(math::exp(0.0), 1.0);
  EXPECT_EQ(math::exp(-1e30f), 0.0f);
  EXPECT_EQ(math::exp(-1e300), 0.0);
  EXPECT_TRUE(std::isfinite(math::exp(1e30f)));
  EXPECT_TRUE(std::isfinite(math::exp(1e300)));
}

TEST(Math, ExpOfNoNumberIsNone) {
  EXPECT_TRUE(std::isnan(math::exp(std::numeric_limits<double>::quiet_NaN())));
  EXPECT_TRUE(std::isnan(math::exp(-std::numeric_limits<double>::signaling_NaN())));
}

TEST(Math, LogIsAccurate) {
  const auto exact = [](long double x) { return std::log(x); };
  const auto single = [](float x) { return math::log(x); };
  const auto twofold = [](double x) { return math::log(x); };
  for (const auto& [low, high] : {std::pair{0.5, 2.0}, {1e-37, 1e-30}, {1e-3, 1e3}, {1e30, 3e38}}) {
    EXPECT_LT(worst_relative_error<float>(low, high, single, exact), 2.5e-7) << low;
    EXPECT_LT(worst_relative_error<double>(low, high, twofold, exact), 5e-16) << low;
  }
  EXPECT_EQ(math::log(1.0f), 0.0f);
  EXPECT_EQ(math::log(1.0), 0.0);
  EXPECT_LT(worst_relative_error<double>(1e-300, 1e-290, twofold, exact), 5e-16);
}

TEST(Math, PowIsAccurate) {
  for (const double y : {0.3, 1.0, 2.5, 7.0}) {
    const auto exact = [y](long double x) { return std::pow(x, static_cast<long double>(y)); };
    const auto single = [y](float x) { return math::pow(x, static_cast<float>(y)); };
    const auto twofold = [y](double x) { return math::pow(x, y); };
    // the error of y log x, of size up to 7 * 4.6, becomes a relative one
    EXPECT_LT(worst_relative_error<float>(0.01, 10, single, exact), 4e-6) << y;
    EXPECT_LT(worst_relative_error<double>(0.01, 10, twofold, exact), 1e-14) << y;
  }
  EXPECT_EQ(math::pow(0.0, 0.5), 0.0);
  EXPECT_EQ(math::pow(1.0f, 3.7f), 1.0f);
  EXPECT_EQ(math::pow(5.0, 0.0), 1.0);
}

TEST(Math, TanhAndSigmoidAreAccurate) {
  const auto exact_tanh = [](long double x) { return std::tanh(x); };
  const auto exact_sigmoid = [](long double x) { return 1 / (1 + std::exp(-x)); };
  EXPECT_LT(worst_relative_error<float>(
                -10, 10, [](float x) { return math::tanh(x); }, exact_tanh),
            4e-6);
  EXPECT_LT(worst_relative_error<float>(
                -0.1, 0.1, [](float x) { return math::tanh(x); }, exact_tanh),
            4e-6);
  EXPECT_LT(worst_relative_error<double>(
                -10, 10, [](double x) { return math::tanh(x); }, exact_tanh),
            2e-14);
  EXPECT_LT(worst_relative_error<float>(
                -80, 80, [](float x) { return math::sigmoid(x); }, exact_sigmoid),
            5e-7);
  EXPECT_LT(worst_relative_error<double>(
                -700, 700, [](double x) { return math::sigmoid(x); }, exact_sigmoid),
            1e-15);
  EXPECT_EQ(math::tanh(1e6), 1.0);
  EXPECT_EQ(math::tanh(-1e6f), -1.0f);
  EXPECT_LT(math::sigmoid(-1e6f), 1e-37f);
  EXPECT_EQ(math::sigmoid(1e6), 1.0);
}

// The random words that need care: both tails, the middle, the change between the two polynomials.
std::vector<std::uint32_t> words() {
  std::vector<std::uint32_t> bits;
  for (std::uint32_t k = 0; k < 4096; ++k) {
    bits.push_back(k);
    bits.push_back(~k);
    bits.push_back(static_cast<std::uint32_t>(1048573) * k);
  }
  for (int shift = 0; shift < 32; ++shift)
    for (std::uint32_t k = 0; k < 16; ++k) bits.push_back((std::uint32_t{1} << shift) + k);
  return bits;
}

// The sign of a word and, as a fraction of 2^31, the two-sided tail probability that it stands for.
TEST(Math, NormalIsTheInverseOfTheDistributionFunction) {
  double worst = 0, worst_rounding = 0;
  for (const std::uint32_t bits : words()) {
    const auto k = static_cast<std::int32_t>(bits);
    if (k == 0) continue;  // one word in 2^32, which gives 6.35
    const long double p = std::max(1.0L, std::abs(static_cast<long double>(k))) / 4294967296.0L;
    const long double truth = k < 0 ? -upper_tail(p) : upper_tail(p);
    const double z = math::normal<double>(bits);
    worst = std::max(worst, static_cast<double>(std::abs(z - truth)));
    worst_rounding =
        std::max(worst_rounding, std::abs(static_cast<double>(math::normal<float>(bits)) - z));
  }
  EXPECT_LT(worst, 2.4e-4);
  EXPECT_LT(worst_rounding, 3e-6);
}

TEST(Math, NormalFallsWithTheTailProbability) {
  // neighbouring cubics meet with an error of 2.4e-4 each
  const auto expect_falling = [](std::uint32_t first, std::uint32_t stride, std::uint32_t count) {
    double before = math::normal<double>(first);
    for (std::uint32_t k = 1; k < count; ++k) {
      const double z = math::normal<double>(first + stride * k);
      ASSERT_LE(z, before + 4.8e-4) << first + stride * k;
      before = z;
    }
  };
  expect_falling(1, 1, 1 << 16);
  expect_falling(1, 2039, 1 << 20);
  expect_falling(0x7fffffff - (1 << 16), 1, 1 << 16);
}

// Mean 0 by symmetry; the moments of the cubics themselves, by their integral over every octave.
TEST(Math, NormalHasTheMomentsOfANormal) {
  double weight = 0, second = 0, fourth = 0, beyond_4 = 0;
  constexpr int places = 4096;
  for (int octave = 0; octave < 31; ++octave) {
    const double share = std::ldexp(1.0, octave - 31) / places;
    const int i = (octave + 127) % 32;
    for (int k = 0; k < places; ++k) {
      const double m = 1 + (k + 0.5) / places;
      const auto& c = math::kNormalCubics;
      const double z = ((static_cast<double>(c[3][i]) * m + static_cast<double>(c[2][i])) * m +
                        static_cast<double>(c[1][i])) *
                           m +
                       static_cast<double>(c[0][i]);
      weight += share;
      second += share * z * z;
      fourth += share * z * z * z * z;
      beyond_4 += z > 4 ? share : 0;
    }
  }
  EXPECT_NEAR(weight, 1, 1e-9);
  EXPECT_NEAR(second, 1, 3e-5);
  EXPECT_NEAR(fourth, 3, 2e-4);
  EXPECT_NEAR(beyond_4 / 6.334248e-5, 1, 1e-3);
}

TEST(Math, NormalIsSymmetricAndReachesSixSigma) {
  for (const std::uint32_t bits : words())
    EXPECT_EQ(math::normal<float>(0u - bits) == -math::normal<float>(bits), bits != 0);
  EXPECT_GT(math::normal<double>(1), 6.2);
  EXPECT_LT(math::normal<double>(0u - 1u), -6.2);
  EXPECT_EQ(math::normal<float>(0x80000000u), 0.0f);
  EXPECT_LT(math::normal<double>(0), 6.4);
}

TEST(Math, AMillionNormalsAreNormal) {
  constexpr std::size_t count = 1'000'000;
  const NoiseStream stream(2024, 0, Purpose::cycle_to_cycle);
  std::vector<double> z;
  for (std::size_t k = 0; k < count; ++k) z.push_back(stream.normal<double>(k, 7));
  double moment[5] = {};
  for (const double x : z)
    for (int power = 1; power <= 4; ++power) moment[power] += std::pow(x, power) / count;
  const double sigma = 1 / std::sqrt(static_cast<double>(count));
  EXPECT_NEAR(moment[1], 0, 4 * sigma);
  EXPECT_NEAR(moment[2], 1, 4 * std::sqrt(2.0) * sigma);
  EXPECT_NEAR(moment[3], 0, 4 * std::sqrt(15.0) * sigma);
  EXPECT_NEAR(moment[4], 3, 4 * std::sqrt(96.0) * sigma);

  // Kolmogorov and Smirnov: passed by one sample in a thousand of a true normal
  std::sort(z.begin(), z.end());
  double largest = 0;
  for (std::size_t k = 0; k < count; ++k) {
    const double below = std::erfc(-z[k] / std::sqrt(2.0)) / 2;
    largest = std::max({largest, std::abs(below - static_cast<double>(k) / count),
                        std::abs(below - static_cast<double>(k + 1) / count)});
  }
  EXPECT_LT(largest, 1.95 * sigma);
}

TEST(Math, UniformIsTheSameInFloatAndDoubleAndBelowOne) {
  for (const std::uint32_t bits : words()) {
    EXPECT_EQ(static_cast<double>(math::uniform<float>(bits)), math::uniform<double>(bits));
    EXPECT_LT(math::uniform<float>(bits), 1.0f);
    EXPECT_GE(math::uniform<float>(bits), 0.0f);
  }
  EXPECT_EQ(math::uniform<double>(0), 0.0);
}

}  // namespace
}  // namespace nernst
