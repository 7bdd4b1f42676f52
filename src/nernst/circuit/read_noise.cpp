// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/read_noise.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "nernst/circuit/constants.h"

namespace nernst {

void ReadNoiseSpec::describe(Fields& f) {
  f.flag("enabled", enabled, "noise of reads from physics, beside the device's own read_noise");
  f.real("temperature_K", temperature_K,
         {.unit = "K", .min = 0, .max = 2000, .help = "of the cells, for thermal noise"});
  f.real("shot_fano", shot_fano,
         {.min = 0,
          .max = 1,
          .help = "part of full shot noise: 1 across a barrier, 0 in a long ohmic channel (1: "
                  "assumed, the worst)"});
  f.real(
      "flicker", flicker,
      {.min = 0,
       .max = 1,
       .help = "1/f noise: power density of the current at 1 Hz over its square (0: not given)"});
  f.real("t_calibration_s", t_calibration_s,
         {.unit = "s",
          .min = 1e-12,
          .max = 1e12,
          .help = "1/f noise slower than this is taken out by calibration or learning (1 s: "
                  "assumed)"});
  f.real("telegraph_fraction", telegraph_fraction,
         {.min = 0, .max = 1, .help = "part of the cells with random telegraph noise"});
  f.real("telegraph_amplitude", telegraph_amplitude,
         {.min = 0, .max = 1, .help = "of their jumps, as a part of the current (0.1: assumed)"});
  f.real("telegraph_duty", telegraph_duty,
         {.min = 0, .max = 1, .help = "part of the time in the state of more current"});
  f.real("t_telegraph_s", t_telegraph_s,
         {.unit = "s",
          .min = 1e-12,
          .max = 1e12,
          .help = "correlation time of the jumps (1 ms: assumed)"});
}

double thermal_noise_A2(double g_S, double temperature_K, double t_s) {
  return 4 * kBoltzmann_J_per_K * temperature_K * g_S / (2 * t_s);
}

double shot_noise_A2(double current_A, double fano, double t_s) {
  return fano * 2 * kElementaryCharge_C * std::abs(current_A) / (2 * t_s);
}

// The integral from f0 of flicker / f sinc^2(f t), for f0 t << 1 equal to
// flicker (3/2 - gamma - ln(2 pi f0 t)), with f0 = 1 / (2 pi t_slow).
double flicker_noise(double flicker, double t_s, double t_slow_s) {
  return flicker * std::max(0.0, 1.5 - std::numbers::egamma + std::log(t_slow_s / t_s));
}

double telegraph_noise(double amplitude, double duty, double tau_s, double t_s) {
  // of the process, then of its mean over t: 2/t^2 integral of (t - s) exp(-s / tau)
  const double variance = amplitude * amplitude * duty * (1 - duty);
  const double ratio = t_s / tau_s;
  // (a short read sees a constant; the difference of large terms would be noise itself)
  if (ratio < 1e-4) return variance * (1 - ratio / 3);
  return variance * 2 / ratio * (1 + std::expm1(-ratio) / ratio);
}

ReadNoise read_noise(const ReadNoiseSpec& spec, const PhysicalSpec& physical, double slope_S,
                     double t_read_s) {
  // a cell, and as much from what is taken from it
  const double g_S = 2 * physical.g_S(0), each_g_S = physical.g_S(0);
  const double unit_A = physical.v_read_V * slope_S;
  const double relative =
      flicker_noise(spec.flicker, t_read_s, spec.t_calibration_s) +
      spec.telegraph_fraction * telegraph_noise(spec.telegraph_amplitude, spec.telegraph_duty,
                                                spec.t_telegraph_s, t_read_s);
  const double current_A = physical.v_read_V * each_g_S;
  return {.of_each = thermal_noise_A2(g_S, spec.temperature_K, t_read_s) / (unit_A * unit_A),
          .of_input = 2 * shot_noise_A2(current_A, spec.shot_fano, t_read_s) / (unit_A * unit_A),
          .of_power = 2 * relative * current_A * current_A / (unit_A * unit_A)};
}

}  // namespace nernst
