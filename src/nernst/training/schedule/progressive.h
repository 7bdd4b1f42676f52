// SPDX-License-Identifier: Apache-2.0
// Progressive gradient descent: each layer is updated in place before the error travels on through
// it (van Doremaele, Stevens et al., Science Advances 2024).
#pragma once

#include <string_view>

#include "nernst/training/schedule.h"

namespace nernst {

class Progressive final : public Schedule {
 public:
  static constexpr std::string_view kName = "progressive";
  static constexpr std::string_view kHelp =
      "each layer is updated in place, then the error goes on through the updated array; one error "
      "held";

  bool passes_updated_arrays() const override { return true; }

  void train(BatchStep& step) override {
    step.forward();
    HeldSignals error = step.hold_errors();
    step.output_error(error);
    for (std::size_t l = step.layers() - 1; l >= 1; --l) {
      step.update(l, error);
      step.propagate(l, error);
    }
    step.update(0, error);
  }
};

}  // namespace nernst
