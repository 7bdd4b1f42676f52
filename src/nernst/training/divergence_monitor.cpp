// SPDX-License-Identifier: Apache-2.0
#include "nernst/training/divergence_monitor.h"

#include <algorithm>
#include <cmath>

namespace nernst {

void DivergenceMonitor::observe(std::size_t layer, double rho) {
  constexpr double weight = 1e-3;
  // one sample whose error happens to vanish on the way must not fill the mean
  constexpr double most = 10;
  if (!std::isfinite(rho)) rho = most;
  mean_[layer] += weight * (std::min(rho, most) - mean_[layer]);
}

double DivergenceMonitor::largest() const { return *std::max_element(mean_.begin(), mean_.end()); }

}  // namespace nernst
