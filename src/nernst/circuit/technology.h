// SPDX-License-Identifier: Apache-2.0
// Time and energy of the parts round a tile. Each default names its source in its help text.
#pragma once

#include <cstdint>

#include "nernst/base/parameters.h"

namespace nernst {

// Ideal converters are counted as if they had this many bits.
inline constexpr std::int64_t kBitsOfIdeal = 12;

struct TechnologySpec {
  double t_read_s = 40e-9;
  double t_cell_access_s = 1e-6;
  double t_adc_bit_s = 1e-9;
  double e_adc_step_J = 10e-15;
  double e_dac_step_J = 1e-15;
  double e_amplifier_J = 1e-12;
  double e_line_pulse_J = 50e-15;
  double e_neuron_J = 1e-12;
  double t_neuron_s = 10e-9;
  double e_digital_operation_J = 4.6e-12;
  double e_digital_word_J = 10e-12;
  double digital_operations_per_s = 87.6e9;
  double e_link_byte_J = 31.2e-12;
  double link_byte_per_s = 1e9;
  double p_static_W = 0;
  void describe(Fields& f);

  // Energy of a conversion of b bits: 2^b steps times energy per step (Walden); 0 bits (ideal) is
  // charged as 12.
  double e_adc_J(std::int64_t bits) const;
  double e_dac_J(std::int64_t bits) const;
  // Time of a conversion by successive approximation: one more than its bits.
  double t_adc_s(std::int64_t bits) const;
};

}  // namespace nernst
