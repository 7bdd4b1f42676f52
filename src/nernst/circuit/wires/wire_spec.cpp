// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/wires/wire_spec.h"

namespace nernst {

void WireSpec::describe(Fields& f) {
  f.flag("enabled", enabled, "reads and pulses go through resistive lines");
  f.real("r_row_Ohm", r_row_Ohm,
         {.unit = "Ohm",
          .min = 0,
          .max = 1e9,
          .help = "of a row line from one cell to the next, 0 or at least 1e-6; 0.15 to 0.35 is "
                  "usual (aihwkit)"});
  f.real("r_column_Ohm", r_column_Ohm,
         {.unit = "Ohm",
          .min = 0,
          .max = 1e9,
          .help = "of a column line from one cell to the next, 0 or at least 1e-6"});
  f.real("r_driver_Ohm", r_driver_Ohm,
         {.unit = "Ohm",
          .min = 0,
          .max = 1e9,
          .help = "output resistance of a line driver, 0 or at least 1e-6"});
  f.real("r_sense_Ohm", r_sense_Ohm,
         {.unit = "Ohm",
          .min = 0,
          .max = 1e9,
          .help = "input resistance of a sense amplifier, 0 or at least 1e-6"});
  f.choice("driven_ends", driven_ends, {"one", "both"},
           "ends of a driven line that are fed; amplifiers stand at crossing 0");
  f.real("tolerance", tolerance,
         {.min = 1e-12,
          .max = 1e-2,
          .help = "of the currents in a solution, as a part of the mean ideal current"});
  f.real("refresh_change", refresh_change,
         {.min = 0,
          .max = 10,
          .help = "rms change of w after which the wires are solved anew; between, their effect on "
                  "each cell is kept; 0 = solved at every read after a change, and for every slot "
                  "of stochastic pulses"});
  f.choice("write_load", write_load, {"gate", "channel"},
           "current that loads lines in an update: of the gates (energy of a pulse over its volts "
           "and seconds), or of the channels");
  f.real("write_activity", write_activity,
         {.min = 0,
          .max = 1,
          .help = "part of the cells that draw current at a time in an update, where the wires are "
                  "not solved for every slot (assumed); rows and cells written alone are solved"});
  f.real("dose_power", dose_power,
         {.min = 0,
          .max = 20,
          .help = "the dose of a pulse goes as its voltage to this power; 1 = as the charge"})
      .or_where(is_on("chip.driver.enabled"));
}

void WireSpec::check() const {
  check_resistance(r_row_Ohm, "chip.wires.r_row_Ohm");
  check_resistance(r_column_Ohm, "chip.wires.r_column_Ohm");
  check_resistance(r_driver_Ohm, "chip.wires.r_driver_Ohm");
  check_resistance(r_sense_Ohm, "chip.wires.r_sense_Ohm");
}

WireNetwork WireSpec::read_network(ReadDirection direction) const {
  const LineEnds driven = driven_ends == DrivenEnds::both ? LineEnds::both : LineEnds::first;
  const bool forward = direction == ReadDirection::forward;
  WireNetwork network;
  network.rows = {r_row_Ohm, forward ? r_sense_Ohm : r_driver_Ohm,
                  forward ? LineEnds::first : driven};
  network.columns = {r_column_Ohm, forward ? r_driver_Ohm : r_sense_Ohm,
                     forward ? driven : LineEnds::first};
  return network;
}

WireNetwork WireSpec::write_network() const {
  WireNetwork network;
  network.rows = read_network(ReadDirection::transposed).rows;
  network.columns = read_network(ReadDirection::forward).columns;
  return network;
}

}  // namespace nernst
