// SPDX-License-Identifier: Apache-2.0
// Feedback alignment (Lillicrap et al. 2016): errors go back through fixed random matrices instead
// of the transposed weights. They do not pass the arrays, so each is updated as its error arrives.
#pragma once

#include <string_view>
#include <vector>

#include "nernst/training/schedule.h"

namespace nernst {

class FeedbackAlignment final : public Schedule {
 public:
  static constexpr std::string_view kName = "feedback_alignment";
  static constexpr std::string_view kHelp =
      "errors go back through fixed random matrices, layer by layer; one error held";

  bool follows_gradient() const override { return false; }

  void train(BatchStep& step) override {
    // matrix l - 1 carries the error from the output of layer l to its input
    for (std::size_t l = feedback_.size() + 1; l < step.layers(); ++l)
      feedback_.push_back(step.random_feedback(l, l + 1));
    step.forward();
    HeldSignals error = step.hold_errors();
    step.output_error(error);
    for (std::size_t l = step.layers(); l-- > 0;) {
      step.update(l, error);
      if (l > 0) step.propagate_by(feedback_[l - 1], l, error, error);
    }
  }

 private:
  std::vector<HeldWeights> feedback_;
};

}  // namespace nernst
