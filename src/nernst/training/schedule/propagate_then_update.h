// SPDX-License-Identifier: Apache-2.0
// The errors of all samples go through the old array, then it is updated: equal to conventional,
// with one layer's errors more held than progressive.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "nernst/training/schedule.h"

namespace nernst {

class PropagateThenUpdate final : public Schedule {
 public:
  static constexpr std::string_view kName = "propagate_then_update";
  static constexpr std::string_view kHelp =
      "errors go through the old array, then it is updated; equal to conventional, two errors held";

  void train(BatchStep& step) override {
    step.forward();
    HeldSignals error = step.hold_errors(), next = step.hold_errors();
    HeldSignals* here = &error;
    HeldSignals* below = &next;
    step.output_error(*here);
    for (std::size_t l = step.layers() - 1; l >= 1; --l) {
      step.propagate(l, *here, *below);
      step.update(l, *here);
      std::swap(here, below);
    }
    step.update(0, *here);
  }
};

}  // namespace nernst
