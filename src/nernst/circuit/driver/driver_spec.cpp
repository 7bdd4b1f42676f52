// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/driver/driver_spec.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "nernst/base/error.h"

namespace nernst {

void DriverSpec::describe(Fields& f) {
  f.flag("enabled", enabled, "pulses of updates have the errors below");
  f.real("t_rise_s", t_rise_s,
         {.unit = "s",
          .min = 0,
          .max = 1e3,
          .help = "of a pulse's edges, at most a pulse's width (100 ps: assumed); the dose follows "
                  "by chip.wires.dose_power"});
  f.real("jitter_s", jitter_s,
         {.unit = "s",
          .min = 0,
          .max = 1e3,
          .help = "spread of the time at which a pulse comes, for each line and slot of a "
                  "stochastic train (20 ps: assumed)"});
  f.real(
      "half_select_dose", half_select_dose,
      {.min = 0,
       .max = 0.5,
       .help = "dose that a cell takes from a pulse on one of its lines alone, that is from half "
               "of the voltage; 0 = a selector at each cell"});
  f.real(
      "half_select_step", half_select_step,
      {.min = 0,
       .max = 100,
       .help = "doses of half-selected cells are collected line by line and brought to the cells "
               "when the largest passes this; 0 = at every update"});
}

void DriverSpec::check(double t_pulse_s) const {
  if (t_rise_s > t_pulse_s)
    throw ConfigError("chip.driver.t_rise_s", t_rise_s,
                      "at most the width of a pulse (device.physical.t_pulse_s)");
}

double edge_dose(double t_rise_s, double t_pulse_s, double power) {
  return 1 - t_rise_s / t_pulse_s * (1 - 2 / (power + 1));
}

double overlap_dose(double difference_s, double t_pulse_s) {
  return std::max(0.0, 1 - std::abs(difference_s) / t_pulse_s);
}

double mean_overlap_dose(double jitter_s, double t_pulse_s) {
  return 1 - 2 * jitter_s / (std::sqrt(std::numbers::pi) * t_pulse_s);
}

}  // namespace nernst
