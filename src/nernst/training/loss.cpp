// SPDX-License-Identifier: Apache-2.0
#include "nernst/training/loss.h"

#include <algorithm>

#include "nernst/base/error.h"
#include "nernst/base/math.h"

namespace nernst {

LossKind resolve_loss(LossKind kind, Activation output) {
  if (kind == LossKind::automatic)
    return output == Activation::softmax ? LossKind::cross_entropy : LossKind::squared_error;
  if (kind == LossKind::squared_error && output == Activation::softmax)
    throw ConfigError("training.loss", "\"squared_error\"",
                      "a softmax output needs \"cross_entropy\"");
  if (kind == LossKind::cross_entropy && output != Activation::softmax &&
      output != Activation::sigmoid)
    throw ConfigError("training.loss", "\"cross_entropy\"",
                      "needs a softmax or sigmoid output; give \"squared_error\"");
  return kind;
}

void write_target(std::uint32_t label, Activation output, std::span<double> target) {
  const double low = output == Activation::tanh ? -1 : 0;
  if (target.size() == 1) {
    target[0] = label == 0 ? low : 1;
    return;
  }
  NERNST_CHECK(label < target.size());
  std::fill(target.begin(), target.end(), low);
  target[label] = 1;
}

std::uint32_t predicted_class(std::span<const double> output, Activation activation) {
  if (output.size() == 1) {
    const double middle = activation == Activation::tanh ? 0 : 0.5;
    return output[0] > middle ? 1 : 0;
  }
  const auto largest = std::max_element(output.begin(), output.end());
  return static_cast<std::uint32_t>(largest - output.begin());
}

double loss_of(LossKind loss, Activation activation, std::span<const double> output,
               std::span<const double> target) {
  constexpr double tiny = 1e-300;
  double sum = 0;
  for (std::size_t k = 0; k < output.size(); ++k) {
    const double a = output[k], t = target[k];
    // a sum that is no number must stay one
    if (!(a == a)) return a;
    if (loss == LossKind::squared_error) {
      sum += 0.5 * (a - t) * (a - t);
    } else {
      if (t > 0) sum -= t * math::log(std::max(a, tiny));
      // sigmoids are apart from one another: both outcomes of each count
      if (activation == Activation::sigmoid && t < 1)
        sum -= (1 - t) * math::log(std::max(1 - a, tiny));
    }
  }
  return sum;
}

void output_error(LossKind loss, Activation activation, std::span<const double> output,
                  std::span<const double> target, std::span<double> error) {
  for (std::size_t k = 0; k < output.size(); ++k) {
    error[k] = output[k] - target[k];
    if (loss == LossKind::squared_error)
      error[k] *= derivative_from_activation(activation, output[k]);
  }
}

}  // namespace nernst
