// SPDX-License-Identifier: Apache-2.0
// The `[[network.layer]]` tables: the shape of a network, on a chip or in float.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nernst/base/matrix_view.h"
#include "nernst/base/parameters.h"
#include "nernst/circuit/neuron.h"

namespace nernst {

enum class LayerKind { dense };

struct LayerSpec {
  LayerKind kind = LayerKind::dense;
  std::int64_t units = 10;
  Activation activation = Activation::sigmoid;
  bool bias = true;                         // one more column, driven at full scale
  std::optional<double> full_scale_weight;  // of this layer; empty = as the chip says
  void describe(Fields& f);
};

struct NetworkSpec {
  std::size_t inputs = 0;  // from the data
  std::vector<LayerSpec> layers;

  std::size_t outputs() const { return static_cast<std::size_t>(layers.back().units); }
  // Neurons that feed layer l (0-based); the bias is not among them.
  std::size_t fan_in(std::size_t layer) const {
    return layer == 0 ? inputs : static_cast<std::size_t>(layers[layer - 1].units);
  }
  // Rows and columns of the weight matrix of layer l, with the column of the bias.
  std::size_t rows(std::size_t layer) const {
    return static_cast<std::size_t>(layers[layer].units);
  }
  std::size_t columns(std::size_t layer) const {
    return fan_in(layer) + (layers[layer].bias ? 1 : 0);
  }
};

// The usual random weights, rows x columns: uniform within sqrt(6 / (inputs + outputs)) (Glorot and
// Bengio 2010), for rectifiers within sqrt(6 / inputs) (He et al. 2015); biases 0.
Matrix<double> initial_weights(const NetworkSpec& network, std::size_t layer, std::uint64_t seed);

}  // namespace nernst
