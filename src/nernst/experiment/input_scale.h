// SPDX-License-Identifier: Apache-2.0
// Inputs as training sees them: chosen samples, each feature shifted and divided by training's
// numbers.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "nernst/experiment/data_fit.h"
#include "nernst/experiment/raw_data.h"

namespace nernst {

// The scale of every feature from the training samples `training` of `inputs`. The deviation is
// that of the samples themselves (divided by their number).
std::vector<FeatureScale> feature_scales(Scaling scaling, const RawInputs& inputs,
                                         std::span<const std::uint32_t> training);

// The samples numbered `chosen` of `raw`, in that order, scaled. Throws ConfigError for a value
// that is beyond a float after scaling; `part` ("test") names the samples there.
Samples scaled_samples(const RawSamples& raw, std::span<const std::uint32_t> chosen,
                       std::span<const FeatureScale> scales, const std::string& part);

// The part of the inputs of the `chosen` samples of `raw` that lie further from the training
// samples' smallest and largest value of their feature than these are apart.
double part_far_outside(const RawSamples& raw, std::span<const std::uint32_t> chosen,
                        std::span<const FeatureScale> scales);

}  // namespace nernst
