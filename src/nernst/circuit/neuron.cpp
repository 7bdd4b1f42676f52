// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/neuron.h"

#include <algorithm>

#include "nernst/base/error.h"
#include "nernst/base/math.h"

namespace nernst {

namespace {

void softmax(std::span<double> z) {
  double largest = z.empty() ? 0 : z[0];
  for (const double v : z) largest = std::max(largest, v);
  double sum = 0;
  for (double& v : z) {
    v = math::exp(v - largest);
    sum += v;
  }
  for (double& v : z) v /= sum;
}

}  // namespace

void activate(Activation activation, std::span<double> z) {
  switch (activation) {
    case Activation::sigmoid:
      for (double& v : z) v = math::sigmoid(v);
      return;
    case Activation::tanh:
      for (double& v : z) v = math::tanh(v);
      return;
    case Activation::relu:
      for (double& v : z) v = v < 0 ? 0 : v;
      return;
    case Activation::leaky_relu:
      for (double& v : z) v = v < 0 ? kLeakySlope * v : v;
      return;
    case Activation::softmax:
      return softmax(z);
    case Activation::linear:
      return;
  }
}

double derivative_from_activation(Activation activation, double a) {
  switch (activation) {
    case Activation::sigmoid:
      return a * (1 - a);
    case Activation::tanh:
      return 1 - a * a;
    case Activation::relu:
      return a > 0 ? 1 : 0;
    case Activation::leaky_relu:
      return a > 0 ? 1 : kLeakySlope;
    case Activation::softmax:
    case Activation::linear:
      return 1;
  }
  return 1;
}

void NeuronSpec::describe(Fields& f) {
  f.real("gain_spread", gain_spread,
         {.min = 0, .max = 10, .help = "spread of the neurons' gain around 1"});
  f.real("offset_spread", offset_spread,
         {.min = 0, .max = 1e3, .help = "spread of the neurons' offset, in units of the sum"});
}

NeuronLayer::NeuronLayer(Activation activation, std::size_t size, const NeuronSpec& spec,
                         std::uint64_t seed, std::uint32_t layer)
    : activation_(activation), size_(size) {
  if (spec.gain_spread == 0 && spec.offset_spread == 0) return;
  const NoiseStream stream(seed, layer, Purpose::neuron);
  for (std::size_t k = 0; k < size; ++k) {
    gain_.push_back(1 + spec.gain_spread * stream.normal<double>(k, 0));
    offset_.push_back(spec.offset_spread * stream.normal<double>(k, 1));
  }
}

void NeuronLayer::forward(std::span<double> z) const {
  NERNST_CHECK(z.size() == size_);
  for (std::size_t k = 0; k < gain_.size(); ++k) z[k] = gain_[k] * z[k] + offset_[k];
  activate(activation_, z);
}

}  // namespace nernst
