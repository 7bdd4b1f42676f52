// SPDX-License-Identifier: Apache-2.0
// Inputs as training sees them: chosen samples, each feature shifted and divided by training's
// numbers.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "nernst/experiment/raw_data.h"

namespace nernst {

// One feature becomes (x - offset) / width, or 0 where width is 0.
struct FeatureScale {
  double offset = 0, width = 1;
};

// The scale of every feature from the training samples `training` of `inputs`. The deviation is
// that of the samples themselves (divided by their number).
std::vector<FeatureScale> feature_scales(Scaling scaling, const RawInputs& inputs,
                                         std::span<const std::uint32_t> training);

// The samples numbered `chosen` of `raw`, in that order, scaled. Throws ConfigError for a value
// that is beyond a float after scaling; `part` ("test") names the samples there.
Samples scaled_samples(const RawSamples& raw, std::span<const std::uint32_t> chosen,
                       std::span<const FeatureScale> scales, const std::string& part);

}  // namespace nernst
