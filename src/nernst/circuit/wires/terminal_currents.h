// SPDX-License-Identifier: Apache-2.0
// The currents at the terminals of all lines, and what their errors are measured by.
#pragma once

#include <span>

#include "nernst/circuit/wires/network.h"

namespace nernst {

// The mean magnitude of the currents of the kind of line (rows or columns) that carries more, over
// max(rows, columns): what an error is measured by.
double mean_current(std::span<const double> row_A, std::span<const double> column_A);

// No method is said to be better: the rounding of sums of currents.
inline constexpr double kLeastError = 4e-15;

// What is left of each current that a short brings where a smaller one is taken for it.
inline constexpr double kLeftOfShorts = 1e-12;

// The largest conductance of a cell that still matters beside these wires: a short of more gives
// each current to kLeftOfShorts of it, and would only cost digits. Infinite where a cell can stand at
// a terminal with no wire beside it: there shorts of one line share its current as they conduct.
double largest_useful_S(const WireNetwork& network);

}  // namespace nernst
