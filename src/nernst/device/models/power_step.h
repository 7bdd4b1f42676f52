// SPDX-License-Identifier: Apache-2.0
// Power step: the step is a power of the distance to the bound that the cell moves to.
//
//   omega = (w_max - w) / (w_max - w_min),   up: step omega^gamma_up,   down: step (1 -
//   omega)^gamma_down
#pragma once

#include <string_view>

#include "nernst/device/law.h"

namespace nernst {

struct PowerStep {
  static constexpr std::string_view kName = "power_step";
  static constexpr std::string_view kSource =
      "dw = step omega^gamma, omega the distance to the bound as a fraction of the window; aihwkit "
      "documentation, PowStepDevice";

  double gamma_up = 1, gamma_down = 1;
  double gamma_up_spread = 0, gamma_down_spread = 0;  // device-to-device, absolute, drawn apart

  void describe(Fields& f) {
    f.real("gamma_up", gamma_up, {.min = 0, .max = 20, .help = "exponent of the step up"});
    f.real("gamma_down", gamma_down, {.min = 0, .max = 20, .help = "exponent of the step down"});
    f.real("gamma_up_spread", gamma_up_spread,
           {.min = 0, .max = 10, .help = "device-to-device spread of gamma_up"});
    f.real("gamma_down_spread", gamma_down_spread,
           {.min = 0, .max = 10, .help = "device-to-device spread of gamma_down"});
  }

  template <class T>
  struct Cell {
    T step_up, step_down;  // at the opposite bound
    T gamma_up, gamma_down;
    T per_width;  // 1 / (w_max - w_min)
    T w_min, w_max;
  };

  Cell<double> fabricate(const CellSpec&, const NominalCell& nominal,
                         const CellDraws& draws) const {
    // a cell whose bounds meet has nowhere to go
    constexpr double least_width = 1e-6;
    const double width = nominal.w_max - nominal.w_min;
    const bool can_move = width > least_width;
    const double up = gamma_up + gamma_up_spread * draws.normal(Draw::slope_up);
    const double down = gamma_down + gamma_down_spread * draws.normal(Draw::slope_down);
    return {.step_up = can_move ? nominal.step_up : 0,
            .step_down = can_move ? nominal.step_down : 0,
            .gamma_up = math::maximum(up, 0.0),
            .gamma_down = math::maximum(down, 0.0),
            .per_width = can_move ? 1 / width : 0,
            .w_min = nominal.w_min,
            .w_max = nominal.w_max};
  }

  template <class T, class Up>
  Change<T> pulse(const Cell<T>& cell, const WeightState<T>& state, Up up, T c2c) const {
    using math::maximum;
    using math::select;
    const T distance = select(up, cell.w_max - state.w, state.w - cell.w_min);
    const T fraction = maximum(distance * cell.per_width, T(0));
    const T size = select(up, cell.step_up, cell.step_down);
    const T step = size * math::pow(fraction, select(up, cell.gamma_up, cell.gamma_down));
    return {select(up, step, -step), c2c * step};
  }
};

}  // namespace nernst
