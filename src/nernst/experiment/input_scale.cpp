// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/input_scale.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <type_traits>

#include "nernst/base/error.h"
#include "nernst/base/math.h"

namespace nernst {

namespace {

using math::maximum;
using math::minimum;

// Calls `visit(feature, value)` for every value of the samples numbered `chosen`.
template <class T, class Visit>
void for_each_value(const Matrix<T>& inputs, std::span<const std::uint32_t> chosen, Visit visit) {
  for (const std::uint32_t sample : chosen) {
    const std::span<const T> row = inputs.row(sample);
    for (std::size_t feature = 0; feature < row.size(); ++feature)
      visit(feature, static_cast<double>(row[feature]));
  }
}

template <class T>
std::vector<FeatureScale> range_scales(const Matrix<T>& inputs,
                                       std::span<const std::uint32_t> training) {
  // pixels have one scale for the whole image
  if constexpr (std::is_same_v<T, std::uint8_t>)
    return std::vector<FeatureScale>(inputs.columns(), {.offset = 0, .width = 255});

  constexpr double infinity = std::numeric_limits<double>::infinity();
  std::vector<double> low(inputs.columns(), infinity), high(inputs.columns(), -infinity);
  for_each_value(inputs, training, [&](std::size_t feature, double x) {
    low[feature] = minimum(low[feature], x);
    high[feature] = maximum(high[feature], x);
  });
  std::vector<FeatureScale> scales(inputs.columns());
  for (std::size_t feature = 0; feature < scales.size(); ++feature)
    scales[feature] = {.offset = low[feature], .width = high[feature] - low[feature]};
  return scales;
}

template <class T>
std::vector<FeatureScale> standard_scales(const Matrix<T>& inputs,
                                          std::span<const std::uint32_t> training) {
  const auto count = static_cast<double>(training.size());
  std::vector<double> mean(inputs.columns()), variance(inputs.columns());
  // a feature that never changes has deviation 0 exactly, whatever its mean is rounded to
  std::vector<std::uint8_t> changes(inputs.columns(), 0);
  for_each_value(inputs, training, [&](std::size_t feature, double x) {
    mean[feature] += x;
    if (x != static_cast<double>(inputs(training[0], feature))) changes[feature] = 1;
  });
  for (double& sum : mean) sum /= count;
  // in two passes: a small deviation on a large mean keeps its digits
  for_each_value(inputs, training, [&](std::size_t feature, double x) {
    const double distance = x - mean[feature];
    variance[feature] += distance * distance;
  });
  std::vector<FeatureScale> scales(inputs.columns());
  for (std::size_t feature = 0; feature < scales.size(); ++feature)
    scales[feature] = {.offset = mean[feature],
                       .width = changes[feature] != 0 ? std::sqrt(variance[feature] / count) : 0.0};
  return scales;
}

}  // namespace

std::vector<FeatureScale> feature_scales(Scaling scaling, const RawInputs& inputs,
                                         std::span<const std::uint32_t> training) {
  NERNST_CHECK(scaling != Scaling::automatic && !training.empty());
  return std::visit(
      [&](const auto& matrix) {
        if (scaling == Scaling::range) return range_scales(matrix, training);
        if (scaling == Scaling::standard) return standard_scales(matrix, training);
        return std::vector<FeatureScale>(matrix.columns());
      },
      inputs);
}

Samples scaled_samples(const RawSamples& raw, std::span<const std::uint32_t> chosen,
                       std::span<const FeatureScale> scales, const std::string& part) {
  NERNST_CHECK(scales.size() == raw.features());
  Samples samples{Matrix<float>(chosen.size(), scales.size()), {}};
  samples.labels.reserve(chosen.size());
  for (const std::uint32_t sample : chosen) samples.labels.push_back(raw.labels[sample]);

  constexpr double largest = std::numeric_limits<float>::max();
  std::visit(
      [&](const auto& matrix) {
        for (std::size_t row = 0; row < chosen.size(); ++row) {
          for (std::size_t feature = 0; feature < scales.size(); ++feature) {
            const auto [offset, width] = scales[feature];
            const auto value = static_cast<double>(matrix(chosen[row], feature));
            const double scaled = width == 0 ? 0.0 : (value - offset) / width;
            // (written so that it also catches a quotient that is no number)
            if (!(std::abs(scaled) <= largest))
              throw ConfigError(
                  "data.scaling", "",
                  fmt::format("feature {} of sample {} for {} ({}) is too far from the "
                              "training samples to be scaled; correct it or give "
                              "\"none\"",
                              feature, chosen[row], part, value));
            samples.inputs(row, feature) = static_cast<float>(scaled);
          }
        }
      },
      raw.inputs);
  return samples;
}

}  // namespace nernst
