// SPDX-License-Identifier: Apache-2.0
// The `[aging]` table: what befalls the chip on the way.
#pragma once

#include <cstdint>

#include "nernst/base/parameters.h"

namespace nernst {

// After `after_epoch` epochs in situ (0 = before the first, behind a transfer) the chip lies on the
// shelf for `wait_s`, while its cells relax (device.retention). Nothing happens with wait_s = 0.
struct AgingSpec {
  std::int64_t after_epoch = 0;
  double wait_s = 0;
  void describe(Fields& f) {
    f.integer("after_epoch", after_epoch,
              {.min = 0, .max = 1e9, .help = "epochs in situ before the chip is left alone"})
        .where(is_not_zero("wait_s"));
    f.real("wait_s", wait_s,
           {.unit = "s", .min = 0, .max = 1e12, .help = "how long it is left; 0 = not at all"})
        .where(is_not_zero("device.retention.tau_s"));
  }
};

}  // namespace nernst
