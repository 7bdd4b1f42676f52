// SPDX-License-Identifier: Apache-2.0
// Exponential step: the step shrinks or grows exponentially with w, and its noise may have parts of
// its own.
//
//   z = 2 a w / (w_max - w_min) + b,   y = 1 - A e^(+gamma z) up, 1 - A e^(-gamma z) down,
//   dw = step max(y, 0),   spread = c2c (dw + noise_floor + noise_slope |w|)
//
// A cell that is only potentiated (phase-change memory) uses the branch up alone: `cell.one_sided`.
#pragma once

#include <string_view>

#include "nernst/device/law.h"

namespace nernst {

struct ExponentialStep {
  static constexpr std::string_view kName = "exponential_step";
  static constexpr std::string_view kSource =
      "dw = step max(1 - A exp(gamma z), 0); aihwkit documentation, ExpStepDevice; fitted to ReRAM "
      "(Gong et al., Nat. Commun. 9:2102, 2018) and to PCM (Nandakumar et al., Front. Neurosci. "
      "14:406, 2020)";

  // the defaults are aihwkit's ExpStepDevice
  double amplitude_up = 0.00081, amplitude_down = 0.36833;
  double gamma_up = 12.44625, gamma_down = 12.78785;
  double a = 0.244, b = 0.2425;
  double noise_floor = 0;  // in w
  double noise_slope = 0;

  void describe(Fields& f) {
    f.real("amplitude_up", amplitude_up,
           {.min = -1e6, .max = 1e6, .help = "A of the step up, 1 - A exp(gamma z)"});
    f.real("amplitude_down", amplitude_down,
           {.min = -1e6, .max = 1e6, .help = "A of the step down, 1 - A exp(-gamma z)"});
    f.real("gamma_up", gamma_up, {.min = -50, .max = 50, .help = "rate of the step up in z"});
    f.real("gamma_down", gamma_down, {.min = -50, .max = 50, .help = "rate of the step down in z"});
    f.real("a", a, {.min = -10, .max = 10, .help = "z = 2 a w / (w_max - w_min) + b"});
    f.real("b", b, {.min = -10, .max = 10, .help = "z = 2 a w / (w_max - w_min) + b"});
    f.real("noise_floor", noise_floor,
           {.min = 0, .max = 10, .help = "added to the step where c2c multiplies it, in w"});
    f.real("noise_slope", noise_slope,
           {.min = 0, .max = 10, .help = "the same in proportion to |w|"});
  }

  template <class T>
  struct Cell {
    T step_up, step_down;  // at y = 1
    T z_per_w;             // 2 a / (w_max - w_min)
    T w_min, w_max;
  };

  Cell<double> fabricate(const CellSpec&, const NominalCell& nominal, const CellDraws&) const {
    // a cell whose bounds meet has nowhere to go
    constexpr double least_width = 1e-6;
    const double width = nominal.w_max - nominal.w_min;
    const bool can_move = width > least_width;
    return {.step_up = can_move ? nominal.step_up : 0,
            .step_down = can_move ? nominal.step_down : 0,
            .z_per_w = can_move ? 2 * a / width : 0,
            .w_min = nominal.w_min,
            .w_max = nominal.w_max};
  }

  template <class T, class Up>
  Change<T> pulse(const Cell<T>& cell, const WeightState<T>& state, Up up, T c2c) const {
    using math::clamp;
    using math::maximum;
    using math::select;
    const T z = cell.z_per_w * state.w + T(b);
    const T amplitude = select(up, T(amplitude_up), T(amplitude_down));
    // limited, so that nothing overflows in a float
    const T exponent = clamp(z * select(up, T(gamma_up), T(-gamma_down)), T(-60), T(60));
    const T size = select(up, cell.step_up, cell.step_down);
    const T step = size * maximum(T(1) - amplitude * math::exp(exponent), T(0));
    // a direction without a step has no noise either
    const T distance = maximum(state.w, -state.w);
    const T noisy = step + T(noise_floor) + T(noise_slope) * distance;
    return {select(up, step, -step), c2c * select(size > T(0), noisy, T(0))};
  }
};

}  // namespace nernst
