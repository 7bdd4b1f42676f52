// SPDX-License-Identifier: Apache-2.0
#include "nernst/chip/chip_spec.h"

#include <cmath>

namespace nernst {

void ChipSpec::describe(Fields& f) {
  f.text("device", device, "a device preset, or the path of a device file");
  f.integers("tile", tile, {.min = 1, .max = 1 << 20, .help = "rows and columns of a tile"});
  f.choice("weight", weight, {"reference_cell", "reference_column", "differential_pair"},
           "how a sign is encoded");
  f.real_or_auto("full_scale_weight", full_scale_weight,
                 {.min = 1e-9,
                  .max = 1e9,
                  .help = "weight that full conductance stands for; auto = from the fan-in"})
      .where(is("network.layer.full_scale_weight", {"auto"}));
  f.choice("init", init, {"random", "fabricated"}, "weights that training starts from")
      .where(is("transfer.source", {"none"}));
  f.choice("noise", noise, {"aggregated", "per_pulse"}, "one draw for n pulses, or one for each");
  f.flag("count_pulses", count_pulses, "count the pulses of each cell (endurance), 4 bytes a cell");
  coding.describe(f);
  periphery.describe(f);
}

std::vector<ChipSpec::Table> ChipSpec::tables() {
  return {{"neuron", fields_of(neuron)},
          {"error_circuit", fields_of(error_circuit)},
          {"technology", fields_of(technology)},
          {"wires", fields_of(wires)},
          {"read_noise", fields_of(read_noise)},
          {"dac", fields_of(circuits.dac)},
          {"adc", fields_of(circuits.adc)},
          {"amplifier", fields_of(circuits.amplifier)},
          {"sample_hold", fields_of(circuits.sample_hold)},
          {"driver", fields_of(driver)},
          {"area", fields_of(area)}};
}

double automatic_full_scale(std::size_t inputs) {
  return 16 / std::sqrt(static_cast<double>(inputs));
}

}  // namespace nernst
