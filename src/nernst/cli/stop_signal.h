// SPDX-License-Identifier: Apache-2.0
// Ctrl-C as a question that the job answers when it can.
#pragma once

namespace nernst {

// As long as it lives, the first SIGINT or SIGTERM only asks; the second ends the program at once.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;
  bool asked() const;
};

}  // namespace nernst
