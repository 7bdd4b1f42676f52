// SPDX-License-Identifier: Apache-2.0
// Values that a table lacks, filled from the samples that are learned from.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "nernst/experiment/raw_data.h"

namespace nernst {

// What missing values of each column of a table are taken for, by the training samples: nothing
// where the policy is not to fill them. Throws ConfigError for a column without any value in them.
void fit_fillings(RawData& raw, std::span<const std::uint32_t> training, Missing missing);

// Puts these in place of NaN. Throws ConfigError where nothing was fitted.
std::size_t fill_missing(RawSamples& samples, const std::vector<ColumnFit>& columns);

}  // namespace nernst
