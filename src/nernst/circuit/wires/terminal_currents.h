// SPDX-License-Identifier: Apache-2.0
// What flows out of every line, from the voltages of all nodes.
#pragma once

#include <span>

#include "nernst/circuit/wires/network.h"

namespace nernst {

// Cells that conduct more than this over the wires beside them are taken from what the wires bring
// (Kirchhoff), as a difference of two voltages that hardly differ has lost its digits; others by
// Ohm's law.
inline constexpr double kShortedAgainstWires = 2;

// row_A and column_A of WireSolution, for node voltages row_u and column_v (rows x columns) and
// those of the terminals.
void terminal_currents(const WireNetwork& network, MatrixView<const double> g_S,
                       std::span<const double> row_V, std::span<const double> column_V,
                       MatrixView<const double> row_u, MatrixView<const double> column_v,
                       std::span<double> row_A, std::span<double> column_A);

// The mean magnitude of the currents of the kind of line (rows or columns) that carries more, over
// max(rows, columns): what an error is measured by.
double mean_current(std::span<const double> row_A, std::span<const double> column_A);

// The largest conductance of a cell that still matters beside these wires: a short of more gives
// the same currents to 1e-10 of them, and would only cost digits. Infinite where there are no
// wires.
double largest_useful_S(const WireNetwork& network);

}  // namespace nernst
