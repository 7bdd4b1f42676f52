// SPDX-License-Identifier: Apache-2.0
// What learns: a network on a chip with the schedule, the update rule and the loss that train it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "nernst/base/planes.h"
#include "nernst/training/divergence_monitor.h"
#include "nernst/training/schedule.h"

namespace nernst {

// How a network is trained.
struct LearnerSetup {
  std::unique_ptr<Schedule> schedule;
  std::unique_ptr<UpdateRule> rule;
  LossKind loss = LossKind::cross_entropy;  // resolved: not automatic
  // conventional: the mean gradient is kept instead of every sample's factors
  bool accumulate = false;
  // of what schedule and rule draw themselves: rounding, random feedback
  std::uint64_t seed = 0;
};

class Learner {
 public:
  // `network` and its chip outlive the learner; the rule takes what it holds from the chip's
  // ledger.
  Learner(Network& network, LearnerSetup setup);

  // One mini-batch: `inputs` is B x inputs, `labels` has B classes, `rate` is the learning rate,
  // and `step` counts the mini-batches since the beginning (it names their noise). Throws Diverged
  // before the chip would be given what is not finite.
  BatchResult train(MatrixView<const double> inputs, std::span<const std::uint32_t> labels,
                    double rate, std::uint64_t step);

  const Schedule& schedule() const { return *setup_.schedule; }
  LossKind loss() const { return setup_.loss; }
  const DivergenceMonitor& monitor() const { return monitor_; }
  // All that training changes outside the chip: of the monitor and of the rule.
  std::vector<PlaneView> state();

 private:
  Network* network_;
  LearnerSetup setup_;
  DivergenceMonitor monitor_;
};

}  // namespace nernst
