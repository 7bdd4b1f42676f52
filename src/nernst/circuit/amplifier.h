// SPDX-License-Identifier: Apache-2.0
// The transimpedance amplifier at the end of an output line: an op-amp with a feedback resistor,
// whose virtual ground collects the currents of the line.
//
// Sources: textbook op-amp theory (one pole, A(s) = A0 / (1 + s A0 / w_u)); with G and C the
// conductance and capacitance of the line, R_f and C_f the feedback,
//   V_out = -R_f (I - V_os (G + s C + 1/Z_f)) / (1 + s R_f C_f + (1 + G R_f + s R_f (C + C_f)) /
//   A).
#pragma once

#include <cstddef>
#include <optional>

#include "nernst/base/parameters.h"

namespace nernst {

// `[chip.amplifier]`
struct AmplifierSpec {
  bool enabled = false;
  double open_loop_gain = 1e5;
  double gain_bandwidth_Hz = 1e9;
  double offset_V = 10e-6;
  double full_scale_V = 0.5;
  double swing_V = 0.6;
  double c_cell_F = 1e-16;
  double c_feedback_F = 1e-14;
  double noise_V = 5e-9;
  double power_W = 20e-6;
  std::optional<double> t_settle_s;
  void describe(Fields& f);
};

// An amplifier with what is tied to it.
struct AmplifierLoop {
  double g_line_S = 0;
  double c_line_F = 0;
  double r_feedback_Ohm = 0;
  double c_feedback_F = 0;
  double open_loop_gain = 1e5;
  double gain_bandwidth_Hz = 1e9;

  // |V_out| for one volt of I R_f, at rest: 1 / (1 + (1 + G R_f) / A0).
  double gain() const;
  // V_out for one volt of offset at the input: (1 + G R_f) gain.
  double noise_gain() const;
  // The part of its final value that the output has t_s after a step of current, from rest.
  double settled(double t_s) const;
  // The shortest time after which the output stays within `error` of its final value.
  double t_settle_s(double error) const;
  // Spread of the output by white noise of so many volts per root hertz at the input, and by the
  // thermal noise of the feedback.
  double output_noise_V(double input_V, double temperature_K) const;

 private:
  struct Polynomial {
    double a0 = 1, a1 = 0, a2 = 0;  // of the denominator above
  };
  Polynomial denominator() const;
};

}  // namespace nernst
