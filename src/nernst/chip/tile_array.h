// SPDX-License-Identifier: Apache-2.0
// The silicon of a chip: weight matrices cut into tiles, and what each tile is read through.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "nernst/chip/chip_spec.h"
#include "nernst/chip/tile_blocks.h"
#include "nernst/circuit/wires/effective_weights.h"
#include "nernst/device/device_spec.h"
#include "nernst/tile/tile.h"

namespace nernst {

class WiredTile;

// One weight matrix to be put on the chip.
struct ArraySpec {
  ArrayShape shape;
  double full_scale_weight = 1;       // the weight that w = 1 stands for
  std::vector<double> gains = {1.0};  // of the parts of a compound array (see chip.h)
  bool writable_references = false;   // zero_references will be called
};

// What a read drives: all input lines, or one of them, for which the ADC has a range of its own
// (PeripherySpec::line_bound) and the circuits their time.
enum class ReadRange { array, line };

// What stands round a tile for reads in one direction.
struct TileSide {
  ReadCircuits circuits;
  ReadNoise array_noise, line_noise;  // of the cells' currents
  const ReadNoise& noise(ReadRange range) const {
    return range == ReadRange::array ? array_noise : line_noise;
  }
};

// A tile and the block of its matrix that it holds.
struct PlacedTile {
  std::uint32_t id = 0;
  TileBlock block;
  TileSide forward, transposed;
  std::unique_ptr<Tile> tile;
  WiredTile* wired = nullptr;  // the same tile, where its lines have resistance

  const TileSide& side(ReadDirection direction) const {
    return direction == ReadDirection::forward ? forward : transposed;
  }
};

// One matrix of an array. Tile k of every part holds the same block, on the same lines.
struct TiledMatrix {
  std::uint32_t id = 0;
  std::vector<PlacedTile> tiles;  // row of tiles by row of tiles

  // The tiles that hold a row of the matrix.
  std::span<const PlacedTile> of_row(std::size_t row) const;
};

// The two cells of each weight, in w: the cell, and its reference or, of a pair, its partner (see
// Tile::copy_cells).
struct CellStates {
  Matrix<double> cell, other;
};

struct TileArray {
  ArraySpec spec;
  std::vector<TiledMatrix> parts;
  // Where lines have resistance and several parts are read together: what reads of tile k see of
  // the tiles k of those parts.
  std::vector<std::unique_ptr<EffectiveWeights>> shared_lines;

  // Makes a part as if fabricated with these weights (rows x columns).
  void fabricate(std::size_t part, MatrixView<const double> weights);
  // The weights as they are now, without noise: the sum over the parts, or those of one.
  Matrix<double> weights() const;
  Matrix<double> weights(std::size_t part) const;
  CellStates cells(std::size_t part) const;
};

// Fabricates the arrays. Throws ConfigError for a device that this weight coding cannot use, and
// for circuits that cannot be.
std::vector<TileArray> make_tile_arrays(const ChipSpec& spec, const DeviceSpec& device,
                                        const std::vector<ArraySpec>& arrays, std::uint64_t seed,
                                        Backend backend, const Threads& threads);

// Bytes that make_tile_arrays would take; throws what it throws.
std::uint64_t tile_array_bytes(const ChipSpec& spec, const DeviceSpec& device,
                               const std::vector<ArraySpec>& arrays, Backend backend);

}  // namespace nernst
