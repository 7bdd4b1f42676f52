// SPDX-License-Identifier: Apache-2.0
// Conventional back-propagation: all errors from the old weights first, then all updates.
#pragma once

#include <string_view>
#include <vector>

#include "nernst/training/schedule.h"

namespace nernst {

class Conventional final : public Schedule {
 public:
  static constexpr std::string_view kName = "conventional";
  static constexpr std::string_view kHelp =
      "all errors through the old weights, then all updates; holds every layer's error of every "
      "sample, or with training.accumulate the mean gradient";

  void train(BatchStep& step) override {
    if (step.accumulate()) return train_accumulating(step);
    step.forward();
    std::vector<HeldSignals> errors = all_errors(step);
    for (std::size_t l = 0; l < step.layers(); ++l) step.update(l, errors[l]);
  }

 private:
  static std::vector<HeldSignals> all_errors(BatchStep& step) {
    std::vector<HeldSignals> errors;
    for (std::size_t l = 0; l < step.layers(); ++l) errors.push_back(step.hold_errors(l));
    step.output_error(errors.back());
    for (std::size_t l = step.layers() - 1; l >= 1; --l)
      step.propagate(l, errors[l], errors[l - 1]);
    return errors;
  }

  // One sample at a time, the mean gradient in a digital memory as large as the weights.
  static void train_accumulating(BatchStep& step) {
    std::vector<HeldWeights> gradients;
    for (std::size_t l = 0; l < step.layers(); ++l) gradients.push_back(step.hold_gradient(l));
    for (std::size_t b = 0; b < step.samples(); ++b) {
      BatchStep one = step.sample(b);
      one.forward();
      std::vector<HeldSignals> errors = all_errors(one);
      for (std::size_t l = 0; l < step.layers(); ++l)
        one.accumulate_gradient(l, errors[l], step.samples(), gradients[l]);
      step.add_result(one.result());
    }
    for (std::size_t l = 0; l < step.layers(); ++l) step.write_gradient(l, gradients[l]);
  }
};

}  // namespace nernst
