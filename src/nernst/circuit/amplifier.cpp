// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/amplifier.h"

#include <cmath>
#include <numbers>

#include "nernst/circuit/constants.h"

namespace nernst {

void AmplifierSpec::describe(Fields& f) {
  f.flag("enabled", enabled,
         "output lines end in transimpedance amplifiers with the figures below; a read then takes "
         "the time that its parts take");
  f.real("open_loop_gain", open_loop_gain,
         {.min = 10, .max = 1e9, .help = "of the op-amp at rest (1e5: assumed, two stages)"});
  f.real("gain_bandwidth_Hz", gain_bandwidth_Hz,
         {.unit = "Hz", .min = 1, .max = 1e13, .help = "of the op-amp (1 GHz: assumed)"});
  f.real("offset_V", offset_V,
         {.unit = "V",
          .min = 0,
          .max = 10,
          .help = "spread of the amplifiers' input offsets (10 uV: assumed, auto-zeroed; some mV "
                  "without)"});
  f.real("full_scale_V", full_scale_V,
         {.unit = "V",
          .min = 1e-6,
          .max = 1e3,
          .help = "output at the full scale of the ADC, which sets the feedback (0.5 V: assumed)"});
  f.real("swing_V", swing_V,
         {.unit = "V", .min = 1e-6, .max = 1e3, .help = "output at most (0.6 V: assumed)"});
  f.real("c_cell_F", c_cell_F,
         {.unit = "F",
          .min = 0,
          .max = 1,
          .help = "capacitance of a line for each cell on it (0.1 fF: 0.2 fF/um, NeuroSim, for a "
                  "cell of 0.5 um)"});
  f.real("c_feedback_F", c_feedback_F,
         {.unit = "F", .min = 0, .max = 1, .help = "beside the feedback (10 fF: assumed)"});
  f.real("noise_V", noise_V,
         {.unit = "V",
          .min = 0,
          .max = 1,
          .help = "noise at the input in one hertz of bandwidth (5 nV: assumed)"});
  f.real("power_W", power_W,
         {.unit = "W", .min = 0, .max = 1e3, .help = "of one amplifier (20 uW: assumed)"});
  f.real_or_auto("t_settle_s", t_settle_s,
                 {.unit = "s",
                  .min = 0,
                  .max = 1e3,
                  .help = "time given to the output; auto = until a quarter of an ADC step is "
                          "missing on a fully loaded line"});
}

AmplifierLoop::Polynomial AmplifierLoop::denominator() const {
  const double unity_rad = 2 * std::numbers::pi * gain_bandwidth_Hz;
  const double load = 1 + g_line_S * r_feedback_Ohm;
  const double t_feedback_s = r_feedback_Ohm * c_feedback_F;
  const double t_line_s = r_feedback_Ohm * (c_line_F + c_feedback_F);
  return {.a0 = 1 + load / open_loop_gain,
          .a1 = t_feedback_s + load / unity_rad + t_line_s / open_loop_gain,
          .a2 = t_line_s / unity_rad};
}

double AmplifierLoop::gain() const { return 1 / denominator().a0; }

double AmplifierLoop::noise_gain() const { return (1 + g_line_S * r_feedback_Ohm) * gain(); }

// The step response of 1 / (a0 + a1 s + a2 s^2), over its final value.
double AmplifierLoop::settled(double t_s) const {
  const auto [a0, a1, a2] = denominator();
  if (t_s <= 0) return 0;
  if (!(a2 > 0)) return 1 - std::exp(-t_s * a0 / a1);
  const double half = a1 / (2 * a2), square = half * half - a0 / a2;
  if (square > 0) {
    // the slow root from the product of both, a0 / a2: their difference would lose digits
    const double fast = half + std::sqrt(square), slow = a0 / a2 / fast;
    if (fast - slow < 1e-6 * fast) return 1 - (1 + half * t_s) * std::exp(-half * t_s);
    return 1 + (slow * std::exp(-fast * t_s) - fast * std::exp(-slow * t_s)) / (fast - slow);
  }
  const double ring = std::sqrt(-square);
  return 1 - std::exp(-half * t_s) *
                 (std::cos(ring * t_s) +
                  half * t_s * (ring > 0 ? std::sin(ring * t_s) / (ring * t_s) : 1.0));
}

double AmplifierLoop::t_settle_s(double error) const {
  const auto [a0, a1, a2] = denominator();
  // the envelope: of the slow pole, or of the ringing
  const double half = a2 > 0 ? a1 / (2 * a2) : 0, square = half * half - (a2 > 0 ? a0 / a2 : 0);
  if (a2 > 0 && square < 0) return -std::log(error * std::sqrt(1 - half * half * a2 / a0)) / half;
  double low_s = 0, high_s = a1 / a0;
  while (1 - settled(high_s) > error) high_s *= 2;
  for (int k = 0; k < 60; ++k) {
    const double middle_s = (low_s + high_s) / 2;
    (1 - settled(middle_s) > error ? low_s : high_s) = middle_s;
  }
  return high_s;
}

// The integral over all frequencies of |(b0 + b1 s) / (a0 + a1 s + a2 s^2)|^2 is
// (b0^2 a2 + b1^2 a0) / (4 a0 a1 a2).
double AmplifierLoop::output_noise_V(double input_V, double temperature_K) const {
  const auto [a0, a1, a2] = denominator();
  const double b0 = 1 + g_line_S * r_feedback_Ohm, b1 = r_feedback_Ohm * (c_line_F + c_feedback_F);
  const double of_input = (b0 * b0 + (a2 > 0 ? b1 * b1 * a0 / a2 : 0)) / (4 * a0 * a1);
  const double of_feedback =
      4 * kBoltzmann_J_per_K * temperature_K * r_feedback_Ohm / (4 * a0 * a1);
  return std::sqrt(input_V * input_V * of_input + of_feedback);
}

}  // namespace nernst
