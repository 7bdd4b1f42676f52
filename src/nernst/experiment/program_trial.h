// SPDX-License-Identifier: Apache-2.0
// A trial of program-verify: how many pulses and reads the cells of a device need to come within a
// tolerance.
#pragma once

#include <cstdint>

#include "nernst/chip/ledger.h"
#include "nernst/device/device_spec.h"
#include "nernst/tile/tile.h"
#include "nernst/training/transfer/program_verify.h"

namespace nernst {

struct ProgramTrial {
  ProgramReport report;
  double weight_range = 1;
  LedgerCounts ledger;
};

// Programs `cells` cells (in rows of 64, the last rounded up), each against a reference of its own
// or in pairs where the device is one-sided, from the middle of the window to targets drawn evenly
// from its central 80 %.
ProgramTrial try_programming(const DeviceSpec& device, std::int64_t cells, const VerifySpec& spec,
                             std::uint64_t seed);

}  // namespace nernst
