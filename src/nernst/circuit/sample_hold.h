// SPDX-License-Identifier: Apache-2.0
// The sample-and-hold between an amplifier and the ADC that it shares with other lines: a switch
// and a capacitor.
#pragma once

#include "nernst/base/parameters.h"

namespace nernst {

// `[chip.sample_hold]`
struct SampleHoldSpec {
  bool enabled = false;
  double c_hold_F = 100e-15;
  double r_switch_Ohm = 5e3;
  double t_acquire_s = 5e-9;
  double leak_A = 1e-12;
  double temperature_K = 300;
  void describe(Fields& f);

  // The part of a step that the capacitor takes while the switch is closed:
  // 1 - exp(-t / (R C)).
  double acquired() const;
  // Spread of what is held, by the noise of the switch: sqrt(k T / C).
  double noise_V() const;
  // What a leak takes of it in t_s: I t / C.
  double droop_V(double t_s) const { return leak_A * t_s / c_hold_F; }
  // Energy of holding v, from a supply of that voltage: C v^2.
  double energy_J(double v) const { return c_hold_F * v * v; }
};

}  // namespace nernst
