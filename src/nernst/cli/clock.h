// SPDX-License-Identifier: Apache-2.0
// The clock that jobs are given from above.
#pragma once

#include <chrono>
#include <functional>

namespace nernst {

// Seconds since this call, of a clock that only goes forward.
inline std::function<double()> stopwatch() {
  return [began = std::chrono::steady_clock::now()] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  };
}

}  // namespace nernst
