// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/spice/netlist.h"

#include <fmt/format.h>

#include <cmath>

#include "nernst/base/error.h"
#include "nernst/device/fabricate.h"

namespace nernst {

namespace {

// The resistors of all lines, terminals included.
void add_wires(Netlist& netlist, const WireNetwork& network, std::size_t rows,
               std::size_t columns) {
  const auto line = [&](char kind, std::size_t number, const LineWires& wires,
                        std::size_t crossings, const auto& node) {
    if (wires.is_fixed()) return;
    const double end_Ohm = wires.r_terminal_Ohm();
    const std::string terminal = fmt::format("t{}{}", kind, number);
    const auto resistor = [&](const std::string& name, const std::string& from,
                              const std::string& to, double r_Ohm) {
      netlist.lines.push_back(
          fmt::format("r{}{}_{} {} {} {:.17g}", kind, number, name, from, to, r_Ohm));
    };
    NERNST_CHECK(!wires.is_held());
    if (wires.ends != LineEnds::last) resistor("first", terminal, node(0), end_Ohm);
    if (wires.is_chain())
      for (std::size_t k = 1; k < crossings; ++k)
        resistor(std::to_string(k), node(k - 1), node(k), wires.r_segment_Ohm);
    if (wires.ends != LineEnds::first) resistor("last", node(crossings - 1), terminal, end_Ohm);
  };
  for (std::size_t r = 0; r < rows; ++r)
    line('r', r, network.rows, columns,
         [&](std::size_t c) { return spice_row_node(network, r, c); });
  for (std::size_t c = 0; c < columns; ++c)
    line('c', c, network.columns, rows,
         [&](std::size_t r) { return spice_column_node(network, r, c); });
}

}  // namespace

std::string spice_row_node(const WireNetwork& network, std::size_t row, std::size_t column) {
  if (network.rows.is_fixed()) return fmt::format("tr{}", row);
  return fmt::format("r{}_{}", row, network.rows.is_chain() ? column : 0);
}
std::string spice_column_node(const WireNetwork& network, std::size_t row, std::size_t column) {
  if (network.columns.is_fixed()) return fmt::format("tc{}", column);
  return fmt::format("c{}_{}", network.columns.is_chain() ? row : 0, column);
}
std::string spice_state_node(std::size_t row, std::size_t column) {
  return fmt::format("w{}_{}", row, column);
}
std::string spice_row_source(std::size_t row) { return fmt::format("vr{}", row); }
std::string spice_column_source(std::size_t column) { return fmt::format("vc{}", column); }

Netlist read_netlist(const std::string& title, const WireNetwork& network,
                     MatrixView<const double> g_S, std::span<const double> row_V,
                     std::span<const double> column_V) {
  NERNST_CHECK(row_V.size() == g_S.rows() && column_V.size() == g_S.columns());
  Netlist netlist{title, {}, "op"};
  for (std::size_t r = 0; r < g_S.rows(); ++r)
    netlist.lines.push_back(fmt::format("{} tr{} 0 {:.17g}", spice_row_source(r), r, row_V[r]));
  for (std::size_t c = 0; c < g_S.columns(); ++c)
    netlist.lines.push_back(
        fmt::format("{} tc{} 0 {:.17g}", spice_column_source(c), c, column_V[c]));
  add_wires(netlist, network, g_S.rows(), g_S.columns());
  for (std::size_t r = 0; r < g_S.rows(); ++r)
    for (std::size_t c = 0; c < g_S.columns(); ++c)
      if (g_S(r, c) > 0)
        netlist.lines.push_back(fmt::format("rg{}_{} {} {} {:.17g}", r, c,
                                            spice_column_node(network, r, c),
                                            spice_row_node(network, r, c), 1 / g_S(r, c)));
  return netlist;
}

StepTable nominal_steps(const DeviceSpec& device, std::size_t points) {
  NERNST_CHECK(points >= 2);
  return with_law(device, [&](const auto& law) {
    using Law = std::decay_t<decltype(law)>;
    const auto cell = nominal_cell(device, law);
    StepTable table{cell.w_min, cell.w_max, {}, {}};
    for (std::size_t k = 0; k < points; ++k) {
      StateOf<Law, double> state{};
      state.w = cell.w_min + (cell.w_max - cell.w_min) * static_cast<double>(k) /
                                 static_cast<double>(points - 1);
      table.up.push_back(law.pulse(cell, state, true, 0.0).mean);
      table.down.push_back(law.pulse(cell, state, false, 0.0).mean);
    }
    return table;
  });
}

Netlist update_netlist(const std::string& title, const UpdateCircuit& circuit,
                       MatrixView<const double> w) {
  const PhysicalSpec& physical = circuit.physical;
  const bool up = circuit.pulses > 0;
  const double width_s = std::abs(circuit.pulses) * physical.t_pulse_s;
  const double edge_s = physical.t_pulse_s / 100;
  // (half of both edges counts, so that the area is that of the nominal pulse)
  const auto pulse = [&](double volts) {
    return fmt::format("pulse(0 {:.17g} {:.17g} {:.17g} {:.17g} {:.17g})", volts, edge_s, edge_s,
                       edge_s, width_s - edge_s);
  };
  const double half_V = physical.v_write_V / 2 * (up ? 1 : -1);
  // a SPICE step suits the pulse
  Netlist netlist{title,
                  {},
                  fmt::format("tran {:.17g} {:.17g} 0 {:.17g} uic", width_s / 50,
                              width_s + 4 * edge_s, width_s / 100)};
  for (std::size_t r = 0; r < w.rows(); ++r)
    netlist.lines.push_back(fmt::format("{} tr{} 0 {}", spice_row_source(r), r, pulse(-half_V)));
  for (std::size_t c = 0; c < w.columns(); ++c)
    netlist.lines.push_back(fmt::format("{} tc{} 0 {}", spice_column_source(c), c, pulse(half_V)));
  add_wires(netlist, circuit.network, w.rows(), w.columns());

  // the step per second at the write voltage, by the state
  const std::vector<double>& steps = up ? circuit.steps.up : circuit.steps.down;
  std::string table;
  for (std::size_t k = 0; k < steps.size(); ++k) {
    const double at = circuit.steps.w_min + (circuit.steps.w_max - circuit.steps.w_min) *
                                                static_cast<double>(k) /
                                                static_cast<double>(steps.size() - 1);
    table += fmt::format(", {:.17g}, {:.17g}", at, steps[k] / physical.t_pulse_s);
  }
  const double slope_S = physical.slope_S();
  for (std::size_t r = 0; r < w.rows(); ++r)
    for (std::size_t c = 0; c < w.columns(); ++c) {
      const std::string state = spice_state_node(r, c);
      const std::string over = fmt::format("v({},{})", spice_column_node(circuit.network, r, c),
                                           spice_row_node(circuit.network, r, c));
      netlist.lines.push_back(fmt::format("cw{}_{} {} 0 1 ic={:.17g}", r, c, state, w(r, c)));
      const std::string part =
          fmt::format("max({}{}/{:.17g},0)", up ? "" : "-", over, physical.v_write_V);
      netlist.lines.push_back(fmt::format(
          "bw{}_{} 0 {} i={}*pwl(v({}){})", r, c, state,
          circuit.dose_power == 1 ? part : fmt::format("({}^{:.17g})", part, circuit.dose_power),
          state, table));
      if (circuit.gate_S > 0) {
        netlist.lines.push_back(
            fmt::format("rg{}_{} {} {} {:.17g}", r, c, spice_column_node(circuit.network, r, c),
                        spice_row_node(circuit.network, r, c), 1 / circuit.gate_S));
      } else {
        netlist.lines.push_back(fmt::format("bg{}_{} {} {} i=({:.17g}+v({})*{:.17g})*{}", r, c,
                                            spice_column_node(circuit.network, r, c),
                                            spice_row_node(circuit.network, r, c),
                                            physical.g_min_S + slope_S, state, slope_S, over));
      }
    }
  return netlist;
}

std::string spice_file(const Netlist& netlist) {
  std::string text = "* " + netlist.title + "\n";
  for (const std::string& line : netlist.lines) {
    // (a line of a netlist goes on behind a +)
    std::size_t begin = 0;
    constexpr std::size_t longest = 1000;
    while (line.size() - begin > longest) {
      const std::size_t blank = line.rfind(' ', begin + longest);
      if (blank == std::string::npos || blank <= begin) break;
      text += line.substr(begin, blank - begin) + "\n+ ";
      begin = blank + 1;
    }
    text += line.substr(begin) + "\n";
  }
  text += ".control\nset numdgt=14\n" + netlist.analysis + "\n";
  if (netlist.analysis == "op") {
    text += "print all\n";
  } else {
    // states at the start and at the end
    for (const std::string& line : netlist.lines) {
      if (!line.starts_with("cw")) continue;
      const std::string state = line.substr(1, line.find(' ') - 1);
      text += fmt::format("print {0}[0] {0}[length({0})-1]\n", state);
    }
  }
  return text + "quit\n.endc\n.end\n";
}

}  // namespace nernst
