// SPDX-License-Identifier: Apache-2.0
// A crossbar as a netlist for SPICE: a read (an operating point) and one update (a transient, each
// cell being an element that its charge controls).
//
// Nodes: r<row>_<column> and c<row>_<column> on the lines, tr<row> and tc<column> at the terminals,
// w<row>_<column> the state of a cell (1 V = 1). Sources: vr<row>, vc<column>.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "nernst/base/matrix_view.h"
#include "nernst/circuit/wires/network.h"
#include "nernst/device/device_spec.h"

namespace nernst {

struct Netlist {
  std::string title;
  std::vector<std::string> lines;  // elements
  std::string analysis;            // "op", or "tran ..."
};

// Names of nodes and sources.
std::string spice_row_node(const WireNetwork& network, std::size_t row, std::size_t column);
std::string spice_column_node(const WireNetwork& network, std::size_t row, std::size_t column);
std::string spice_state_node(std::size_t row, std::size_t column);
std::string spice_row_source(std::size_t row);
std::string spice_column_source(std::size_t column);

// The operating point with these voltages at the terminals; an open cell is no element.
Netlist read_netlist(const std::string& title, const WireNetwork& network,
                     MatrixView<const double> g_S, std::span<const double> row_V,
                     std::span<const double> column_V);

// How the mean step of a cell goes with its state: steps at equal distances over its window.
struct StepTable {
  double w_min = -1, w_max = 1;
  std::vector<double> up, down;  // change of w by one pulse; down is negative
};
StepTable nominal_steps(const DeviceSpec& device, std::size_t points);

// One update pulse on all lines of an array of cells of one kind.
struct UpdateCircuit {
  WireNetwork network;
  StepTable steps;
  PhysicalSpec physical;
  double gate_S = 0;      // load of a cell while it is pulsed; 0 = its channel
  double dose_power = 1;  // dose against voltage
  double pulses = 1;      // nominal widths of the pulse, positive up
};

// The transient: columns at half the write voltage and rows at minus half (the other way for
// pulses down), for so many widths of a pulse, rising and falling in a hundredth of one. The cell's
// state is the charge on 1 F, brought by
//   dw/dt = step(w) (V / V_write)^power / t_pulse.
Netlist update_netlist(const std::string& title, const UpdateCircuit& circuit,
                       MatrixView<const double> w);

// A file that ngspice runs as it is, and that prints every voltage and current of an operating
// point with 14 digits, or the states before and after a transient.
std::string spice_file(const Netlist& netlist);

}  // namespace nernst
