// SPDX-License-Identifier: Apache-2.0
// What a device law is: how one pulse moves one cell. Each law is one header in `models/`.
//
// A law takes a dose: a real number >= 0, 1 = the preset's nominal pulse. It is written once, as a
// template on its number type: double in the reference, float and vectors of float in the kernels.
// A branch is written `select(condition, a, b)`, never `if`, for conditions that differ from cell
// to cell or are of T's numbers.
#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>
#include <string_view>

#include "nernst/base/math.h"
#include "nernst/base/parameters.h"
#include "nernst/device/cell_draws.h"

namespace nernst {

// What one nominal pulse does: the mean change of w, with its sign, and its standard deviation.
template <class T>
struct Change {
  T mean;
  T spread;
};

// The state of a cell that has no memory beyond its conductance. A law with more declares its own
// `template <class T> struct State { T w; T trapped; ... };`, numbers of type T only, w first.
template <class T>
struct WeightState {
  T w;
};

// Whether the cycle-to-cycle noise of a law that offers both is the same everywhere (relative to
// the step at w = 0) or in proportion to the step where the cell is.
enum class StepNoise { additive, multiplicative };

// A law is a plain struct of its own parameters with
//   kName, kSource           name in configs; paper and equation
//   describe(Fields&)        table of its parameters
//   Cell<T>                  what one cell keeps for life: numbers of type T only,
//                            w_min and w_max among them
//   fabricate(cell, nominal, draws) -> Cell<double>     the device-to-device draw
//   pulse(cell, state, up, c2c) -> Change<T>            one nominal pulse
// and, where it has more to say:
//   State<T>                                 what changes, where that is more than w
//   advance(cell, state, dose, up) -> T      the mean change by a dose, exactly
//   settle(cell, next, dose, up)             the rest of State after w has moved
//   nominal_step() -> double                 dw_min, when it follows from the parameters
//   retention_tau_s() -> double              time constant of a leak among the parameters, or 0
//   check(cell, where)                       throws ConfigError where parameters contradict
template <class Law>
concept DeviceLaw = requires(Law law, const Law& constant, Fields& fields, const CellSpec& cell,
                             const NominalCell& nominal, const CellDraws& draws) {
  { Law::kName } -> std::convertible_to<std::string_view>;
  { Law::kSource } -> std::convertible_to<std::string_view>;
  law.describe(fields);
  { constant.fabricate(cell, nominal, draws) } -> std::same_as<typename Law::template Cell<double>>;
};

// The state that a law uses: its own, or the plain weight.
template <class Law, class T, class = void>
struct LawState {
  using type = WeightState<T>;
};
template <class Law, class T>
struct LawState<Law, T, std::void_t<typename Law::template State<T>>> {
  using type = typename Law::template State<T>;
};
template <class Law, class T>
using StateOf = typename LawState<Law, T>::type;
template <class Law, class T>
using CellOf = typename Law::template Cell<T>;

// One nominal pulse with the standard normal draw `xi`: what apply_dose does with a dose of 1, to
// the bit, for less.
template <class Law, class T, class Up>
StateOf<Law, T> apply_pulse(const Law& law, const CellOf<Law, T>& cell, StateOf<Law, T> state,
                            Up up, T c2c, T xi) {
  using math::clamp;
  const Change<T> change = law.pulse(cell, state, up, c2c);
  T moved = change.mean;
  if constexpr (requires { law.advance(cell, state, xi, up); })
    moved = law.advance(cell, state, T(1), up);
  StateOf<Law, T> next = state;
  next.w = clamp(state.w + moved + change.spread * xi, cell.w_min, cell.w_max);
  if constexpr (requires { law.settle(cell, next, xi, up); }) law.settle(cell, next, T(1), up);
  return next;
}

// `dose` pulses in one. `xi` is the sum of their draws: one standard normal times sqrt(dose), for
// which it stands to the kernels to find the root. Mean and spread are those of
// the pulses given one by one, to second order in the change (exact for a dose of 1). On the way
// each pulse's noise is changed by the slope of the step, as the step itself is: by 1 + m' (dose -
// 1) / 2, m' = d mean / dw. The error is below (dose * s)^2 / 6 of the change, s = |m'|: keep dose
// * s small (see `largest_dose_at_once`). `up` is a condition of T, so that lanes may differ in
// direction.
template <class Law, class T, class Up>
StateOf<Law, T> apply_dose(const Law& law, const CellOf<Law, T>& cell, StateOf<Law, T> state,
                           T dose, Up up, T c2c, T xi) {
  using math::clamp;
  using math::maximum;
  using math::select;
  const T first = law.pulse(cell, state, up, c2c).mean;
  StateOf<Law, T> middle = state;
  const T ahead = maximum(dose - T(1), T(0)) * T(0.5);
  middle.w = clamp(state.w + ahead * first, cell.w_min, cell.w_max);
  const Change<T> change = law.pulse(cell, middle, up, c2c);
  T moved = dose * change.mean;
  if constexpr (requires { law.advance(cell, state, dose, up); })
    moved = law.advance(cell, state, dose, up);

  // where there is no step, none is there to be changed
  const auto moves = first * first > T(1e-30);
  const T ratio = select(moves, change.mean, T(1)) / select(moves, first, T(1));
  const T damping = clamp(ratio, T(0), T(2));
  const T noise = change.spread * damping * xi;
  StateOf<Law, T> next = state;
  next.w = clamp(state.w + moved + noise, cell.w_min, cell.w_max);
  // a law with more memory than w says what the change does to the rest
  if constexpr (requires { law.settle(cell, next, dose, up); }) law.settle(cell, next, dose, up);
  return next;
}

// The dose up to which apply_dose keeps its error below 0.2 % of the change, from the steepest
// place of the nominal cell's step; larger doses are given in parts.
template <class Law>
double largest_dose_at_once(const Law& law, const CellOf<Law, double>& cell) {
  constexpr int places = 200;
  const double h = (cell.w_max - cell.w_min) / places;
  double steepest = 0;
  for (int k = 0; k < places; ++k) {
    for (const bool up : {true, false}) {
      StateOf<Law, double> low{}, high{};
      low.w = cell.w_min + k * h;
      high.w = low.w + h;
      const double slope =
          (law.pulse(cell, high, up, 0.0).mean - law.pulse(cell, low, up, 0.0).mean) / h;
      steepest = math::maximum(steepest, std::abs(slope));
    }
  }
  // a step that is the same everywhere leaves no error however large the dose
  constexpr double allowed = 0.1, most = 1e9;
  return steepest * most > allowed ? std::floor(math::maximum(allowed / steepest, 1.0)) : most;
}

}  // namespace nernst
