// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/fill_missing.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>

namespace nernst {

namespace {

// Of the numbers that are there; nothing where there are none.
std::optional<double> mean_of(const std::vector<double>& values) {
  if (values.empty()) return std::nullopt;
  double mean = 0;
  for (const double value : values) mean += value / static_cast<double>(values.size());
  return mean;
}

// The smallest of them where several are as frequent.
std::optional<double> most_frequent(const std::vector<double>& values) {
  std::map<double, std::size_t> counts;
  for (const double value : values) ++counts[value];
  const auto most =
      std::max_element(counts.begin(), counts.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  if (most == counts.end()) return std::nullopt;
  return most->first;
}

}  // namespace

void fit_fillings(RawData& raw, std::span<const std::uint32_t> training, Missing missing) {
  if (missing != Missing::mean && missing != Missing::most_frequent) return;
  const auto& inputs = std::get<Matrix<double>>(raw.train.inputs);
  std::size_t feature = 0;
  for (ColumnFit& column : raw.columns) {
    // of a category its number, of a number itself
    std::vector<double> values;
    for (const std::uint32_t sample : training) {
      const auto own = inputs.row(sample).subspan(feature, column.features());
      if (std::isnan(own[0])) continue;
      values.push_back(
          column.categories.empty()
              ? own[0]
              : static_cast<double>(std::max_element(own.begin(), own.end()) - own.begin()));
    }
    const bool mean = missing == Missing::mean && column.categories.empty();
    column.fill = mean ? mean_of(values) : most_frequent(values);
    if (!column.fill)
      throw ConfigError(raw.title, "",
                        fmt::format("has no value for training in column {}; leave it out with "
                                    "data.drop",
                                    column.name.empty() ? fmt::format("{}", column.place)
                                                        : in_quotes(column.name)));
    feature += column.features();
  }
}

std::size_t fill_missing(RawSamples& samples, const std::vector<ColumnFit>& columns) {
  auto* const inputs = std::get_if<Matrix<double>>(&samples.inputs);
  if (inputs == nullptr) return 0;
  std::size_t filled = 0;
  for (std::size_t sample = 0; sample < inputs->rows(); ++sample) {
    std::size_t feature = 0;
    for (const ColumnFit& column : columns) {
      const auto own = inputs->row(sample).subspan(feature, column.features());
      feature += column.features();
      if (!std::isnan(own[0])) continue;
      ++filled;
      if (!column.fill)
        throw ConfigError("data.missing", "",
                          "cannot fill values here: the network was trained without a filling; "
                          "give \"refuse\" or \"drop\"");
      if (column.categories.empty()) {
        own[0] = *column.fill;
      } else {
        std::ranges::fill(own, 0.0);
        own[static_cast<std::size_t>(*column.fill)] = 1;
      }
    }
  }
  return filled;
}

}  // namespace nernst
