// SPDX-License-Identifier: Apache-2.0
#include "nernst/training/learner.h"

#include <utility>

#include "nernst/base/error.h"

namespace nernst {

Learner::Learner(Network& network, LearnerSetup setup)
    : network_(&network), setup_(std::move(setup)), monitor_(network.layers()) {
  NERNST_CHECK(setup_.schedule && setup_.rule && setup_.loss != LossKind::automatic);
  setup_.rule->prepare(network.chip(), setup_.seed);
}

BatchResult Learner::train(MatrixView<const double> inputs, std::span<const std::uint32_t> labels,
                           double rate, std::uint64_t step) {
  const StepSetup setup{.network = *network_,
                        .update = *setup_.rule,
                        .loss = setup_.loss,
                        .monitor = monitor_,
                        .rate = rate,
                        .accumulate = setup_.accumulate,
                        .seed = setup_.seed,
                        .step = step};
  BatchStep batch(setup, inputs, labels);
  setup_.schedule->train(batch);
  return batch.result();
}

std::vector<PlaneView> Learner::state() {
  std::vector<PlaneView> all = {monitor_.state()};
  for (PlaneView& plane : setup_.rule->state()) all.push_back(std::move(plane));
  return all;
}

}  // namespace nernst
