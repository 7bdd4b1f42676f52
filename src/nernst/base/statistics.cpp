// SPDX-License-Identifier: Apache-2.0
#include "nernst/base/statistics.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "nernst/base/error.h"

namespace nernst {

double mean(const std::vector<double>& values) {
  NERNST_CHECK(!values.empty());
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double deviation(const std::vector<double>& values) {
  NERNST_CHECK(values.size() > 1);
  const double middle = mean(values);
  double sum = 0;
  for (const double x : values) sum += (x - middle) * (x - middle);
  return std::sqrt(sum / static_cast<double>(values.size() - 1));
}

double quantile(std::vector<double> values, double fraction) {
  NERNST_CHECK(!values.empty() && fraction >= 0 && fraction <= 1);
  const double place = fraction * static_cast<double>(values.size() - 1);
  const auto rank = static_cast<std::ptrdiff_t>(place);
  const auto at = values.begin() + rank;
  std::nth_element(values.begin(), at, values.end());
  const double part = place - static_cast<double>(rank);
  if (part == 0) return *at;
  return *at + part * (*std::min_element(at + 1, values.end()) - *at);
}

double median(const std::vector<double>& values) { return quantile(values, 0.5); }

double central_spread(const std::vector<double>& values) {
  constexpr double below = 0.158655253931457, above = 0.841344746068543;
  return (quantile(values, above) - quantile(values, below)) / 2;
}

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
  NERNST_CHECK(a.size() == b.size());
  const double middle_a = mean(a), middle_b = mean(b);
  double aa = 0, bb = 0, ab = 0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    aa += (a[k] - middle_a) * (a[k] - middle_a);
    bb += (b[k] - middle_b) * (b[k] - middle_b);
    ab += (a[k] - middle_a) * (b[k] - middle_b);
  }
  return ab / std::sqrt(aa * bb);
}

}  // namespace nernst
