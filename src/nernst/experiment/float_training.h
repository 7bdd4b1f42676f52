// SPDX-License-Identifier: Apache-2.0
// The network of an experiment trained on "the computer": the reference of a run, and what a
// transfer writes to the chip.
#pragma once

#include "nernst/experiment/run.h"
#include "nernst/training/digital/float_network.h"

namespace nernst {

// Trains the float twin on the same samples in the same order, at the same rates, for
// training.epochs; with transfer.noise, under noise. Throws Interrupted when `hooks` ask to stop,
// Diverged when a loss or a weight is no longer finite.
FloatNetwork train_float(const Config& config, const DataSet& data, const RunHooks& hooks);

// How long that will take, from its first mini-batches on a network that is thrown away; 0 without
// a clock. Throws Interrupted.
double float_training_s(const Config& config, const DataSet& data, const RunHooks& hooks);

Evaluation evaluate_float(FloatNetwork& network, const Config& config, const DataSet& data,
                          const RunHooks& hooks);

// Multiply-adds of that training: forward, backward and update of every sample.
std::int64_t float_operations(const Config& config, const DataSet& data);

}  // namespace nernst
