// SPDX-License-Identifier: Apache-2.0
// The update of whole rows of cells: pulses to doses, noise, and the device law on all lanes of a
// register. One kernel serves every law; a law's header is all that it knows of it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "nernst/base/aligned.h"
#include "nernst/tile/cell_constants.h"
#include "nernst/tile/coding.h"

namespace nernst {

// The cells of one side of a tile as the kernels see them; planes that are not kept are null.
struct CellSide {
  static constexpr std::size_t kMostMembers = 16, kMostState = 4;
  const std::uint16_t* constants = nullptr;  // of the first cell of the side; see CellConstants
  std::array<float*, kMostState> state{};    // w first
  float* kept_noise = nullptr;
  std::uint32_t* pulse_count = nullptr;
};

// What the lines of a tile carry in one update, laid out for lanes: padded to whole blocks with
// columns that carry nothing.
struct ColumnPulses {
  explicit ColumnPulses(const UpdatePulses& pulses);
  AlignedVector<std::uint32_t> train;  // stochastic
  AlignedVector<float> sign;           // stochastic
  AlignedVector<double> value;         // the other codings
};

struct UpdateJob {
  const UpdatePulses* pulses = nullptr;
  const ColumnPulses* columns = nullptr;
  CellLayout layout{TileSpec()};
  std::size_t sides = 1;
  bool one_sided = false;  // a pair whose cells can only rise
  std::array<CellSide, 2> side{};
  std::size_t constant_block = 0;
  const ConstantPlace* places = nullptr;  // members of the law's Cell, then the offset
  // what the halves of each are multiplied by; the value itself where it has no plane
  std::array<float, CellSide::kMostMembers> units{};
  bool in_order = false;  // every member has a plane, in the order of Cell
  std::size_t w_min_member = 0, w_max_member = 0, offset_member = 0;
  bool has_offset = false;
  float* net = nullptr;              // where it is not w itself
  const float* reference = nullptr;  // what a writable reference adds to the net weight
  NoiseStream pulse_noise, write_noise, rounding;
  std::uint64_t event = 0;
  float c2c = 0, write_spread = 0;
  float dose_at_once = 1;
  std::uint64_t parts = 1;  // that the largest dose is given in
};

// Updates the rows first_row .. last_row - 1.
using UpdateRows = void (*)(const void* law, const UpdateJob& job, std::size_t first_row,
                            std::size_t last_row, PulseCounts& counts);

// The kernel for law number `law` of AllLaws, on the instruction set of this machine.
UpdateRows fast_update(std::size_t law);

}  // namespace nernst
