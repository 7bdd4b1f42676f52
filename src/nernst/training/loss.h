// SPDX-License-Identifier: Apache-2.0
// Targets, losses and output errors.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "nernst/base/matrix_view.h"
#include "nernst/circuit/neuron.h"

namespace nernst {

// automatic: cross-entropy after softmax, squared error otherwise.
enum class LossKind { automatic, cross_entropy, squared_error };

// The loss that `kind` means behind an activation. Throws ConfigError for a pair that has no sense:
// softmax with squared error; tanh, rectifiers and linear outputs with cross-entropy.
LossKind resolve_loss(LossKind kind, Activation output);

// Target of an output layer for a class: one-hot, or for one unit the class 0 or 1; tanh outputs
// have -1 in place of 0.
void write_target(std::uint32_t label, Activation output, std::span<double> target);

// The class that an output stands for: the largest, or for one unit whether it is past the middle.
std::uint32_t predicted_class(std::span<const double> output, Activation activation);

// Loss of one sample: cross-entropy in nats, or half the squared distance.
double loss_of(LossKind loss, Activation activation, std::span<const double> output,
               std::span<const double> target);

// d loss / d z at the output, from the activation: a - t for cross-entropy, (a - t) f'(z)
// otherwise.
void output_error(LossKind loss, Activation activation, std::span<const double> output,
                  std::span<const double> target, std::span<double> error);

}  // namespace nernst
