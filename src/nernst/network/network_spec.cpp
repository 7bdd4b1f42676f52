// SPDX-License-Identifier: Apache-2.0
#include "nernst/network/network_spec.h"

#include <cmath>

#include "nernst/base/interruption.h"
#include "nernst/base/noise.h"

namespace nernst {

void LayerSpec::describe(Fields& f) {
  f.choice("kind", kind, {"dense"}, "kind of the layer");
  f.integer("units", units, {.min = 1, .max = 1 << 20, .help = "neurons of the layer"});
  f.choice("activation", activation, {"sigmoid", "tanh", "relu", "leaky_relu", "softmax", "linear"},
           "activation of the neurons");
  f.flag("bias", bias, "one more column, driven at full scale");
  f.real_or_auto(
      "full_scale_weight", full_scale_weight,
      {.min = 1e-9,
       .max = 1e9,
       .help = "weight that full conductance stands for; auto = as chip.full_scale_weight"});
}

Matrix<double> initial_weights(const NetworkSpec& network, std::size_t layer, std::uint64_t seed) {
  Matrix<double> weights(network.rows(layer), network.columns(layer));
  const auto inputs = static_cast<double>(network.fan_in(layer));
  const auto outputs = static_cast<double>(network.rows(layer));
  const Activation activation = network.layers[layer].activation;
  const bool rectifier = activation == Activation::relu || activation == Activation::leaky_relu;
  const double bound = std::sqrt(6 / (rectifier ? inputs : inputs + outputs));
  const NoiseStream stream(seed, static_cast<std::uint32_t>(layer), Purpose::initial_weight);
  for (std::size_t r = 0; r < weights.rows(); ++r) {
    heed_interruption();
    for (std::size_t c = 0; c < network.fan_in(layer); ++c)
      weights(r, c) = bound * (2 * stream.uniform<double>(r * weights.columns() + c, 0) - 1);
  }
  return weights;
}

}  // namespace nernst
