// SPDX-License-Identifier: Apache-2.0
// Constant step: every pulse moves w by the same amount until it meets a hard bound.
#pragma once

#include <string_view>

#include "nernst/device/law.h"

namespace nernst {

struct ConstantStep {
  static constexpr std::string_view kName = "constant_step";
  static constexpr std::string_view kSource =
      "dw = step between hard bounds; Gokmen and Vlasov, Front. Neurosci. 10:333, 2016; aihwkit "
      "documentation, ConstantStepDevice";

  void describe(Fields&) {}

  template <class T>
  struct Cell {
    T step_up, step_down;
    T w_min, w_max;
  };

  Cell<double> fabricate(const CellSpec&, const NominalCell& nominal, const CellDraws&) const {
    return {.step_up = nominal.step_up,
            .step_down = nominal.step_down,
            .w_min = nominal.w_min,
            .w_max = nominal.w_max};
  }

  template <class T, class Up>
  Change<T> pulse(const Cell<T>& cell, const WeightState<T>&, Up up, T c2c) const {
    using math::select;
    const T step = select(up, cell.step_up, cell.step_down);
    return {select(up, step, -step), c2c * step};
  }
};

}  // namespace nernst
