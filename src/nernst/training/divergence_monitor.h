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
// samples were alike. Over about 1000 samples for each layer.
class DivergenceMonitor {
 public:
  explicit DivergenceMonitor(std::size_t layers) : means_(2 * layers, 0.0) {}

  // One sample whose error left `layer` with the size `error`, of which the update made `share`.
  void observe(std::size_t layer, double share, double error);
  // rho for each layer; the first layer sends no error on and stays 0.
  std::vector<double> rho() const;
  double largest() const;
  PlaneView state() { return {"monitor", std::span(means_)}; }

 private:
  // running means of share and error for each layer; of both, so that a sample whose error happens
  // to vanish on the way does not fill the ratio
  std::vector<double> means_;
};

}  // namespace nernst
