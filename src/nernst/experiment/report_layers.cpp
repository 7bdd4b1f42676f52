// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/report_layers.h"

#include <algorithm>
#include <cmath>

namespace nernst {

namespace {

constexpr std::size_t kMostMapLines = 128, kBins = 60;

// A map is written in whole numbers of this part of full scale.
constexpr double kMapStep = 1e-4;

// Half the range of the histograms: the window, or what all but a thousandth of the cells need.
double histogram_limit(const std::vector<const Matrix<double>*>& moments) {
  std::vector<double> sizes;
  for (const Matrix<double>* nets : moments)
    for (const double net : nets->values()) sizes.push_back(std::abs(net));
  if (sizes.empty()) return 1;
  const auto place = sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() * 999 / 1000);
  std::nth_element(sizes.begin(), place, sizes.end());
  return std::max(1.0, *place);
}

Matrix<double> nets_of(const Matrix<double>& weights, double full_scale_weight) {
  Matrix<double> nets = weights;
  for (double& net : nets.values()) net /= full_scale_weight;
  return nets;
}

Tree moment(const Matrix<double>& nets, double limit) {
  Tree tree = Tree::object();
  const BlockMeans means = block_means(nets.view(), kMostMapLines);
  std::vector<std::int64_t> map;
  for (const double net : means.values.values()) map.push_back(std::llround(net / kMapStep));
  tree["map"] = map;
  const Histogram counted = histogram(nets.view(), limit, kBins);
  tree["histogram"] = counted.counts;
  tree["outside"] = counted.outside;

  double sum = 0, squares = 0;
  for (const double net : nets.values()) sum += net, squares += net * net;
  const auto cells = static_cast<double>(nets.values().size());
  tree["mean"] = sum / cells;
  tree["deviation"] = std::sqrt(std::max(0.0, squares / cells - sum / cells * (sum / cells)));
  return tree;
}

// The difference of conductances that net = 1 stands for, and how it comes about.
void write_conductance(Tree& layer, const Config& config, const DeviceSpec& device,
                       const ArraySpec& array) {
  const double window_S = device.physical.g_max_S - device.physical.g_min_S;
  const bool pair = config.chip.weight == WeightCoding::differential_pair;
  // w = +-1 is the window; a pair has net = (w+ - w-) / 2, the others w less the reference's
  layer["full_scale_S"] = pair ? window_S : window_S / 2;
  layer["conductance"] = pair ? "G₊ − G₋" : "G − G₀";
  layer["gains"] = array.gains;
}

}  // namespace

BlockMeans block_means(MatrixView<const double> values, std::size_t most) {
  BlockMeans means;
  const auto block_of = [most](std::size_t lines) { return (lines + most - 1) / most; };
  means.block_rows = std::max<std::size_t>(1, block_of(values.rows()));
  means.block_columns = std::max<std::size_t>(1, block_of(values.columns()));
  const std::size_t rows = (values.rows() + means.block_rows - 1) / means.block_rows;
  const std::size_t columns = (values.columns() + means.block_columns - 1) / means.block_columns;
  means.values = Matrix<double>(rows, columns);
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < columns; ++c) {
      const std::size_t row = r * means.block_rows, column = c * means.block_columns;
      const auto block = values.block(row, column, std::min(means.block_rows, values.rows() - row),
                                      std::min(means.block_columns, values.columns() - column));
      double sum = 0;
      for (std::size_t k = 0; k < block.rows(); ++k)
        for (const double value : block.row(k)) sum += value;
      means.values(r, c) = sum / static_cast<double>(block.rows() * block.columns());
    }
  return means;
}

Histogram histogram(MatrixView<const double> values, double limit, std::size_t bins) {
  Histogram counted{.counts = std::vector<std::int64_t>(bins)};
  for (std::size_t r = 0; r < values.rows(); ++r)
    for (const double value : values.row(r)) {
      if (!(std::abs(value) <= limit)) {
        ++counted.outside;
        continue;
      }
      const double place = (value + limit) / (2 * limit) * static_cast<double>(bins);
      ++counted.counts[std::min(bins - 1, static_cast<std::size_t>(place))];
    }
  return counted;
}

LayerWeights weights_of(const SimulatedChip& chip) {
  LayerWeights weights;
  for (std::size_t a = 0; a < chip.arrays(); ++a) weights.push_back(chip.weights(a));
  return weights;
}

Tree report_layers(const Config& config, const DeviceSpec& device, const LayerWeights& before,
                   const LayerWeights& after) {
  const std::vector<ArraySpec> arrays = array_specs(config);
  Tree layers = Tree::array();
  for (std::size_t a = 0; a < before.size(); ++a) {
    Tree layer = Tree::object();
    layer["rows"] = before[a].rows();
    layer["columns"] = before[a].columns();
    if (a < config.network.layers.size()) {
      LayerSpec spec = config.network.layers[a];
      layer["spec"] = write_fields(fields_of(spec));
    }
    layer["full_scale_weight"] = arrays[a].full_scale_weight;
    write_conductance(layer, config, device, arrays[a]);

    std::vector<Matrix<double>> nets = {nets_of(before[a], arrays[a].full_scale_weight)};
    if (!after.empty()) nets.push_back(nets_of(after[a], arrays[a].full_scale_weight));
    std::vector<const Matrix<double>*> moments;
    for (const Matrix<double>& net : nets) moments.push_back(&net);
    const double limit = histogram_limit(moments);
    const BlockMeans means = block_means(nets[0].view(), kMostMapLines);
    layer["map_rows"] = means.values.rows();
    layer["map_columns"] = means.values.columns();
    layer["block_rows"] = means.block_rows;
    layer["block_columns"] = means.block_columns;
    layer["map_step"] = kMapStep;
    layer["limit"] = limit;
    layer["before"] = moment(nets[0], limit);
    if (!after.empty()) layer["after"] = moment(nets[1], limit);
    layers.push_back(std::move(layer));
  }
  return layers;
}

}  // namespace nernst
