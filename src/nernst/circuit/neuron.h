// SPDX-License-Identifier: Apache-2.0
// Neurons: the activation of a sum, and its derivative from the activation that the neuron already
// holds.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "nernst/base/noise.h"
#include "nernst/base/parameters.h"

namespace nernst {

enum class Activation { sigmoid, tanh, relu, leaky_relu, softmax, linear };

// Slope of leaky_relu below zero.
inline constexpr double kLeakySlope = 0.01;

// a = f(z), in place; for softmax over the whole layer. Non-finite sums stay non-finite.
void activate(Activation activation, std::span<double> z);

// f'(z) as a function of a = f(z); 1 for softmax and linear, whose derivative is in the output
// error.
double derivative_from_activation(Activation activation, double a);

// Errors of an analog neuron: it computes f(gain z + offset). `enabled` makes it a circuit of
// bipolar transistors, or of MOS ones below threshold: N emitters on one tail current share it as a
// softmax does, I_k = I exp(V_k / V_T) / sum exp(V_j / V_T) (Elfadel and Wyatt 1994), of which the
// differential pair is the sigmoid; and a translinear loop (Gilbert 1975) multiplies the two
// currents of a pair, I_1 I_2 / I = I f (1 - f), for the derivative. A sum of 1 is k T / q at the
// temperature that it was set for.
struct NeuronSpec {
  double gain_spread = 0;    // spread over neurons of the gain, around 1
  double offset_spread = 0;  // spread over neurons of the offset, in units of z
  bool enabled = false;
  double mismatch_V = 0.5e-3;  // spread of the base-emitter voltage of a transistor
  double current_gain = 100;   // of the transistors
  double bias_A = 1e-6;        // tail current
  double bias_spread = 0.01;
  double temperature_K = 300, t_set_K = 300;
  double supply_V = 1.8;
  double c_node_F = 20e-15;
  void describe(Fields& f);

  // Offset of a pair in units of z, and of one emitter: V_BE spread / V_T.
  double emitter_offset() const;
  double pair_offset() const;
  // Relative spread of a translinear product, by its four transistors.
  double product_spread() const { return 2 * emitter_offset(); }
  // What arrives of the tail current: beta / (beta + 1).
  double current_share() const { return current_gain / (current_gain + 1); }
  // Time until a pair is within half a step of so many bits: 4 C V_T / I ln(2^(bits + 1)).
  double t_settle_s(std::int64_t bits) const;
  double energy_J(std::int64_t bits) const { return supply_V * bias_A * t_settle_s(bits); }
};

// A layer of neurons with their fixed errors.
class NeuronLayer {
 public:
  NeuronLayer(Activation activation, std::size_t size, const NeuronSpec& spec, std::uint64_t seed,
              std::uint32_t layer);
  Activation activation() const { return activation_; }
  std::size_t size() const { return size_; }
  // z to activations, in place.
  void forward(std::span<double> z) const;
  // error *= f', from the activations that the neurons hold; 1 for softmax and linear.
  void multiply_derivative(std::span<const double> activations, std::span<double> error) const;

 private:
  Activation activation_;
  std::size_t size_;
  std::vector<double> gain_, offset_;        // empty = ideal
  std::vector<double> amplitude_, product_;  // of circuits; empty = ideal
};

}  // namespace nernst
