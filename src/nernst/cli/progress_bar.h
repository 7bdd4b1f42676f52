// SPDX-License-Identifier: Apache-2.0
// How far a run is: a bar that is redrawn in place on a terminal, a line now and then elsewhere.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "nernst/cli/console.h"
#include "nernst/experiment/run.h"

namespace nernst {

// `epoch 2/3 ━━━━━━━━━──────  accuracy 81.2 %  4,812 samples/s  0:32 left` in at most `columns`
// columns; what matters least goes first where there is no room. The bar is that of the phase, with
// its percentage where it does not count by itself; the time left is that of the run.
std::string progress_bar(const Progress& progress, std::size_t columns, const Look& look);

// `epoch 2/3, accuracy 81.2 %, 4,812 samples/s, 0:32 left`
std::string progress_sentence(const Progress& progress);

// `epoch 2/3 done: accuracy 81.2 % while it learned, 4,812 samples/s`
std::string epoch_sentence(const Progress& progress);

// Shows the progress of a run on standard error.
class ProgressReport {
 public:
  explicit ProgressReport(Console& console) : console_(&console) {}
  // `now_s` is the time of the clock that the run was given.
  void show(const Progress& progress, double now_s);

 private:
  Console* console_;
  double told_s_ = 0;  // when the last line was written
  std::optional<Progress> last_;
};

}  // namespace nernst
