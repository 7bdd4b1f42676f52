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

// Errors of an analog neuron: it computes f(gain z + offset).
struct NeuronSpec {
  double gain_spread = 0;    // spread over neurons of the gain, around 1
  double offset_spread = 0;  // spread over neurons of the offset, in units of z
  void describe(Fields& f);
};

// A layer of neurons with their fixed errors.
class NeuronLayer {
 public:
  NeuronLayer(Activation activation, std::size_t size, const NeuronSpec& spec, std::uint64_t seed,
              std::uint32_t layer);
  Activation activation() const { return activation_; }
  std::size_t size() const { return size_; }
  void forward(std::span<double> z) const;

 private:
  Activation activation_;
  std::size_t size_;
  std::vector<double> gain_, offset_;  // empty = ideal
};

}  // namespace nernst
