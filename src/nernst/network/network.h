// SPDX-License-Identifier: Apache-2.0
// A network on a chip: layer l is array l of the chip, with a layer of neurons behind it. It has no
// way to the weights but what the chip offers.
#pragma once

#include <cstdint>
#include <vector>

#include "nernst/chip/chip.h"
#include "nernst/circuit/error_circuit.h"
#include "nernst/circuit/neuron.h"
#include "nernst/network/network_spec.h"

namespace nernst {

enum class WithDerivative { no, yes };

class Network {
 public:
  // `chip` has one array for each layer, rows and columns as `spec` says, and outlives the network.
  Network(const NetworkSpec& spec, Chip& chip, const NeuronSpec& neurons,
          const ErrorCircuitSpec& errors, std::uint64_t seed);

  const NetworkSpec& spec() const { return spec_; }
  Chip& chip() { return *chip_; }
  std::size_t layers() const { return spec_.layers.size(); }
  // Width of the signal that enters layer `level`; `level` = layers() is the output.
  std::size_t width(std::size_t level) const {
    return level < layers() ? spec_.fan_in(level) : spec_.outputs();
  }

  // out = f(W [in, 1]); in is B x width(layer), out is B x width(layer + 1).
  void forward(std::size_t layer, MatrixView<const double> in, MatrixView<double> out);

  // back = W^T d without the entry of the bias; d is B x width(layer + 1), back is B x width(layer)
  // and may be the storage of d.
  void backward(std::size_t layer, MatrixView<const double> d, MatrixView<double> back);

  // error *= f'(z) of the neurons that feed layer `layer`, from their activations.
  void multiply_derivative(std::size_t layer, MatrixView<const double> activations,
                           MatrixView<double> error);

  // error = output - target of each output, as the chip's own circuits make it; `event` names their
  // noise; times f' of the output neurons where asked for.
  void output_error(std::span<const double> output, std::span<const double> target,
                    std::span<double> error, std::uint64_t event, WithDerivative derivative);

  // The vector that drives the columns of a layer for one sample: its inputs, and 1 for the bias.
  std::vector<double> drive(std::size_t layer, std::span<const double> in) const;

 private:
  NetworkSpec spec_;
  Chip* chip_;
  std::vector<NeuronLayer> neurons_;
  ErrorCircuits errors_;
};

}  // namespace nernst
