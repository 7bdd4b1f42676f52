// SPDX-License-Identifier: Apache-2.0
#include "nernst/base/math.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
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

TEST(Math, NormalIsTheInverseOfTheDistributionFunction) {
  double worst_single = 0, worst_twofold = 0;
  for (const std::uint32_t bits : words()) {
    const long double p = (static_cast<long double>(bits >> 1) + 0.5L) / 4294967296.0L;
    const long double truth = (bits & 1) != 0 ? -upper_tail(p) : upper_tail(p);
    const auto error = [&](double z) {
      return static_cast<double>(std::abs((static_cast<long double>(z) - truth) / truth));
    };
    worst_twofold = std::max(worst_twofold, error(math::normal<double>(bits)));
    worst_single =
        std::max(worst_single, std::abs(static_cast<double>(math::normal<float>(bits) - truth)));
  }
  EXPECT_LT(worst_twofold, 2e-7);  // relative
  EXPECT_LT(worst_single, 3e-6);   // absolute, of up to 6.3
}

TEST(Math, NormalFallsWithTheTailProbability) {
  // the two polynomials meet with an error of 1.3e-7 each, and a float rounds
  const auto expect_falling = [](std::uint32_t first, std::uint32_t stride, std::uint32_t count) {
    double before = math::normal<double>(2 * first);
    float before_single = math::normal<float>(2 * first);
    for (std::uint32_t k = 1; k < count; ++k) {
      const std::uint32_t tail = first + stride * k;
      const double z = math::normal<double>(2 * tail);
      const float single = math::normal<float>(2 * tail);
      ASSERT_LE(z, before + 6e-7) << tail;
      ASSERT_LE(single, before_single + 4e-6f) << tail;
      before = z;
      before_single = single;
    }
  };
  expect_falling(0, 1, 1 << 16);
  expect_falling(0, 2039, 1 << 20);
  expect_falling(0x7fffffff - (1 << 16), 1, 1 << 16);
  // w = 5, that is 4 p (1 - p) = e^-5
  const double p = (1 - std::sqrt(1 - std::exp(-5.0))) / 2;
  expect_falling(static_cast<std::uint32_t>(p * 4294967296.0) - (1 << 15), 1, 1 << 16);
}

TEST(Math, NormalIsSymmetricAndReachesSixSigma) {
  for (const std::uint32_t bits : words())
    EXPECT_EQ(math::normal<float>(bits | 1), -math::normal<float>(bits & ~1u));
  EXPECT_GT(math::normal<double>(0), 6.2);
  EXPECT_LT(math::normal<double>(1), -6.2);
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
