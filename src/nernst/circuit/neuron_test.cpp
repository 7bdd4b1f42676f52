// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/neuron.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace nernst {
namespace {

double value(Activation activation, double z) {
  std::vector<double> a = {z};
  activate(activation, a);
  return a[0];
}

TEST(Neuron, DerivativesFollowFromTheActivation) {
  for (const Activation f : {Activation::sigmoid, Activation::tanh, Activation::relu,
                             Activation::leaky_relu, Activation::linear}) {
    for (const double z : {-2.0, -0.3, 0.4, 1.7}) {
      const double h = 1e-6, slope = (value(f, z + h) - value(f, z - h)) / (2 * h);
      EXPECT_NEAR(derivative_from_activation(f, value(f, z)), slope, 1e-8) << z;
    }
  }
}

TEST(Neuron, SoftmaxSumsToOneAndStandsLargeSums) {
  std::vector<double> a = {1000, 1001, -1e300};
  activate(Activation::softmax, a);
  EXPECT_NEAR(a[0] + a[1] + a[2], 1, 1e-15);
  EXPECT_NEAR(a[1] / a[0], std::exp(1.0), 1e-12);
  EXPECT_EQ(a[2], 0);
}

TEST(Neuron, ErrorsAreFixedForLife) {
  const NeuronSpec spec{.gain_spread = 0.1, .offset_spread = 0.5};
  const NeuronLayer layer(Activation::linear, 2001, spec, 4, 0);
  std::vector<double> at_zero(2001, 0.0), at_one(2001, 1.0);
  layer.forward(at_zero);
  layer.forward(at_one);
  double gain_squares = 0, offset_squares = 0;
  for (std::size_t k = 0; k < 2001; ++k) {
    gain_squares += std::pow(at_one[k] - at_zero[k] - 1, 2) / 2001;
    offset_squares += at_zero[k] * at_zero[k] / 2001;
  }
  EXPECT_NEAR(std::sqrt(gain_squares), 0.1, 4 * 0.1 / std::sqrt(4002));
  EXPECT_NEAR(std::sqrt(offset_squares), 0.5, 4 * 0.5 / std::sqrt(4002));
}

TEST(Neuron, CircuitsHaveTheErrorsOfTheirTransistors) {
  NeuronSpec spec{.enabled = true, .mismatch_V = 1e-3, .current_gain = 99};
  spec.bias_spread = 0.02;
  const std::size_t size = 20000;
  const double four_sigma = 4 / std::sqrt(2.0 * size);
  EXPECT_NEAR(spec.emitter_offset(), 1 / 25.852, 1e-5);  // k T / q at 300 K
  const NeuronLayer layer(Activation::linear, size, spec, 4, 0);
  std::vector<double> low(size, 0.0), high(size, 1.0);
  layer.forward(low);
  layer.forward(high);
  double gain = 0, gain_squares = 0, offset_squares = 0;
  for (std::size_t k = 0; k < size; ++k) {
    const double amplitude = (high[k] - low[k]) / 0.99;
    gain += amplitude / size;
    gain_squares += std::pow(amplitude - 1, 2) / size;
    offset_squares += std::pow(low[k] / (high[k] - low[k]), 2) / size;
  }
  EXPECT_NEAR(gain, 1, 4 * 0.02 / std::sqrt(size));
  EXPECT_NEAR(std::sqrt(gain_squares), 0.02, 0.02 * four_sigma);
  EXPECT_NEAR(std::sqrt(offset_squares), spec.pair_offset(), spec.pair_offset() * four_sigma);

  // the derivative: four transistors
  const NeuronLayer sigmoid(Activation::sigmoid, size, spec, 4, 0);
  std::vector<double> held(size, 0.5), error(size, 1.0);
  sigmoid.multiply_derivative(held, error);
  double squares = 0;
  for (const double e : error) squares += std::pow(std::log(4 * e), 2) / size;
  EXPECT_NEAR(std::sqrt(squares), 2 * spec.emitter_offset(),
              2 * spec.emitter_offset() * four_sigma);

  // a hot neuron is less steep
  spec = {.enabled = true, .mismatch_V = 0, .bias_spread = 0, .temperature_K = 360};
  std::vector<double> z = {1.2};
  NeuronLayer(Activation::linear, 1, spec, 4, 0).forward(z);
  EXPECT_NEAR(z[0], 1.2 * 300 / 360 * 100 / 101, 1e-12);
}

}  // namespace
}  // namespace nernst
