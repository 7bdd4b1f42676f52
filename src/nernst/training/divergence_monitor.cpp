// SPDX-License-Identifier: Apache-2.0
#include "nernst/training/divergence_monitor.h"

#include <algorithm>
#include <cmath>

namespace nernst {

void DivergenceMonitor::observe(std::size_t layer, double update_size, double error_size) {
  constexpr double weight = 1e-3;
  if (!std::isfinite(update_size) || !std::isfinite(error_size)) return;
  means_[2 * layer] += weight * (update_size - means_[2 * layer]);
  means_[2 * layer + 1] += weight * (error_size - means_[2 * layer + 1]);
}

std::vector<double> DivergenceMonitor::rho() const {
  std::vector<double> ratios(means_.size() / 2, 0.0);
  for (std::size_t layer = 0; layer < ratios.size(); ++layer)
    if (means_[2 * layer + 1] > 0) ratios[layer] = means_[2 * layer] / means_[2 * layer + 1];
  return ratios;
}

double DivergenceMonitor::largest() const {
  const std::vector<double> ratios = rho();
  return *std::max_element(ratios.begin(), ratios.end());
}

}  // namespace nernst
