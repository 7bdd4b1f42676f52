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

// The largest conductance of a cell that still matters beside these wires: a short of more gives
// the same currents to kLeftOfShorts of them, and would only cost digits. Infinite where a cell can
// stand between two terminals with no wire beside it.
inline constexpr double kLeftOfShorts = 1e-10;
double largest_useful_S(const WireNetwork& network);

}  // namespace nernst
