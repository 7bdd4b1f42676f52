// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/error_circuit.h"

#include <algorithm>

#include "nernst/base/error.h"
#include "nernst/base/lane_math.h"

namespace nernst {

void ErrorCircuitSpec::describe(Fields& f) {
  f.flag("enabled", enabled, "output errors are made by difference amplifiers, on the chip");
  f.real("resistor_spread", resistor_spread,
         {.min = 0, .max = 0.3, .help = "of each of their four resistors (0.002: assumed)"});
  f.real("open_loop_gain", open_loop_gain,
         {.min = 10, .max = 1e9, .help = "of their op-amps (1e4: assumed)"});
  f.real("offset_V", offset_V,
         {.unit = "V", .min = 0, .max = 10, .help = "spread of their offsets (1 mV: assumed)"});
  f.real("signal_V", signal_V,
         {.unit = "V", .min = 1e-6, .max = 1e3, .help = "of an output of 1 (0.5 V: assumed)"});
  f.real("swing_V", swing_V,
         {.unit = "V", .min = 1e-6, .max = 1e3, .help = "of an error at most (0.6 V: assumed)"});
  f.real("noise_V", noise_V,
         {.unit = "V", .min = 0, .max = 10, .help = "of an error (100 uV: assumed)"});
  f.real("t_settle_s", t_settle_s,
         {.unit = "s", .min = 0, .max = 1e3, .help = "time they are given (20 ns: assumed)"});
  f.real("power_W", power_W,
         {.unit = "W", .min = 0, .max = 1e3, .help = "of each meanwhile (20 uW: assumed)"});
}

double DifferenceAmplifier::output_V(double minuend_V, double subtrahend_V) const {
  const auto& [r1, r2, r3, r4] = resistors_Ohm;
  const double gain = 1 + r2 / r1;
  return ((minuend_V * r4 / (r3 + r4) + offset_V) * gain - subtrahend_V * r2 / r1) /
         (1 + gain / open_loop_gain);
}

ErrorCircuits::ErrorCircuits(const ErrorCircuitSpec& spec, std::size_t outputs, std::uint64_t seed)
    : spec_(spec), seed_(seed) {
  if (!spec.enabled) return;
  const NoiseStream stream(seed, 0, Purpose::error_circuit);
  for (std::size_t k = 0; k < outputs; ++k) {
    DifferenceAmplifier one{.open_loop_gain = spec.open_loop_gain,
                            .offset_V = spec.offset_V * stream.normal<double>(k, 4)};
    // (a resistor is there, however wide they spread)
    for (std::size_t r = 0; r < 4; ++r)
      one.resistors_Ohm[r] = std::max(0.1, 1 + spec.resistor_spread * stream.normal<double>(k, r));
    amplifiers_.push_back(one);
  }
}

void ErrorCircuits::subtract(std::span<const double> output, std::span<const double> target,
                             std::span<double> error, std::uint64_t event) const {
  NERNST_CHECK(output.size() == target.size() && error.size() == output.size());
  if (amplifiers_.empty()) {
    for (std::size_t k = 0; k < output.size(); ++k) error[k] = output[k] - target[k];
    return;
  }
  NERNST_CHECK(amplifiers_.size() == output.size());
  std::vector<float> z(output.size());
  fill_normals({seed_, 0, Purpose::error_noise}, event, z);
  for (std::size_t k = 0; k < output.size(); ++k) {
    const double v =
        amplifiers_[k].output_V(output[k] * spec_.signal_V, target[k] * spec_.signal_V) +
        spec_.noise_V * static_cast<double>(z[k]);
    error[k] = (v > spec_.swing_V    ? spec_.swing_V
                : v < -spec_.swing_V ? -spec_.swing_V
                                     : v) /
               spec_.signal_V;
  }
}

}  // namespace nernst
