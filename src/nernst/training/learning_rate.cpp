// SPDX-License-Identifier: Apache-2.0
#include "nernst/training/learning_rate.h"

#include <cmath>

#include "nernst/base/math.h"

namespace nernst {

namespace {

// (1 + cos(pi t)) / 2 for t in [0, 1], from our own polynomial: the same bits on every machine.
double half_cosine(double t) {
  if (t >= 1) return 0;
  // by symmetry about t = 1/2, where the value is 1/2: (1 + sin(pi (1/2 - t))) / 2
  const double u = 3.14159265358979323846 * (0.5 - t), z = u * u;
  double term = u, sine = u;
  for (int k = 1; k <= 10; ++k) {
    term *= -z / ((2 * k) * (2 * k + 1));
    sine += term;
  }
  return math::clamp((1 + sine) / 2, 0.0, 1.0);
}

}  // namespace

void LearningRateSpec::describe(Fields& f) {
  f.real("learning_rate", rate, {.min = 0, .max = 1e6, .help = "learning rate at the start"});
  f.choice("learning_rate_shape", shape, {"constant", "step", "cosine"},
           "how the learning rate goes on");
  f.real("step_epochs", step_epochs,
         {.min = 1e-3, .max = 1e9, .help = "step: epochs between steps"})
      .where(is("learning_rate_shape", {"step"}));
  f.real("step_factor", step_factor, {.min = 0, .max = 1, .help = "step: factor of each step"})
      .where(is("learning_rate_shape", {"step"}));
  f.real("final_rate", final_rate,
         {.min = 0, .max = 1e6, .help = "cosine: learning rate at the end"})
      .where(is("learning_rate_shape", {"cosine"}));
}

double LearningRateSpec::at(double epoch, double epochs) const {
  switch (shape) {
    case RateShape::constant:
      return rate;
    case RateShape::step: {
      double scaled = rate;
      for (double next = step_epochs; next <= epoch && scaled > 0; next += step_epochs)
        scaled *= step_factor;
      return scaled;
    }
    case RateShape::cosine:
      return final_rate + (rate - final_rate) * half_cosine(math::clamp(epoch / epochs, 0.0, 1.0));
  }
  return rate;
}

}  // namespace nernst
