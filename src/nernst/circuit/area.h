// SPDX-License-Identifier: Apache-2.0
// The `[chip.area]` table: the area of each part of a chip. Each default names its source.
#pragma once

#include "nernst/base/parameters.h"

namespace nernst {

struct AreaSpec {
  double cell_m2 = 0.25e-12;
  double dac_m2 = 100e-12;
  double adc_m2 = 1200e-12;
  double amplifier_m2 = 100e-12;
  double hold_F_per_m2 = 2e-3;
  double driver_m2 = 5e-12;
  double neuron_m2 = 50e-12;
  double error_circuit_m2 = 150e-12;
  double tile_control_m2 = 1000e-12;
  double spare = 0.2;
  void describe(Fields& f);
};

}  // namespace nernst
