// SPDX-License-Identifier: Apache-2.0
// Watches how much of the error that travels through an updated array is the update itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "nernst/base/planes.h"

namespace nernst {

// rho = mean(rate |d|^2 |a|) / mean(|W'^T d|) for the layer that an error leaves: the updated array
// returns W'^T d = W^T d - rate |d|^2 a. Running means over about 1000 samples. A mini-batch is
// taken as if its samples were alike. It has its meaning where W' is the updated array.
class DivergenceMonitor {
 public:
  explicit DivergenceMonitor(std::size_t layers) : means_(2 * layers, 0.0) {}

  // One sample: update_size = rate |d|^2 |a|, error_size = |W'^T d|.
  void observe(std::size_t layer, double update_size, double error_size);
  // rho for each layer; the first layer sends no error on and stays 0.
  std::vector<double> rho() const;
  double largest() const;
  PlaneView state() { return {"monitor", std::span(means_)}; }

 private:
  // running means of both sizes for each layer; of each, so that a sample whose error happens
  // to vanish on the way does not fill the ratio
  std::vector<double> means_;
};

}  // namespace nernst
