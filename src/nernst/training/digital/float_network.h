// SPDX-License-Identifier: Apache-2.0
// "The computer": the same network in float, trained by conventional back-propagation and plain
// SGD.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "nernst/base/aligned.h"
#include "nernst/base/matrix_view.h"
#include "nernst/network/network_spec.h"
#include "nernst/training/loss.h"

namespace nernst {

// Not on a chip: weights are read and written freely. Sums are in a fixed order.
class FloatNetwork {
 public:
  // Starts from the same random weights as a chip with `init = "random"` and this seed.
  FloatNetwork(const NetworkSpec& spec, LossKind loss, std::uint64_t seed);

  const NetworkSpec& spec() const { return spec_; }
  // Weights of layer l, rows x columns, the bias in the last column.
  PaddedMatrix<float>& weights(std::size_t layer) { return weights_[layer]; }
  const PaddedMatrix<float>& weights(std::size_t layer) const { return weights_[layer]; }

  // The output of the last layer for one sample.
  std::span<const float> forward(std::span<const float> input);
  std::uint32_t predict(std::span<const float> input);

  // One step on B samples (B x inputs): W -= rate * mean gradient. Returns the sum of the losses.
  double train(MatrixView<const float> inputs, std::span<const std::uint32_t> labels, double rate);

  // The same with the gradient taken where normal noise of spread[l] is on every weight of layer l,
  // new in each step, so that the network learns to bear it (noise of (seed, `step`)).
  double train_noisy(MatrixView<const float> inputs, std::span<const std::uint32_t> labels,
                     double rate, std::span<const double> spread, std::uint64_t seed,
                     std::uint64_t step);

  // Whether every weight is a finite number.
  bool is_finite() const;

 private:
  void backward(std::uint32_t label);
  // What the columns of a layer are driven with: activations and, where it has a bias, a 1.
  MatrixView<const float> inputs_of(std::size_t layer) const;

  NetworkSpec spec_;
  LossKind loss_;
  std::vector<PaddedMatrix<float>> weights_;
  std::vector<PaddedMatrix<float>> gradients_;  // used for more than one sample
  std::vector<PaddedMatrix<float>> signals_;  // level 0 .. L, each with a 1 behind it for the bias
  std::vector<PaddedMatrix<float>> errors_;   // of layer 0 .. L - 1
};

}  // namespace nernst
