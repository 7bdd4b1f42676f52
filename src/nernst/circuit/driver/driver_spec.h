// SPDX-License-Identifier: Apache-2.0
// The `[chip.driver]` table: the circuits that send pulses on the lines of a tile.
#pragma once

#include "nernst/base/parameters.h"

namespace nernst {

struct DriverSpec {
  bool enabled = false;
  double t_rise_s = 100e-12;
  double jitter_s = 20e-12;
  double half_select_dose = 0;
  double half_select_step = 0.25;
  void describe(Fields& f);
  // Throws ConfigError where edges are longer than the pulse.
  void check(double t_pulse_s) const;
};

// The dose of a trapezoidal pulse, t_pulse_s wide at half height, of which the edges take t_rise_s
// each, over that of a rectangular one, where a dose goes as the voltage to `power`: the integral
// of (t / t_rise)^power over an edge is t_rise / (power + 1), so that
//   1 - t_rise / t_pulse (1 - 2 / (power + 1)).
double edge_dose(double t_rise_s, double t_pulse_s, double power);

// What is left of a coincidence of two pulses that come at different times: 1 - |difference| /
// width.
double overlap_dose(double difference_s, double t_pulse_s);

// The mean of that over jitter of one spread on both lines: 1 - 2 sigma / (sqrt(pi) t_pulse).
double mean_overlap_dose(double jitter_s, double t_pulse_s);

}  // namespace nernst
