// SPDX-License-Identifier: Apache-2.0
// The verbs that a schedule is written in: one mini-batch on a network on a chip.
//
// Activations, errors and gradients are lent by the ledger, so that a schedule cannot hold any of
// them uncounted; the B x B products of the compensation are not counted.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "nernst/network/network.h"
#include "nernst/training/diverged.h"
#include "nernst/training/divergence_monitor.h"
#include "nernst/training/loss.h"
#include "nernst/training/update_rule.h"

namespace nernst {

// What a step of training needs besides its samples.
struct StepSetup {
  Network& network;
  UpdateRule& update;
  LossKind loss;
  DivergenceMonitor& monitor;
  double rate = 0;  // learning rate of this mini-batch
  // conventional: keep the mean gradient instead of every sample's factors
  bool accumulate = false;
  std::uint64_t seed = 0;  // of the rounding of accumulated gradients, and of random feedback
  std::uint64_t step = 0;  // number of this mini-batch since the beginning
};

// What a mini-batch showed in its first forward pass.
struct BatchResult {
  double loss = 0;  // sum over samples
  std::int64_t correct = 0;
};

// Throws Diverged before the chip would be given what is not finite.
class BatchStep {
 public:
  // `inputs` is B x inputs, `labels` has B classes. Levels are counted from 0, the input, to
  // layers().
  BatchStep(const StepSetup& setup, MatrixView<const double> inputs,
            std::span<const std::uint32_t> labels);

  std::size_t samples() const { return inputs_.rows(); }
  std::size_t layers() const { return setup_->network.layers(); }
  double rate() const { return setup_->rate; }
  bool accumulate() const { return setup_->accumulate; }

  // Storage for one error of each sample, wide enough for every layer (hold_errors), or for the
  // output of one layer only.
  HeldSignals hold_errors() const;
  HeldSignals hold_errors(std::size_t layer) const;
  // Storage for the mean gradient of a layer.
  HeldWeights hold_gradient(std::size_t layer) const;

  // Forward pass of all samples; every neuron keeps its activation. May be repeated.
  void forward();

  // The error at the output of the last layer, from the activations held.
  void output_error(HeldSignals& errors);

  // errors := f'(z) * (W^T errors): from the output of `layer` (>= 1) to its input, through the
  // array as it is now. In place, or from one storage to another.
  void propagate(std::size_t layer, HeldSignals& errors);
  void propagate(std::size_t layer, HeldSignals& from, HeldSignals& to);

  // The same through an array that this mini-batch has just updated, with what the update did to
  // the error added back: eta / B * sum over samples c of (d_c . d_b) a_c,
  // eta being the rate at which the update rule changed the weights that are read.
  void propagate_compensated(std::size_t layer, HeldSignals& errors);

  // The same outside the chip: errors := f'(z) * (B^T errors) by a fixed matrix in digital memory.
  // random_feedback draws one (width of `from_level` x input of `layer`, uniform as the first
  // weights are); `from` holds the errors of `from_level`, `to` takes those at the input of `layer`
  // and may be `from`.
  HeldWeights random_feedback(std::size_t layer, std::size_t from_level) const;
  void propagate_by(HeldWeights& feedback, std::size_t layer, HeldSignals& from, HeldSignals& to);

  // W -= rate * mean over samples of d a^T, by the update rule.
  void update(std::size_t layer, HeldSignals& errors);

  // gradient += d a^T of every sample / `batch`.
  void accumulate_gradient(std::size_t layer, HeldSignals& errors, std::size_t batch,
                           HeldWeights& gradient);
  // Writes W -= rate * gradient row by row, in whole pulses, rounded stochastically.
  void write_gradient(std::size_t layer, HeldWeights& gradient);

  // One sample of this mini-batch as a mini-batch of its own.
  BatchStep sample(std::size_t b) const;

  const BatchResult& result() const { return result_; }
  void add_result(const BatchResult& other);

 private:
  std::size_t width(std::size_t level) const { return setup_->network.width(level); }
  enum class Compensate { no, yes };
  void propagate(std::size_t layer, MatrixView<const double> d, MatrixView<double> back,
                 Compensate compensate);
  MatrixView<double> activations(std::size_t level);
  void take_inputs();

  const StepSetup* setup_;
  MatrixView<const double> inputs_;
  std::span<const std::uint32_t> labels_;
  std::vector<HeldSignals>
      held_;  // activations of level 0 (the input), 1, 2, ...; from the first forward pass
  BatchResult result_;
  bool scored_ = false;
  std::uint64_t first_sample_ = 0;  // number of sample 0 in the whole mini-batch
  std::uint64_t errors_made_ = 0;   // times that output_error has been called
};

}  // namespace nernst
