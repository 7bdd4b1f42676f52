// SPDX-License-Identifier: Apache-2.0
// Ideal: every pulse moves w by the same amount, without bounds unless they are asked for.
#pragma once

#include <string_view>

#include "nernst/device/law.h"

namespace nernst {

struct Ideal {
  static constexpr std::string_view kName = "ideal";
  static constexpr std::string_view kSource =
      "dw = step, without end unless bounded; no device is like this, it is what the others are "
      "compared with";

  bool bounded = false;
  void describe(Fields& f) {
    f.flag("bounded", bounded,
           "cells end at w_min and w_max, as what conducts must; chip.wires sets it");
  }

  template <class T>
  struct Cell {
    T step_up, step_down;
    T w_min, w_max;
  };

  Cell<double> fabricate(const CellSpec&, const NominalCell& nominal, const CellDraws&) const {
    // finite, so that the arithmetic of a float stays finite too
    constexpr double no_bound = 1e30;
    return {.step_up = nominal.step_up,
            .step_down = nominal.step_down,
            .w_min = bounded ? nominal.w_min : -no_bound,
            .w_max = bounded ? nominal.w_max : no_bound};
  }

  template <class T, class Up>
  Change<T> pulse(const Cell<T>& cell, const WeightState<T>&, Up up, T c2c) const {
    using math::select;
    const T step = select(up, cell.step_up, cell.step_down);
    return {select(up, step, -step), c2c * step};
  }
};

}  // namespace nernst
