// SPDX-License-Identifier: Apache-2.0
// The noise of a read from physics: thermal, shot, 1/f and random telegraph noise of the cells'
// currents, over the bandwidth of a read that integrates for t_read.
//
// An average over the time t passes white noise in the bandwidth 1 / (2 t). Sources: Johnson and
// Nyquist 1928 (4 k T G); Schottky 1918 (2 q I); Hooge 1969 (S_I = K I^2 / f); Machlup 1954 (the
// telegraph's correlation, exp(-|t| / tau)).
#pragma once

#include <cstddef>

#include "nernst/base/parameters.h"
#include "nernst/device/cell_spec.h"

namespace nernst {

// `[chip.read_noise]`
struct ReadNoiseSpec {
  bool enabled = false;
  double temperature_K = 300;
  double shot_fano = 1;
  double flicker = 0;
  double t_calibration_s = 1;
  double telegraph_fraction = 0;
  double telegraph_amplitude = 0.1;
  double telegraph_duty = 0.5;
  double t_telegraph_s = 1e-3;
  void describe(Fields& f);
};

// Variance of the mean thermal current of a conductance over t_s: 4 k T G / (2 t).
double thermal_noise_A2(double g_S, double temperature_K, double t_s);

// Of a current with shot noise: fano 2 q |I| / (2 t).
double shot_noise_A2(double current_A, double fano, double t_s);

// Relative variance of the mean over t_s of a current with S_I / I^2 = flicker / f, less what is
// slower than 1 / (2 pi t_slow_s), which a calibration took away; 0 where that leaves nothing.
double flicker_noise(double flicker, double t_s, double t_slow_s);

// Relative variance of the mean over t_s of a current that jumps by `amplitude` of itself, being
// high for `duty` of the time, with the correlation time tau_s.
double telegraph_noise(double amplitude, double duty, double tau_s, double t_s);

// What the noise of a read is made of, for cells at mid-conductance, each with a reference or a
// partner of the same: variances of an output in units of a full input on a cell with w = 1.
struct ReadNoise {
  double of_each = 0;   // thermal: of each cell on the line, driven or not
  double of_input = 0;  // shot: times |x| of each
  double of_power = 0;  // 1/f and telegraph: times x^2 of each
  double variance(std::size_t cells, double sum_of_inputs, double sum_of_squares) const {
    return of_each * static_cast<double>(cells) + of_input * sum_of_inputs +
           of_power * sum_of_squares;
  }
};

// `slope_S`: what w = 1 conducts more than w = 0.
ReadNoise read_noise(const ReadNoiseSpec& spec, const PhysicalSpec& physical, double slope_S,
                     double t_read_s);

}  // namespace nernst
