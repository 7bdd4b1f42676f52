// SPDX-License-Identifier: Apache-2.0
// Constants of nature (CODATA 2018, exact).
#pragma once

namespace nernst {

inline constexpr double kBoltzmann_J_per_K = 1.380649e-23;
inline constexpr double kElementaryCharge_C = 1.602176634e-19;

// k T / q: 25.85 mV at 300 K.
constexpr double thermal_V(double temperature_K) {
  return kBoltzmann_J_per_K * temperature_K / kElementaryCharge_C;
}

}  // namespace nernst
