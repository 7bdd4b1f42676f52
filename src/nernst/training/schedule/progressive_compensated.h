// SPDX-License-Identifier: Apache-2.0
// Progressive gradient descent with the effect of the update on the error added back: the updated
// array returns W^T d - rate |d|^2 a, and every neuron still holds its a.
#pragma once

#include <string_view>

#include "nernst/training/schedule.h"

namespace nernst {

class ProgressiveCompensated final : public Schedule {
 public:
  static constexpr std::string_view kName = "progressive_compensated";
  static constexpr std::string_view kHelp =
      "progressive, with rate |d|^2 a added to the error: the conventional error, exact for exact "
      "updates";

  void train(BatchStep& step) override {
    step.forward();
    HeldSignals error = step.hold_errors();
    step.output_error(error);
    for (std::size_t l = step.layers() - 1; l >= 1; --l) {
      step.update(l, error);
      step.propagate_compensated(l, error);
    }
    step.update(0, error);
  }
};

}  // namespace nernst
