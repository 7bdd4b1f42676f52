// SPDX-License-Identifier: Apache-2.0
// The device-to-device draws of one cell, and the nominal cell that follows from those that every
// law has.
#pragma once

#include <array>
#include <cstdint>

#include "nernst/base/noise.h"
#include "nernst/device/cell_spec.h"

namespace nernst {

// One draw for each of these when a cell is fabricated; a law of its own adds at the end.
enum class Draw : std::uint8_t {
  step,
  up_down,
  w_min,
  w_max,
  gain,
  offset,
  fault,
  stuck_value,
  slope_up,
  slope_down,
  last = slope_down,
};

// The draws of one cell: a pure function of (seed, tile, cell, draw). Draw d is word d mod 4 of the
// block of the cell at event d / 4.
class CellDraws {
 public:
  CellDraws(const NoiseStream& stream, std::uint64_t cell) {
    for (std::uint32_t event = 0; event < kBlocks; ++event)
      blocks_[event] = stream.words(static_cast<std::uint32_t>(cell), event);
  }
  // A cell whose every normal draw is `z`: 0 makes the nominal cell, 1 one that is off by a
  // standard deviation in everything.
  static CellDraws fixed(double z) { return CellDraws(z); }

  double normal(Draw draw) const { return fixed_ ? z_ : math::normal<double>(word(draw)); }
  double uniform(Draw draw) const { return fixed_ ? 0.5 : math::uniform<double>(word(draw)); }

 private:
  explicit CellDraws(double z) : fixed_(true), z_(z) {}
  std::uint32_t word(Draw draw) const {
    const auto d = static_cast<std::uint32_t>(draw);
    return blocks_[d / 4][d % 4];
  }

  static constexpr std::uint32_t kBlocks = static_cast<std::uint32_t>(Draw::last) / 4 + 1;
  std::array<PhiloxBlock, kBlocks> blocks_{};
  bool fixed_ = false;
  double z_ = 0;
};

// The steps and bounds of one cell, before its law adds what is its own.
struct NominalCell {
  double step_up, step_down;  // sizes, >= 0
  double w_min, w_max;
  double gain;
};

// step = dw_min (1 ± beta + spread.step xi) gain, beta = up_down + spread.up_down xi'; bounds times
// gain (physics: construction of a cell, as in the documentation of aihwkit's pulsed devices).
NominalCell draw_nominal_cell(const CellSpec& cell, const SpreadSpec& spread,
                              const CellDraws& draws);

}  // namespace nernst
