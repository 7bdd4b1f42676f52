// SPDX-License-Identifier: Apache-2.0
// How errors reach the layers and when each is updated. Each schedule is one file in `schedule/`.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "nernst/training/batch_step.h"
#include "nernst/training/update_rule.h"

namespace nernst {

// A schedule is a class with a static kName and kHelp; dropping its file in gives it its name in
// configs.
class Schedule {
 public:
  virtual ~Schedule() = default;

  // Forward pass, errors and updates of one mini-batch, with the verbs of `step`.
  virtual void train(BatchStep& step) = 0;

  // True where errors travel uncompensated through arrays that this mini-batch has updated, so that
  // the divergence monitor has its meaning.
  virtual bool passes_updated_arrays() const { return false; }

  // True where the updates tend to those of conventional back-propagation as the rate falls.
  virtual bool follows_gradient() const { return true; }
};

// Throws ConfigError("training.schedule", ...) that names the nearest schedule.
std::unique_ptr<Schedule> make_schedule(const std::string& name);
std::vector<NamedHelp> schedules();

}  // namespace nernst
