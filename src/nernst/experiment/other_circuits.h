// SPDX-License-Identifier: Apache-2.0
// The cells of a finished chip, read through other circuits than those of its training.
#pragma once

#include <string>
#include <vector>

#include "nernst/experiment/run.h"

namespace nernst {

// The chip with `changes` over its table [chip]: the same cells, other converters, amplifiers,
// wires or noise. What cannot have an effect on reads is named in `warnings`. Throws ConfigError
// for keys that the cells were made with, and for what is no config.
FinishedChip through_other_circuits(FinishedChip finished, const Tree& changes,
                                    const RunSetup& setup, std::vector<std::string>& warnings);

// Leaves the chip on the shelf for `after_s` at `temperature_K` (0 = that of its device). Says in
// `warnings` when that does nothing. Throws ConfigError for a temperature at which nothing is kept.
void leave_on_shelf(FinishedChip& finished, double after_s, double temperature_K,
                    std::vector<std::string>& warnings);

}  // namespace nernst
