// SPDX-License-Identifier: Apache-2.0
// Reads of a whole array at once: which parts of it are driven, and what their tiles bring to the
// lines that they share.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "nernst/chip/tile_array.h"

namespace nernst {

// A part that takes part in a read, and what it counts there.
struct DrivenPart {
  std::size_t part = 0;
  double gain = 1;
};

struct ParallelRead {
  ReadDirection direction = ReadDirection::forward;
  std::vector<DrivenPart> driven;
  ReadRange range = ReadRange::array;
  bool forward() const { return direction == ReadDirection::forward; }
};

// Of all parts with a gain.
ParallelRead read_of_sum(const TileArray& array, ReadDirection direction);

// y = the currents of tile t of the driven parts for the inputs x, each read a row, in units of a
// full input on a cell with w = 1; row b draws its noise as event draws[b].
void read_tiles(const TileArray& array, const ParallelRead& read, std::size_t t,
                MatrixView<const double> x, MatrixView<double> y,
                std::span<const std::uint64_t> draws);

// What the wires of tile t let through of the power of such a read.
ReadPower read_power(const TileArray& array, const ParallelRead& read, std::size_t t);

// Adds to the sums of a tile the noise that the currents of its cells bring.
void add_current_noise(const PlacedTile& placed, const ParallelRead& read, std::uint64_t seed,
                       MatrixView<const double> x, MatrixView<double> y,
                       std::span<const std::uint64_t> draws);

}  // namespace nernst
