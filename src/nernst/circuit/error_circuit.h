// SPDX-License-Identifier: Apache-2.0
// The circuit that makes the error of an output where it arises: a difference amplifier of an
// op-amp and four resistors for each output, error = output - target.
//
// Source: textbook difference amplifier. With R1 (from the target) and R2 (feedback), R3 (from the
// output) and R4 (to ground), A the gain and V_os the offset of the op-amp,
//   V = ((V_output R4 / (R3 + R4) + V_os) (1 + R2 / R1) - V_target R2 / R1) / (1 + (1 + R2 / R1) /
//   A).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "nernst/base/parameters.h"

namespace nernst {

// `[chip.error_circuit]`
struct ErrorCircuitSpec {
  bool enabled = false;
  double resistor_spread = 0.002;
  double open_loop_gain = 1e4;
  double offset_V = 1e-3;
  double signal_V = 0.5;
  double swing_V = 0.6;
  double noise_V = 100e-6;
  double t_settle_s = 20e-9;
  double power_W = 20e-6;
  void describe(Fields& f);

  double energy_J() const { return power_W * t_settle_s; }
};

// One of them.
struct DifferenceAmplifier {
  std::array<double, 4> resistors_Ohm = {1, 1, 1, 1};
  double open_loop_gain = 1e4;
  double offset_V = 0;
  double output_V(double minuend_V, double subtrahend_V) const;
};

// Those of a layer of outputs.
class ErrorCircuits {
 public:
  ErrorCircuits(const ErrorCircuitSpec& spec, std::size_t outputs, std::uint64_t seed);
  const ErrorCircuitSpec& spec() const { return spec_; }
  // error = output - target, in units of the signal; `event` names the noise. Ideal where not
  // enabled.
  void subtract(std::span<const double> output, std::span<const double> target,
                std::span<double> error, std::uint64_t event) const;

 private:
  ErrorCircuitSpec spec_;
  std::uint64_t seed_;
  std::vector<DifferenceAmplifier> amplifiers_;  // empty = ideal
};

}  // namespace nernst
