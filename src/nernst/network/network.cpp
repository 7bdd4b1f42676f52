// SPDX-License-Identifier: Apache-2.0
#include "nernst/network/network.h"

#include <algorithm>

namespace nernst {

Network::Network(const NetworkSpec& spec, Chip& chip, const NeuronSpec& neurons,
                 const ErrorCircuitSpec& errors, std::uint64_t seed)
    : spec_(spec), chip_(&chip), errors_(errors, spec.outputs(), seed) {
  NERNST_CHECK(chip.arrays() == layers());
  for (std::size_t l = 0; l < layers(); ++l) {
    NERNST_CHECK(chip.shape(l).rows == spec.rows(l) && chip.shape(l).columns == spec.columns(l));
    neurons_.emplace_back(spec.layers[l].activation, spec.rows(l), neurons, seed,
                          static_cast<std::uint32_t>(l));
  }
}

void Network::forward(std::size_t layer, MatrixView<const double> in, MatrixView<double> out) {
  NERNST_CHECK(in.columns() == width(layer) && out.columns() == width(layer + 1));
  Matrix<double> lines(in.rows(), spec_.columns(layer), 1.0);
  for (std::size_t b = 0; b < in.rows(); ++b)
    std::copy_n(in.row(b).begin(), in.columns(), lines.row(b).begin());
  chip_->mvm(layer, lines.view(), out);
  for (std::size_t b = 0; b < out.rows(); ++b) neurons_[layer].forward(out.row(b));
  for (std::size_t b = 0; b < out.rows(); ++b)
    chip_->enter_neurons(static_cast<std::int64_t>(out.columns()));
}

void Network::backward(std::size_t layer, MatrixView<const double> d, MatrixView<double> back) {
  NERNST_CHECK(d.columns() == width(layer + 1) && back.columns() == width(layer));
  Matrix<double> lines(d.rows(), spec_.columns(layer));
  chip_->mvm_transposed(layer, d, lines.view());
  for (std::size_t b = 0; b < back.rows(); ++b)
    std::copy_n(lines.row(b).begin(), back.columns(), back.row(b).begin());
}

void Network::multiply_derivative(std::size_t layer, MatrixView<const double> activations,
                                  MatrixView<double> error) {
  if (layer == 0) return;
  for (std::size_t b = 0; b < error.rows(); ++b) {
    neurons_[layer - 1].multiply_derivative(activations.row(b), error.row(b));
    chip_->enter_neurons(static_cast<std::int64_t>(error.columns()));
  }
}

void Network::output_error(std::span<const double> output, std::span<const double> target,
                           std::span<double> error, std::uint64_t event,
                           WithDerivative derivative) {
  errors_.subtract(output, target, error, event);
  if (derivative == WithDerivative::yes) neurons_.back().multiply_derivative(output, error);
  if (errors_.spec().enabled)
    chip_->enter_neurons(static_cast<std::int64_t>(output.size()), NeuronWork::error);
}

std::vector<double> Network::drive(std::size_t layer, std::span<const double> in) const {
  std::vector<double> lines(spec_.columns(layer), 1.0);
  std::copy(in.begin(), in.end(), lines.begin());
  return lines;
}

}  // namespace nernst
