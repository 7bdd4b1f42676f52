// SPDX-License-Identifier: Apache-2.0
// Watches how much of the error that travels through an updated array is the update itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "nernst/base/planes.h"

namespace nernst {

// rho = rate |d|^2 |a| / |W'^T d| for the layer that an error leaves (physics of progressive
// gradient descent: the updated array returns W^T d - rate |d|^2 a). For a mini-batch as if its
// samples were alike. A running mean over about 1000 samples for each layer.
class DivergenceMonitor {
 public:
  explicit DivergenceMonitor(std::size_t layers) : mean_(layers, 0.0) {}

  void observe(std::size_t layer, double rho);
  // Running mean for each layer; the first layer sends no error on and stays 0.
  const std::vector<double>& mean() const { return mean_; }
  double largest() const;
  PlaneView state() { return {"monitor", std::span(mean_)}; }

 private:
  std::vector<double> mean_;
};

}  // namespace nernst
