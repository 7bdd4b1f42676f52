// SPDX-License-Identifier: Apache-2.0
// The `[chip.wires]` table: the lines of a tile, and how their resistance is taken into account.
#pragma once

#include "nernst/base/parameters.h"
#include "nernst/circuit/wires/network.h"
#include "nernst/tile/tile.h"

namespace nernst {

// Which current loads the lines when cells are pulsed: that of the gates of three-terminal cells,
// or that of the channels of two-terminal ones.
enum class WriteLoad { gate, channel };

enum class DrivenEnds { one, both };

struct WireSpec {
  bool enabled = false;
  double r_row_Ohm = 1;
  double r_column_Ohm = 1;
  double r_driver_Ohm = 0;
  double r_sense_Ohm = 0;
  DrivenEnds driven_ends = DrivenEnds::one;
  double tolerance = 1e-6;
  double refresh_change = 0.02;
  WriteLoad write_load = WriteLoad::gate;
  double write_activity = 0.1;
  double dose_power = 1;
  void describe(Fields& f);
  // Throws ConfigError for a resistance out of range.
  void check() const;

  WireNetwork read_network(ReadDirection direction) const;
  // The conductance that a three-terminal cell shows its lines while it is pulsed: the charge of a
  // nominal pulse over its volts and seconds.
  static double gate_S(const PhysicalSpec& physical) {
    return physical.e_pulse_J / (physical.v_write_V * physical.v_write_V * physical.t_pulse_s);
  }
  // All lines driven.
  WireNetwork write_network() const;
};

}  // namespace nernst
