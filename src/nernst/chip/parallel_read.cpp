// SPDX-License-Identifier: Apache-2.0
#include "nernst/chip/parallel_read.h"

#include <algorithm>
#include <cmath>

#include "nernst/base/lane_math.h"
#include "nernst/circuit/wires/wired_tile.h"

namespace nernst {

namespace {

// sums *= gain
void scale(double gain, MatrixView<double> sums) {
  if (gain == 1) return;
  for (std::size_t b = 0; b < sums.rows(); ++b)
    for (double& value : sums.row(b)) value *= gain;
}

// sums += gain * terms
void add(double gain, const Matrix<double>& terms, MatrixView<double> sums) {
  for (std::size_t b = 0; b < sums.rows(); ++b)
    for (std::size_t k = 0; k < sums.columns(); ++k) sums(b, k) += gain * terms(b, k);
}

}  // namespace

ParallelRead read_of_sum(const TileArray& array, ReadDirection direction) {
  ParallelRead read{direction, {}, ReadRange::array};
  for (std::size_t p = 0; p < array.parts.size(); ++p)
    if (array.spec.gains[p] != 0) read.driven.push_back({p, array.spec.gains[p]});
  return read;
}

void read_tiles(const TileArray& a, const ParallelRead& read, std::size_t t,
                MatrixView<const double> x, MatrixView<double> y,
                std::span<const std::uint64_t> draws) {
  const std::vector<DrivenPart>& driven = read.driven;
  const auto tile = [&](const DrivenPart& one) -> const Tile& {
    return *a.parts[one.part].tiles[t].tile;
  };
  const auto product = [&](const DrivenPart& one, MatrixView<double> to) {
    read.forward() ? tile(one).mvm(x, to, draws) : tile(one).mvm_transposed(x, to, draws);
  };
  if (driven.size() == 1) {
    product(driven.front(), y);
    scale(driven.front().gain, y);
    return;
  }
  Matrix<double> other(y.rows(), y.columns());
  if (a.shared_lines.empty()) {
    product(driven.front(), y);
    scale(driven.front().gain, y);
    for (std::size_t k = 1; k < driven.size(); ++k) {
      product(driven[k], other.view());
      add(driven[k].gain, other, y);
    }
    return;
  }
  // the lines see all parts at once; the noise of each is its own
  a.shared_lines[t]->read(read.direction, x, y);
  for (const DrivenPart& one : driven) {
    std::ranges::fill(other.values(), 0.0);
    tile(one).add_read_noise(read.direction, x, other.view(), draws);
    add(one.gain, other, y);
  }
}

ReadPower read_power(const TileArray& a, const ParallelRead& read, std::size_t t) {
  if (read.driven.size() > 1 && !a.shared_lines.empty())
    return a.shared_lines[t]->power(read.direction);
  const WiredTile* wired = a.parts[read.driven.front().part].tiles[t].wired;
  return wired == nullptr ? ReadPower() : wired->power(read.direction);
}

void add_current_noise(const PlacedTile& placed, const ParallelRead& read, std::uint64_t seed,
                       MatrixView<const double> x, MatrixView<double> y,
                       std::span<const std::uint64_t> draws) {
  double square_gains = 0;
  for (const DrivenPart& one : read.driven) square_gains += one.gain * one.gain;
  const NoiseStream stream(seed, placed.id, Purpose::current_noise);
  const ReadNoise& noise = placed.side(read.direction).noise(read.range);
  std::vector<float> z(y.columns());
  for (std::size_t b = 0; b < y.rows(); ++b) {
    double sum = 0;
    for (const double input : x.row(b)) sum += std::abs(input);
    const double variance = noise.variance(x.columns(), sum, square_norm(x.row(b)));
    const double spread = std::sqrt(square_gains * variance);
    fill_normals(stream, draws[b], z);
    for (std::size_t k = 0; k < z.size(); ++k) y(b, k) += spread * static_cast<double>(z[k]);
  }
}

}  // namespace nernst
