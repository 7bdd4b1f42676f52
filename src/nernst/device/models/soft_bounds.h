// SPDX-License-Identifier: Apache-2.0
// Soft bounds: each cell's step falls to zero at the bound that it moves to.
#pragma once

#include <string_view>

#include "nernst/device/law.h"

namespace nernst {

struct SoftBounds {
  static constexpr std::string_view kName = "soft_bounds";
  static constexpr std::string_view kSource =
      "dw = step (1 - w / bound) with the cell's own bounds; aihwkit documentation, "
      "SoftBoundsDevice; Fusi and Abbott 2007";

  StepNoise noise = StepNoise::multiplicative;

  void describe(Fields& f) {
    f.choice("noise", noise, {"additive", "multiplicative"},
             "cycle-to-cycle noise: the same everywhere, or in proportion to the step");
  }

  template <class T>
  struct Cell {
    T step_up, step_down;    // at w = 0
    T slope_up, slope_down;  // 1 / |bound|
    T w_min, w_max;
  };

  Cell<double> fabricate(const CellSpec&, const NominalCell& nominal, const CellDraws&) const {
    // a cell whose bound lies at w = 0 has no way to go in that direction
    constexpr double least_bound = 1e-6;
    const bool can_rise = nominal.w_max > least_bound, can_fall = -nominal.w_min > least_bound;
    return {.step_up = can_rise ? nominal.step_up : 0,
            .step_down = can_fall ? nominal.step_down : 0,
            .slope_up = can_rise ? 1 / nominal.w_max : 0,
            .slope_down = can_fall ? 1 / -nominal.w_min : 0,
            .w_min = nominal.w_min,
            .w_max = nominal.w_max};
  }

  template <class T, class Up>
  Change<T> pulse(const Cell<T>& cell, const WeightState<T>& state, Up up, T c2c) const {
    using math::maximum;
    using math::select;
    const T size = select(up, cell.step_up, cell.step_down);
    const T slope = select(up, -cell.slope_up, cell.slope_down);
    const T step = size * maximum(T(1) + slope * state.w, T(0));
    const T spread = c2c * select(noise == StepNoise::additive, size, step);
    return {select(up, step, -step), spread};
  }
};

}  // namespace nernst
