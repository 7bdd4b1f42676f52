// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/neuron.h"

#include <algorithm>
#include <numbers>

#include "nernst/base/error.h"
#include "nernst/base/math.h"
#include "nernst/circuit/constants.h"

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
  f.flag("enabled", enabled,
         "neurons are translinear circuits with the figures below, which then give their time and "
         "energy");
  f.real("mismatch_V", mismatch_V,
         {.unit = "V",
          .min = 0,
          .max = 1,
          .help = "spread of the base-emitter voltage of a transistor (0.5 mV: assumed)"});
  f.real("current_gain", current_gain,
         {.min = 1, .max = 1e9, .help = "of the transistors (100: assumed)"});
  f.real("bias_A", bias_A,
         {.unit = "A", .min = 1e-15, .max = 1, .help = "of a neuron (1 uA: assumed)"});
  f.real("bias_spread", bias_spread,
         {.min = 0, .max = 1, .help = "of the neurons' bias (0.01: assumed)"});
  f.real("temperature_K", temperature_K,
         {.unit = "K", .min = 1, .max = 2000, .help = "of the transistors"});
  f.real("t_set_K", t_set_K,
         {.unit = "K",
          .min = 1,
          .max = 2000,
          .help = "temperature at which a sum of 1 is k T / q: a hotter neuron is less steep"});
  f.real("supply_V", supply_V,
         {.unit = "V", .min = 0, .max = 1e3, .help = "of the neurons (1.8 V: assumed)"});
  f.real("c_node_F", c_node_F,
         {.unit = "F", .min = 0, .max = 1, .help = "at a neuron's output (20 fF: assumed)"});
}

double NeuronSpec::emitter_offset() const { return mismatch_V / thermal_V(temperature_K); }
double NeuronSpec::pair_offset() const { return std::numbers::sqrt2 * emitter_offset(); }

double NeuronSpec::t_settle_s(std::int64_t bits) const {
  const double tau_s = 4 * c_node_F * thermal_V(temperature_K) / bias_A;
  return tau_s * std::numbers::ln2 * static_cast<double>(bits + 1);
}

NeuronLayer::NeuronLayer(Activation activation, std::size_t size, const NeuronSpec& spec,
                         std::uint64_t seed, std::uint32_t layer)
    : activation_(activation), size_(size) {
  if (!spec.enabled && spec.gain_spread == 0 && spec.offset_spread == 0) return;
  const NoiseStream stream(seed, layer, Purpose::neuron);
  const bool shared = activation == Activation::softmax;
  for (std::size_t k = 0; k < size; ++k) {
    const auto normal = [&](std::uint64_t draw) { return stream.normal<double>(k, draw); };
    gain_.push_back(1 + spec.gain_spread * normal(0));
    offset_.push_back(spec.offset_spread * normal(1));
    if (!spec.enabled) continue;
    gain_.back() *= spec.t_set_K / spec.temperature_K;
    offset_.back() += (shared ? spec.emitter_offset() : spec.pair_offset()) * normal(2);
    // all emitters of a softmax have one tail
    const double bias = 1 + spec.bias_spread * (shared ? stream.normal<double>(0, 3) : normal(3));
    amplitude_.push_back(spec.current_share() * bias);
    product_.push_back(math::exp(spec.product_spread() * normal(4)));
  }
}

void NeuronLayer::forward(std::span<double> z) const {
  NERNST_CHECK(z.size() == size_);
  for (std::size_t k = 0; k < gain_.size(); ++k) z[k] = gain_[k] * z[k] + offset_[k];
  activate(activation_, z);
  for (std::size_t k = 0; k < amplitude_.size(); ++k) z[k] *= amplitude_[k];
}

void NeuronLayer::multiply_derivative(std::span<const double> activations,
                                      std::span<double> error) const {
  for (std::size_t k = 0; k < error.size(); ++k)
    error[k] *= derivative_from_activation(activation_, activations[k]);
  const bool has_product = activation_ == Activation::sigmoid || activation_ == Activation::tanh;
  if (!has_product) return;
  for (std::size_t k = 0; k < product_.size(); ++k) error[k] *= product_[k];
}

}  // namespace nernst
