// SPDX-License-Identifier: Apache-2.0
// How cells relax, exp(-(age / tau)^beta), where each change that a pulse makes has an age of its
// own.
//
// What was written at once keeps its time and relaxes by the law itself. What pulses add later
// would need the time of each; instead the law is written as a sum of exponentials, sum_j c_j
// exp(-age / tau_j), so that all changes together are one number for each j, which relaxes without
// memory: a superposition of all pulses in a state of a fixed size, the same however time is
// divided. The sum is within kRelaxationError of the law.
#pragma once

#include <cstddef>
#include <vector>

#include "nernst/device/cell_spec.h"

namespace nernst {

// The largest difference between the sum and the law, as a part of the change.
inline constexpr double kRelaxationError = 1e-3;

class Relaxation {
 public:
  // Of the retention at its temperature; without retention nothing relaxes, and there are no modes.
  explicit Relaxation(const RetentionSpec& retention);

  bool enabled() const { return !weights_.empty(); }
  // The law: the part that is left of what was written `age_s` ago.
  double kept(double age_s) const;

  // The modes j: weights c_j, which sum to 1, and what is left of each after `time_s`.
  std::size_t modes() const { return weights_.size(); }
  double weight(std::size_t mode) const { return weights_[mode]; }
  double left(std::size_t mode, double time_s) const;

  // A time in which nothing, however young, relaxes by more than a thousandth.
  double resolution_s() const { return resolution_s_; }

 private:
  double tau_s_ = 0, beta_ = 1, resolution_s_ = 0;
  std::vector<double> weights_, rates_per_s_;
};

}  // namespace nernst
