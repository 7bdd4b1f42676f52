// SPDX-License-Identifier: Apache-2.0
// How a weight matrix is cut into tiles.
#pragma once

#include <algorithm>
#include <vector>

#include "nernst/chip/chip.h"
#include "nernst/chip/chip_spec.h"

namespace nernst {

// The block of a matrix that one tile holds.
struct TileBlock {
  std::size_t first_row = 0, rows = 0, first_column = 0, columns = 0;
};

// Row of tiles by row of tiles.
inline std::vector<TileBlock> tile_blocks(const ChipSpec& spec, const ArrayShape& shape) {
  const auto tile_rows = static_cast<std::size_t>(spec.tile[0]);
  const auto tile_columns = static_cast<std::size_t>(spec.tile[1]);
  std::vector<TileBlock> blocks;
  for (std::size_t r = 0; r < shape.rows; r += tile_rows)
    for (std::size_t c = 0; c < shape.columns; c += tile_columns)
      blocks.push_back(
          {r, std::min(tile_rows, shape.rows - r), c, std::min(tile_columns, shape.columns - c)});
  return blocks;
}

}  // namespace nernst
