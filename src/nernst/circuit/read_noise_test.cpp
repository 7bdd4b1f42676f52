// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/read_noise.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "nernst/base/noise.h"

namespace nernst {
namespace {

TEST(ReadNoise, AKiloohmAtRoomTemperatureHasFourNanovoltsPerRootHertz) {
  // the textbook figure: 4.07 nV/sqrt(Hz) at 300 K, here as a current through 1 kOhm in 1 Hz
  const double amperes = std::sqrt(thermal_noise_A2(1e-3, 300, 0.5));
  EXPECT_NEAR(amperes * 1e3, 4.07e-9, 0.005e-9);
}

TEST(ReadNoise, ShotNoiseIsThatOfCountedElectrons) {
  // n electrons in t have the variance n: sigma_I = q sqrt(n) / t
  const double q = 1.602176634e-19, t_s = 1e-6, electrons = 1e4;
  const double current_A = q * electrons / t_s;
  EXPECT_NEAR(std::sqrt(shot_noise_A2(current_A, 1, t_s)), q * std::sqrt(electrons) / t_s, 1e-20);
  EXPECT_EQ(shot_noise_A2(current_A, 0, t_s), 0);
}

TEST(ReadNoise, FlickerIsTheIntegralOverTheBandOfTheRead) {
  const double t_s = 1e-6, t_slow_s = 1, f0 = 1 / (2 * std::numbers::pi * t_slow_s);
  // in ln f: flicker sinc^2(f t)
  double sum = 0;
  const double step = 1e-4;
  for (double u = std::log(f0) + step / 2; u < std::log(3e3 / t_s); u += step) {
    const double a = std::numbers::pi * std::exp(u) * t_s;
    sum += std::pow(std::sin(a) / a, 2) * step;
  }
  EXPECT_NEAR(flicker_noise(1, t_s, t_slow_s), sum, 1e-4 * sum);
  EXPECT_EQ(flicker_noise(1, 1, 1e-6), 0);
}

TEST(ReadNoise, TelegraphIsThatOfASimulatedJumper) {
  // jumps in time, averaged over reads of half and of five correlation times
  const double amplitude = 0.3, duty = 0.2, tau_s = 1;
  for (const double t_s : {0.5, 5.0}) {
    const NoiseStream stream(3, static_cast<std::uint32_t>(10 * t_s), Purpose::shuffle);
    std::uint64_t draw = 0;
    const auto dwell = [&](bool high) {
      // rates up and down with 1 / tau = both, duty = up / both
      const double rate = (high ? 1 - duty : duty) / tau_s;
      return -std::log(1 - stream.uniform<double>(draw++, 0)) / rate;
    };
    bool high = false;
    double until = dwell(high), mean = 0, squares = 0;
    constexpr int reads = 200'000;
    for (int k = 0; k < reads; ++k) {
      double now = k * t_s, on = 0;
      while (until < (k + 1) * t_s) {
        on += high ? until - now : 0;
        now = until;
        high = !high;
        until += dwell(high);
      }
      on += high ? (k + 1) * t_s - now : 0;
      const double value = amplitude * on / t_s;
      mean += value / reads;
      squares += value * value / reads;
    }
    const double variance = squares - mean * mean;
    // reads follow each other, so that fewer are independent: five sigmas of those
    const double tolerance = 5 * std::sqrt(2 * (2 * tau_s / t_s + 1) / reads);
    EXPECT_NEAR(telegraph_noise(amplitude, duty, tau_s, t_s) / variance, 1, tolerance) << t_s;
  }
  EXPECT_NEAR(telegraph_noise(0.3, 0.5, 1, 1e-9), 0.0225, 1e-9);
  EXPECT_NEAR(telegraph_noise(0.3, 0.5, 1, 0.99e-4) / telegraph_noise(0.3, 0.5, 1, 1.01e-4), 1,
              1e-6);
}

TEST(ReadNoise, AddsUpInUnitsOfAFullInput) {
  ReadNoiseSpec spec;
  spec.flicker = 1e-6;
  PhysicalSpec physical;
  physical.g_min_S = 1e-6;
  physical.g_max_S = 3e-6;
  physical.v_read_V = 0.2;
  const double slope_S = 1e-6, t_s = 1e-7, unit_A = 0.2e-6;
  const ReadNoise noise = read_noise(spec, physical, slope_S, t_s);
  // one cell of 2 uS and its reference, fully driven
  const double expected = 2 * (thermal_noise_A2(2e-6, 300, t_s) + shot_noise_A2(0.4e-6, 1, t_s) +
                               flicker_noise(1e-6, t_s, 1) * 0.4e-6 * 0.4e-6);
  EXPECT_NEAR(noise.variance(1, 1, 1) * unit_A * unit_A / expected, 1, 1e-12);
  EXPECT_NEAR(noise.variance(1, 0, 0) * unit_A * unit_A / (2 * thermal_noise_A2(2e-6, 300, t_s)), 1,
              1e-12);
}

}  // namespace
}  // namespace nernst
