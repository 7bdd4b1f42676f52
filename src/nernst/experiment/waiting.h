// SPDX-License-Identifier: Apache-2.0
// Work whose end is not known: it hears a stop, and after a second says that it is under way.
#pragma once

#include "nernst/base/interruption.h"
#include "nernst/experiment/run.h"

namespace nernst {

// As long as it lives, heed_interruption() on this thread throws Interrupted where `hooks` ask to
// stop, and reports `phase` with the time spent, ten times a second from the first second on.
class Waiting {
 public:
  Waiting(const RunHooks& hooks, RunPhase phase);

 private:
  void heed();

  const RunHooks* hooks_;
  RunPhase phase_;
  double began_s_ = 0, told_s_ = 0;
  InterruptionScope scope_;
};

}  // namespace nernst
