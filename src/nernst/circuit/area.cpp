// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/area.h"

namespace nernst {

void AreaSpec::describe(Fields& f) {
  const auto area = [&](const char* name, double& target, const char* help) {
    f.real(name, target, {.unit = "m2", .min = 0, .max = 1, .help = help});
  };
  area(
      "cell_m2", cell_m2,
      "one cell with its selector (0.25 um2: assumed, 0.5 um apart; the ENODe of van de Burgt 2017 "
      "takes 1000 um2)");
  area("dac_m2", dac_m2, "DAC of an input line (100 um2: assumed, 8 bit)");
  area("adc_m2", adc_m2,
       "one ADC (1200 um2: 8 bit at 1.2 GS/s in 32 nm, ISAAC, Shafiee 2016, from memory)");
  area("amplifier_m2", amplifier_m2, "amplifier of an output line (100 um2: assumed)");
  f.real("hold_F_per_m2", hold_F_per_m2,
         {.unit = "F/m2",
          .min = 1e-9,
          .max = 1,
          .help = "capacitance of a hold capacitor on its area (2 fF/um2: assumed, metal fringe)"});
  area("driver_m2", driver_m2, "pulse driver of a line (5 um2: assumed)");
  area("neuron_m2", neuron_m2, "one neuron with its derivative (50 um2: assumed)");
  area("error_circuit_m2", error_circuit_m2, "error circuit of an output (150 um2: assumed)");
  area("tile_control_m2", tile_control_m2, "timing and registers of a tile (1000 um2: assumed)");
  f.real("spare", spare,
         {.min = 0, .max = 10, .help = "area for routing, as a part of all else (0.2: assumed)"});
}

}  // namespace nernst
