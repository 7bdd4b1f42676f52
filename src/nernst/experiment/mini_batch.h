// SPDX-License-Identifier: Apache-2.0
// Samples side by side, as a network takes them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "nernst/experiment/data_set.h"

namespace nernst {

template <class Number>
struct MiniBatch {
  Matrix<Number> inputs;  // B x features
  std::vector<std::uint32_t> labels;

  // Becomes the samples of these numbers, in this order.
  void take(const Samples& samples, std::span<const std::uint32_t> which) {
    if (inputs.rows() != which.size())
      inputs = Matrix<Number>(which.size(), samples.inputs.columns());
    labels.resize(which.size());
    for (std::size_t b = 0; b < which.size(); ++b) {
      const auto sample = samples.inputs.row(which[b]);
      std::copy(sample.begin(), sample.end(), inputs.row(b).begin());
      labels[b] = samples.labels[which[b]];
    }
  }
};

}  // namespace nernst
