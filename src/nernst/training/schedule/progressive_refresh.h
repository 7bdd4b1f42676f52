// SPDX-License-Identifier: Apache-2.0
// Progressive gradient descent with a new forward pass after each update, so that every error is
// that of the network as it is: L times the forward passes.
#pragma once

#include <string_view>

#include "nernst/training/schedule.h"

namespace nernst {

class ProgressiveRefresh final : public Schedule {
 public:
  static constexpr std::string_view kName = "progressive_refresh";
  static constexpr std::string_view kHelp =
      "progressive, with the forward pass repeated after each layer's update";

  bool passes_updated_arrays() const override { return true; }

  void train(BatchStep& step) override {
    HeldSignals error = step.hold_errors();
    for (std::size_t l = step.layers(); l-- > 0;) {
      step.forward();
      step.output_error(error);
      // down to the output of layer l, through the layers that are updated already
      for (std::size_t above = step.layers() - 1; above > l; --above) step.propagate(above, error);
      step.update(l, error);
    }
  }
};

}  // namespace nernst
