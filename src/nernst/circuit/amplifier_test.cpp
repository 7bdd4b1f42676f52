// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/amplifier.h"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <numbers>

#include "nernst/circuit/constants.h"
#include "nernst/circuit/sample_hold.h"

namespace nernst {
namespace {

// A line of 128 cells of 1 MOhm: far poles, near poles, and poles that ring.
AmplifierLoop loop(double c_feedback_F) {
  return {.g_line_S = 128e-6,
          .c_line_F = 20e-15,
          .r_feedback_Ohm = 100e3,
          .c_feedback_F = c_feedback_F,
          .open_loop_gain = 1e4,
          .gain_bandwidth_Hz = 2e9};
}

TEST(Amplifier, WithoutBoundsIsAResistor) {
  AmplifierLoop ideal = loop(0);
  ideal.open_loop_gain = 1e12;
  EXPECT_NEAR(ideal.gain(), 1, 1e-10);
  EXPECT_NEAR(ideal.noise_gain(), 13.8, 1e-6);
  EXPECT_NEAR(loop(0).gain(), 1 - 13.8e-4, 1e-5);
}

TEST(Amplifier, SettlesAsItsEquationOfMotion) {
  for (const double c_feedback_F : {0.0, 2e-15, 10e-15, 500e-15}) {
    const AmplifierLoop one = loop(c_feedback_F);
    // a2 v'' + a1 v' + a0 v = a0, by small steps
    const double unity = 2 * std::numbers::pi * one.gain_bandwidth_Hz;
    const double load = 1 + one.g_line_S * one.r_feedback_Ohm;
    const double line_s = one.r_feedback_Ohm * (one.c_line_F + c_feedback_F);
    const double a0 = 1 + load / one.open_loop_gain;
    const double a1 =
        one.r_feedback_Ohm * c_feedback_F + load / unity + line_s / one.open_loop_gain;
    const double a2 = line_s / unity;
    const double step_s = 1e-13;
    double v = 0, slope = 0, t_s = 0;
    for (int k = 1; k <= 50000; ++k) {
      // the midpoint rule
      const double middle_v = v + slope * step_s / 2;
      const double middle_slope = slope + (a0 - a1 * slope - a0 * v) / a2 * step_s / 2;
      v += middle_slope * step_s;
      slope += (a0 - a1 * middle_slope - a0 * middle_v) / a2 * step_s;
      t_s += step_s;
      if (k % 10000 == 0) {
        EXPECT_NEAR(one.settled(t_s), v, 1e-5) << c_feedback_F;
      }
    }
  }
}

TEST(Amplifier, StaysWithinTheErrorAfterTheSettlingTime) {
  for (const double c_feedback_F : {0.0, 2e-15, 10e-15, 500e-15})
    for (const double error : {0.1, 1e-3, 1e-6}) {
      const AmplifierLoop one = loop(c_feedback_F);
      const double t_s = one.t_settle_s(error);
      double largest = 0, before = 0;
      for (int k = 0; k < 200; ++k) {
        largest = std::max(largest, std::abs(1 - one.settled(t_s * (1 + k / 50.0))));
        before = std::max(before, std::abs(1 - one.settled(t_s * (0.5 + k / 400.0))));
      }
      EXPECT_LE(largest, error * (1 + 1e-6));
      EXPECT_GT(before, error);
    }
}

TEST(Amplifier, NoiseIsTheIntegralOfItsSpectrum) {
  using Complex = std::complex<double>;
  const AmplifierLoop one = loop(10e-15);
  const double unity = 2 * std::numbers::pi * one.gain_bandwidth_Hz;
  double of_input = 0, of_feedback = 0;
  // over equal parts of log f
  const double ratio = std::exp(0.001);
  for (double f = 1e3; f < 1e14; f *= ratio) {
    const Complex s(0, 2 * std::numbers::pi * f * std::sqrt(ratio));
    const Complex gain = 1.0 / (1 / one.open_loop_gain + s / unity);
    const Complex z_feedback =
        one.r_feedback_Ohm / (1.0 + s * one.r_feedback_Ohm * one.c_feedback_F);
    const Complex divider = 1.0 + z_feedback * (one.g_line_S + s * one.c_line_F);
    const Complex closed = 1.0 / (1.0 + divider / gain);
    of_input += std::norm(divider * closed) * f * (ratio - 1);
    of_feedback += std::norm(z_feedback * closed) * f * (ratio - 1);
  }
  EXPECT_NEAR(one.output_noise_V(5e-9, 0), 5e-9 * std::sqrt(of_input),
              5e-9 * std::sqrt(of_input) * 1e-2);
  const double thermal = std::sqrt(4 * kBoltzmann_J_per_K * 300 / one.r_feedback_Ohm * of_feedback);
  EXPECT_NEAR(one.output_noise_V(0, 300), thermal, thermal * 1e-2);
}

TEST(SampleHold, HoldsTheNoiseOfItsSwitch) {
  const SampleHoldSpec hold;
  // 4 k T R over the bandwidth of R C, whatever R
  double sum_V2 = 0;
  const double ratio = std::exp(0.001), tau_s = hold.r_switch_Ohm * hold.c_hold_F;
  for (double f = 1e2; f < 1e14; f *= ratio)
    sum_V2 += 4 * kBoltzmann_J_per_K * 300 * hold.r_switch_Ohm /
              (1 + std::pow(2 * std::numbers::pi * f * tau_s, 2)) * f * (ratio - 1);
  EXPECT_NEAR(hold.noise_V(), std::sqrt(sum_V2), hold.noise_V() * 1e-3);
  EXPECT_NEAR(hold.noise_V(), 203.5e-6, 0.1e-6);  // 100 fF at 300 K
  EXPECT_NEAR(hold.droop_V(1e-6), 1e-5, 1e-12);
  EXPECT_NEAR(hold.acquired(), 1 - std::exp(-10.0), 1e-12);
  EXPECT_NEAR(hold.energy_J(0.5), 25e-15, 1e-20);
}

}  // namespace
}  // namespace nernst
