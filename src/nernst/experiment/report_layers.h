// SPDX-License-Identifier: Apache-2.0
// The layers of a chip for a report: a map and a histogram of each, at two moments.
#pragma once

#include <cstddef>
#include <vector>

#include "nernst/base/matrix_view.h"
#include "nernst/base/parameters.h"
#include "nernst/chip/simulated_chip.h"
#include "nernst/experiment/config.h"

namespace nernst {

// A matrix of at most so many rows and columns: the means of blocks of one size, of which those at
// the far edges may be cut.
struct BlockMeans {
  Matrix<double> values;
  std::size_t block_rows = 1, block_columns = 1;
};
BlockMeans block_means(MatrixView<const double> values, std::size_t most);

// How many values fall in each of `bins` equal parts of [-limit, limit]; `outside` have no part.
struct Histogram {
  std::vector<std::int64_t> counts;
  std::int64_t outside = 0;
};
Histogram histogram(MatrixView<const double> values, double limit, std::size_t bins);

// The weights of all layers at one moment.
using LayerWeights = std::vector<Matrix<double>>;
LayerWeights weights_of(const SimulatedChip& chip);

// Each layer with its shape and scales, `before`, and `after` unless that is empty. Maps and
// histograms are in `net`, the weight over the layer's full-scale weight.
Tree report_layers(const Config& config, const DeviceSpec& device, const LayerWeights& before,
                   const LayerWeights& after);

}  // namespace nernst
