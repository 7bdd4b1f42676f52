// SPDX-License-Identifier: Apache-2.0
#include "nernst/cli/stop_signal.h"

#include <csignal>

namespace nernst {

namespace {

// the only thing that a signal handler may touch
volatile std::sig_atomic_t stop_asked = 0;

void ask_to_stop(int) {
  stop_asked = 1;
  // a second time means now
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

// (std::signal would begin a call anew that waits, as for a pipe that nobody writes to)
void listen(int number) {
  struct sigaction action {};
  action.sa_handler = ask_to_stop;
  sigemptyset(&action.sa_mask);
  action.sa_flags = 0;
  sigaction(number, &action, nullptr);
}

}  // namespace

StopSignal::StopSignal() {
  stop_asked = 0;
  listen(SIGINT);
  listen(SIGTERM);
}

StopSignal::~StopSignal() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

bool StopSignal::asked() const { return stop_asked != 0; }

}  // namespace nernst
