// SPDX-License-Identifier: Apache-2.0
// Linear step: the step shrinks (or grows) linearly on the way to the bound that it moves to.
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <string>
#include <string_view>

#include "nernst/base/error.h"
#include "nernst/device/law.h"

namespace nernst {

struct LinearStep {
  static constexpr std::string_view kName = "linear_step";
  static constexpr std::string_view kSource =
      "dw = step (1 - gamma w / bound); aihwkit documentation, LinearStepDevice; NeuroSim's A/B "
      "curve and CrossSim's asymmetric law are the same family";

  double gamma_up = 0, gamma_down = 0;  // slope: 0 = constant, 1 = no step left at the bound
  double gamma_up_spread = 0, gamma_down_spread = 0;  // device-to-device, absolute, drawn apart
  StepNoise noise = StepNoise::multiplicative;

  void describe(Fields& f) {
    f.real(
        "gamma_up", gamma_up,
        {.min = -100,
         .max = 1,
         .help = "slope of the step up, 1 = zero at w_max; below 0 it grows, as measured on some "
                 "organic cells (-0.28), but stays above 0 at w_min: more than -w_max / |w_min|"});
    f.real(
        "gamma_down", gamma_down,
        {.min = -100,
         .max = 1,
         .help = "slope of the step down, 1 = zero at w_min; below 0 it grows, but stays above 0 "
                 "at w_max: more than -|w_min| / w_max"});
    f.real("gamma_up_spread", gamma_up_spread,
           {.min = 0, .max = 1, .help = "device-to-device spread of gamma_up"});
    f.real("gamma_down_spread", gamma_down_spread,
           {.min = 0, .max = 1, .help = "device-to-device spread of gamma_down"});
    f.choice("noise", noise, {"additive", "multiplicative"},
             "cycle-to-cycle noise: the same everywhere, or in proportion to the step");
  }

  // A step that grew from nothing would be none at the far end of the window.
  void check(const CellSpec& cell, const std::string& where) const {
    const auto refuse = [&](const char* name, double value, double least) {
      throw ConfigError(
          where + "." + name, value,
          fmt::format("give more than {:.4g}: the step would vanish at the other end of the window",
                      least));
    };
    if (!(cell.w_min < 0 && cell.w_max > 0)) return;
    const double ratio = cell.w_max / -cell.w_min;
    if (gamma_up <= -ratio) refuse("gamma_up", gamma_up, -ratio);
    if (gamma_down <= -1 / ratio) refuse("gamma_down", gamma_down, -1 / ratio);
  }

  template <class T>
  struct Cell {
    T step_up, step_down;    // at w = 0
    T slope_up, slope_down;  // gamma / |bound|
    T w_min, w_max;
  };

  Cell<double> fabricate(const CellSpec& cell, const NominalCell& nominal,
                         const CellDraws& draws) const {
    // the mean bounds, as aihwkit has it, scaled with the gain of the cell as a whole
    // and no slope of the other sign
    const double up = std::copysign(gamma_up + gamma_up_spread * draws.normal(Draw::slope_up),
                                    gamma_up < 0 ? -1.0 : 1.0);
    const double down =
        std::copysign(gamma_down + gamma_down_spread * draws.normal(Draw::slope_down),
                      gamma_down < 0 ? -1.0 : 1.0);
    return {.step_up = nominal.step_up,
            .step_down = nominal.step_down,
            .slope_up = cell.w_max > 0 ? up / (cell.w_max * nominal.gain) : 0,
            .slope_down = cell.w_min < 0 ? down / (-cell.w_min * nominal.gain) : 0,
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
