// SPDX-License-Identifier: Apache-2.0
// Charge-controlled ECRAM: a gate charges a capacitor, and the conductance follows the charge.
//
//   dQ/dt = (V_G - V_oc(Q)) / R_g - Q / (R_leak C),   V_oc(Q) = Q / C,   w = Q / Q_w
//
// The first term acts only while the gate is connected; the second is the retention, tau = R_leak
// C. A gate driven by a voltage relaxes to V_oc = V_G: w moves towards C V_G / Q_w with the time
// constant R_g C, so that the step is soft-bounded. A gate driven by a current moves w in
// proportion to the charge.
#pragma once

#include <string>
#include <string_view>

#include "nernst/base/error.h"
#include "nernst/device/law.h"

namespace nernst {

enum class GateDrive { voltage, current };

struct ChargeControlled {
  static constexpr std::string_view kName = "charge_controlled";
  static constexpr std::string_view kSource =
      "dQ/dt = (V_G - V_oc(Q)) / R_g - Q / (R_leak C), G = G_0 + k Q; linear in charge as in Tang "
      "et al., IEDM 2018";

  GateDrive drive = GateDrive::voltage;
  double v_up_V = 1, v_down_V = -1;
  double i_gate_A = 1e-9;
  double t_gate_s = 1e-6;
  double r_gate_Ohm = 1e9;
  double c_gate_F = 1e-13;
  double charge_per_w_C = 1e-13;
  double r_leak_Ohm = 0;

  void describe(Fields& f) {
    f.choice("drive", drive, {"voltage", "current"}, "what the gate is driven by");
    f.real("v_up_V", v_up_V,
           {.unit = "V",
            .min = 1e-6,
            .max = 1e3,
            .help = "gate voltage of a pulse up (voltage drive)"})
        .where(is("drive", {"voltage"}));
    f.real("v_down_V", v_down_V,
           {.unit = "V",
            .min = -1e3,
            .max = -1e-6,
            .help = "gate voltage of a pulse down (voltage drive)"})
        .where(is("drive", {"voltage"}));
    f.real("i_gate_A", i_gate_A,
           {.unit = "A", .min = 1e-18, .max = 1, .help = "gate current, both ways (current drive)"})
        .where(is("drive", {"current"}));
    f.real("t_gate_s", t_gate_s,
           {.unit = "s",
            .min = 1e-12,
            .max = 1e6,
            .help = "how long a nominal pulse connects the gate"});
    f.real("r_gate_Ohm", r_gate_Ohm,
           {.unit = "Ohm", .min = 1e-3, .max = 1e18, .help = "resistance of gate and electrolyte"})
        .where(is("drive", {"voltage"}));
    f.real("c_gate_F", c_gate_F,
           {.unit = "F", .min = 1e-21, .max = 1, .help = "capacitance that holds the charge"});
    f.real("charge_per_w_C", charge_per_w_C,
           {.unit = "C",
            .min = 1e-21,
            .max = 1,
            .help = "charge that moves w by 1, half of g_max - g_min"});
    f.real("r_leak_Ohm", r_leak_Ohm,
           {.unit = "Ohm",
            .min = 0,
            .max = 1e24,
            .help = "leak across the capacitor; retention.tau_s is r_leak_Ohm c_gate_F; 0 = none"});
  }

  // The places that a long pulse leads to, and the fraction of the way there that a nominal one
  // goes.
  double target_up() const { return c_gate_F * v_up_V / charge_per_w_C; }
  double target_down() const { return c_gate_F * v_down_V / charge_per_w_C; }
  double time_constants() const { return t_gate_s / (r_gate_Ohm * c_gate_F); }
  double fraction() const { return 1 - math::exp(-time_constants()); }

  // The steps up and down from w = 0, both > 0, and their mean, which is dw_min.
  double step_up() const {
    return drive == GateDrive::voltage ? target_up() * fraction() : by_current();
  }
  double step_down() const {
    return drive == GateDrive::voltage ? -target_down() * fraction() : by_current();
  }
  double nominal_step() const { return (step_up() + step_down()) / 2; }
  double retention_tau_s() const { return r_leak_Ohm * c_gate_F; }

  void check(const CellSpec&, const std::string& where) const {
    const double step = nominal_step();
    if (!(step >= 1e-12 && step <= 2))
      throw ConfigError(
          join_path(where, "charge_per_w_C"), charge_per_w_C,
          "choose charge, time, resistance and capacitance so that one pulse moves w by 1e-12 to "
          "2");
  }

  template <class T>
  struct Cell {
    T step_up, step_down;          // at w = 0
    T slope_up, slope_down;        // 1 / the place that a long pulse leads to; 0 with a current
    T log_left_up, log_left_down;  // log of the fraction of the way that a nominal pulse leaves
    T w_min, w_max;
  };

  Cell<double> fabricate(const CellSpec& cell, const NominalCell& nominal, const CellDraws&) const {
    // a gain scales w per charge; what else scatters the step is a scatter of R_g C
    const double mean_step = nominal_step();
    const double scatter_up = nominal.step_up / (cell.dw_min * nominal.gain);
    const double scatter_down = nominal.step_down / (cell.dw_min * nominal.gain);
    Cell<double> made{};
    made.w_min = nominal.w_min;
    made.w_max = nominal.w_max;
    if (drive == GateDrive::current) {
      made.step_up = mean_step * scatter_up * nominal.gain;
      made.step_down = mean_step * scatter_down * nominal.gain;
      return made;
    }
    made.log_left_up = -time_constants() * scatter_up;
    made.log_left_down = -time_constants() * scatter_down;
    made.slope_up = 1 / (target_up() * nominal.gain);
    made.slope_down = 1 / (-target_down() * nominal.gain);
    made.step_up = (1 - math::exp(made.log_left_up)) / made.slope_up;
    made.step_down = (1 - math::exp(made.log_left_down)) / made.slope_down;
    return made;
  }

  template <class T, class Up>
  Change<T> pulse(const Cell<T>& cell, const WeightState<T>& state, Up up, T c2c) const {
    using math::maximum;
    using math::select;
    // beyond its target a gate voltage pulls back, so a step may have the other sign
    const T size = select(up, cell.step_up, cell.step_down);
    const T slope = select(up, -cell.slope_up, cell.slope_down);
    const T step = size * (T(1) + slope * state.w);
    return {select(up, step, -step), c2c * maximum(step, -step)};
  }

  template <class T, class Up>
  T advance(const Cell<T>& cell, const WeightState<T>& state, T dose, Up up) const {
    using math::select;
    const T size = select(up, cell.step_up, cell.step_down);
    if (drive == GateDrive::current) return dose * select(up, size, -size);
    const T slope = select(up, cell.slope_up, -cell.slope_down);
    const T left = math::exp(dose * select(up, cell.log_left_up, cell.log_left_down));
    return (T(1) - left) * (T(1) / slope - state.w);
  }

 private:
  double by_current() const { return i_gate_A * t_gate_s / charge_per_w_C; }
};

}  // namespace nernst
