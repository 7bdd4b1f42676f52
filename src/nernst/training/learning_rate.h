// SPDX-License-Identifier: Apache-2.0
// The learning rate as training goes on.
#pragma once

#include <cstdint>

#include "nernst/base/parameters.h"

namespace nernst {

enum class RateShape { constant, step, cosine };

struct LearningRateSpec {
  double rate = 0.01;
  RateShape shape = RateShape::constant;
  double step_epochs = 5;  // step: the rate is multiplied by step_factor every so many epochs
  double step_factor = 0.75;
  double final_rate = 0;  // cosine: where it ends
  void describe(Fields& f);

  // The rate after `epoch` epochs (with fraction) of `epochs`.
  double at(double epoch, double epochs) const;
};

}  // namespace nernst
