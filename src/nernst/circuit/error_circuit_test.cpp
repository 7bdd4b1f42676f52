// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/error_circuit.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace nernst {
namespace {

TEST(ErrorCircuits, WithEqualResistorsSubtract) {
  const DifferenceAmplifier ideal{.open_loop_gain = 1e12};
  EXPECT_NEAR(ideal.output_V(0.7, 0.2), 0.5, 1e-11);
  ErrorCircuitSpec off;
  const std::vector<double> output = {0.1, 0.8}, target = {0, 1};
  std::vector<double> error(2);
  ErrorCircuits(off, 2, 1).subtract(output, target, error, 5);
  EXPECT_EQ(error[0], 0.1);
  EXPECT_EQ(error[1], 0.8 - 1);
}

TEST(ErrorCircuits, UnequalResistorsLetTheCommonPartThrough) {
  // the common mode gain of resistors of spread s: (R4/(R3+R4)) (1 + R2/R1) - R2/R1, to first order
  // ((e4 - e3) - (e2 - e1)) / 2: spread s
  ErrorCircuitSpec spec{.enabled = true, .resistor_spread = 0.01, .open_loop_gain = 1e9};
  spec.offset_V = spec.noise_V = 0;
  const std::size_t outputs = 10000;
  const ErrorCircuits circuits(spec, outputs, 3);
  const std::vector<double> ones(outputs, 1.0);
  std::vector<double> error(outputs);
  circuits.subtract(ones, ones, error, 1);
  double squares = 0;
  for (const double e : error) squares += e * e / outputs;
  EXPECT_NEAR(std::sqrt(squares), 0.01, 0.01 * 4 / std::sqrt(2.0 * outputs));
}

TEST(ErrorCircuits, ClipAtTheSwingAndHaveNoiseOfTheirOwn) {
  ErrorCircuitSpec spec{.enabled = true};
  spec.offset_V = spec.resistor_spread = spec.noise_V = 0;
  spec.open_loop_gain = 1e9, spec.swing_V = 0.25;
  std::vector<double> error(1);
  ErrorCircuits(spec, 1, 3).subtract(std::vector{1.0}, std::vector{0.0}, error, 1);
  EXPECT_EQ(error[0], 0.5);
  spec.noise_V = 1e-3;
  const ErrorCircuits noisy(spec, 20000, 3);
  const std::vector<double> half(20000, 0.2), none(20000, 0.0);
  std::vector<double> one(20000), same(20000), other(20000);
  noisy.subtract(half, none, one, 1);
  noisy.subtract(half, none, same, 1);
  noisy.subtract(half, none, other, 2);
  EXPECT_EQ(one, same);
  double squares = 0, products = 0;
  for (std::size_t k = 0; k < 20000; ++k) {
    squares += std::pow(one[k] - 0.2, 2) / 20000;
    products += (one[k] - 0.2) * (other[k] - 0.2) / 20000;
  }
  EXPECT_NEAR(std::sqrt(squares), 2e-3, 2e-3 * 4 / 200);
  EXPECT_NEAR(products / squares, 0, 4 / std::sqrt(20000));
}

}  // namespace
}  // namespace nernst
