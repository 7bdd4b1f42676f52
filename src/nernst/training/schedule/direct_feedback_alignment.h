// SPDX-License-Identifier: Apache-2.0
// Direct feedback alignment (Nokland 2016): the error of the output goes to every layer at once,
// each through a fixed random matrix of its own.
#pragma once

#include <string_view>
#include <vector>

#include "nernst/training/schedule.h"

namespace nernst {

class DirectFeedbackAlignment final : public Schedule {
 public:
  static constexpr std::string_view kName = "direct_feedback_alignment";
  static constexpr std::string_view kHelp =
      "the output error goes to each layer through a fixed random matrix of its own";

  bool follows_gradient() const override { return false; }

  void train(BatchStep& step) override {
    for (std::size_t l = feedback_.size() + 1; l < step.layers(); ++l)
      feedback_.push_back(step.random_feedback(l, step.layers()));
    step.forward();
    HeldSignals output = step.hold_errors(step.layers() - 1);
    step.output_error(output);
    step.update(step.layers() - 1, output);
    for (std::size_t l = step.layers() - 1; l >= 1; --l) {
      HeldSignals error = step.hold_errors(l - 1);
      step.propagate_by(feedback_[l - 1], l, output, error);
      step.update(l - 1, error);
    }
  }

 private:
  std::vector<HeldWeights> feedback_;
};

}  // namespace nernst
