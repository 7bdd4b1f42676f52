// SPDX-License-Identifier: Apache-2.0
// The device-to-device draws of one cell, and the nominal cell that follows from those that every
// law has.
#pragma once

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
};

// The draws of one cell: a pure function of (seed, tile, cell, draw).
class CellDraws {
 public:
  CellDraws(const NoiseStream& stream, std::uint64_t cell) : stream_(&stream), cell_(cell) {}
  double normal(Draw draw) const { return stream_->normal<double>(cell_, event(draw)); }
  double uniform(Draw draw) const { return stream_->uniform<double>(cell_, event(draw)); }

 private:
  static std::uint64_t event(Draw draw) { return static_cast<std::uint64_t>(draw); }
  const NoiseStream* stream_;
  std::uint64_t cell_;
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
