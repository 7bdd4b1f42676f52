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

// Scales that leave all as it is, with the smallest and largest values of training.
template <class T>
std::vector<FeatureScale> plain_scales(const Matrix<T>& inputs,
                                       std::span<const std::uint32_t> training) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  std::vector<FeatureScale> scales(inputs.columns(), {.smallest = infinity, .largest = -infinity});
  for_each_value(inputs, training, [&](std::size_t feature, double x) {
    scales[feature].smallest = minimum(scales[feature].smallest, x);
    scales[feature].largest = maximum(scales[feature].largest, x);
  });
  return scales;
}

template <class T>
void scale_to_range(std::vector<FeatureScale>& scales, const Matrix<T>&) {
  for (FeatureScale& scale : scales) {
    // pixels have one scale for the whole image
    constexpr bool pixels = std::is_same_v<T, std::uint8_t>;
    scale.offset = pixels ? 0 : scale.smallest;
    scale.width = pixels ? 255 : scale.largest - scale.smallest;
  }
}

template <class T>
void standardize(std::vector<FeatureScale>& scales, const Matrix<T>& inputs,
                 std::span<const std::uint32_t> training) {
  const auto count = static_cast<double>(training.size());
  std::vector<double> mean(inputs.columns()), variance(inputs.columns());
  for_each_value(inputs, training, [&](std::size_t feature, double x) { mean[feature] += x; });
  for (double& sum : mean) sum /= count;
  // in two passes: a small deviation on a large mean keeps its digits
  for_each_value(inputs, training, [&](std::size_t feature, double x) {
    const double distance = x - mean[feature];
    variance[feature] += distance * distance;
  });
  for (std::size_t feature = 0; feature < scales.size(); ++feature) {
    FeatureScale& scale = scales[feature];
    // a feature that never changes has deviation 0 exactly, whatever its mean is rounded to
    const bool changes = scale.largest != scale.smallest;
    scale.offset = mean[feature];
    scale.width = changes ? std::sqrt(variance[feature] / count) : 0.0;
  }
}

}  // namespace

std::vector<FeatureScale> feature_scales(Scaling scaling, const RawInputs& inputs,
                                         std::span<const std::uint32_t> training) {
  NERNST_CHECK(scaling != Scaling::automatic && !training.empty());
  return std::visit(
      [&](const auto& matrix) {
        auto scales = plain_scales(matrix, training);
        if (scaling == Scaling::range) scale_to_range(scales, matrix);
        if (scaling == Scaling::standard) standardize(scales, matrix, training);
        return scales;
      },
      inputs);
}

Samples scaled_samples(const RawSamples& raw, std::span<const std::uint32_t> chosen,
                       std::span<const FeatureScale> scales, const std::string& part) {
  NERNST_CHECK(scales.size() == raw.features());
  Samples samples{Matrix<float>(chosen.size(), scales.size()), {}};
  if (!raw.lines.empty())
    for (const std::uint32_t sample : chosen) samples.lines.push_back(raw.lines[sample]);
  samples.labels.reserve(raw.labels.empty() ? 0 : chosen.size());
  if (!raw.labels.empty())
    for (const std::uint32_t sample : chosen) samples.labels.push_back(raw.labels[sample]);

  constexpr double largest = std::numeric_limits<float>::max();
  std::visit(
      [&](const auto& matrix) {
        for (std::size_t row = 0; row < chosen.size(); ++row) {
          for (std::size_t feature = 0; feature < scales.size(); ++feature) {
            const FeatureScale& scale = scales[feature];
            const auto value = static_cast<double>(matrix(chosen[row], feature));
            const double scaled = scale.width == 0 ? 0.0 : (value - scale.offset) / scale.width;
            // (written so that it also catches a quotient that is no number)
            if (!(std::abs(scaled) <= largest))
              throw ConfigError(
                  "data.scaling", "",
                  fmt::format("feature {} of sample {} for {} ({}) is too far from the training "
                              "samples to be scaled; correct it or give \"none\"",
                              feature, chosen[row], part, value));
            samples.inputs(row, feature) = static_cast<float>(scaled);
          }
        }
      },
      raw.inputs);
  return samples;
}

double part_far_outside(const RawSamples& raw, std::span<const std::uint32_t> chosen,
                        std::span<const FeatureScale> scales) {
  NERNST_CHECK(scales.size() == raw.features());
  std::size_t far = 0, all = 0;
  std::visit(
      [&](const auto& matrix) {
        all = chosen.size() * matrix.columns();
        for (const std::uint32_t row : chosen)
          for (std::size_t feature = 0; feature < scales.size(); ++feature) {
            const FeatureScale& scale = scales[feature];
            const auto value = static_cast<double>(matrix(row, feature));
            const double width = scale.largest - scale.smallest;
            far += value < scale.smallest - width || value > scale.largest + width ? 1 : 0;
          }
      },
      raw.inputs);
  return all == 0 ? 0 : static_cast<double>(far) / static_cast<double>(all);
}

}  // namespace nernst
