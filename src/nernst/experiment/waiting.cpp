// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/waiting.h"

namespace nernst {

Waiting::Waiting(const RunHooks& hooks, RunPhase phase)
    : hooks_(&hooks), phase_(phase), scope_([this] { heed(); }) {
  if (hooks.now_s) began_s_ = hooks.now_s();
}

void Waiting::heed() {
  constexpr double soon_s = 1, spacing_s = 0.1;
  heed_stop(*hooks_);
  if (!hooks_->progress || !hooks_->now_s) return;
  const double now_s = hooks_->now_s();
  if (now_s - began_s_ < soon_s || now_s - told_s_ < spacing_s) return;
  told_s_ = now_s;
  Progress progress{.phase = phase_};
  progress.spent_s = now_s - began_s_;
  hooks_->progress(progress);
}

}  // namespace nernst
