// SPDX-License-Identifier: Apache-2.0
// The results of a comparison side by side.
#pragma once

#include <filesystem>
#include <vector>

#include "nernst/experiment/compare.h"

namespace nernst {

// What run_comparison returns, from the results that are there: those of the float networks, seed
// by seed, and of the jobs in their order; those that are missing are null.
Tree comparison_table(const Comparison& comparison, const std::vector<Tree>& results,
                      const std::filesystem::path& folder);

}  // namespace nernst
