// SPDX-License-Identifier: Apache-2.0
// What a run cost and what it is worth, as a short table.
#pragma once

#include <string>

#include "nernst/cli/console.h"
#include "nernst/experiment/run.h"

namespace nernst {

std::string summary_of(const RunResult& result, const Look& look);

}  // namespace nernst
