// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/sample_hold.h"

#include <cmath>

#include "nernst/circuit/constants.h"

namespace nernst {

void SampleHoldSpec::describe(Fields& f) {
  f.flag("enabled", enabled, "what amplifiers give is held on capacitors until an ADC is free");
  f.real("c_hold_F", c_hold_F,
         {.unit = "F", .min = 1e-18, .max = 1, .help = "of the capacitor (100 fF: assumed)"});
  f.real("r_switch_Ohm", r_switch_Ohm,
         {.unit = "Ohm", .min = 0, .max = 1e12, .help = "of the closed switch (5 kOhm: assumed)"});
  f.real(
      "t_acquire_s", t_acquire_s,
      {.unit = "s", .min = 0, .max = 1e3, .help = "time with the switch closed (5 ns: assumed)"});
  f.real("leak_A", leak_A,
         {.unit = "A",
          .min = 0,
          .max = 1,
          .help = "current that leaks from the capacitor while it holds (1 pA: assumed)"});
  f.real("temperature_K", temperature_K,
         {.unit = "K", .min = 0, .max = 2000, .help = "of the switch, for k T / C"});
}

double SampleHoldSpec::acquired() const {
  const double tau_s = r_switch_Ohm * c_hold_F;
  return tau_s > 0 ? -std::expm1(-t_acquire_s / tau_s) : 1;
}

double SampleHoldSpec::noise_V() const {
  return std::sqrt(kBoltzmann_J_per_K * temperature_K / c_hold_F);
}

}  // namespace nernst
