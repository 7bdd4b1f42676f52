// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/wires/terminal_currents.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace nernst {

double mean_current(std::span<const double> row_A, std::span<const double> column_A) {
  const auto sum = [](std::span<const double> values) {
    double total = 0;
    for (const double value : values) total += std::abs(value);
    return total;
  };
  return std::max(sum(row_A), sum(column_A)) /
         static_cast<double>(std::max(row_A.size(), column_A.size()));
}

double largest_useful_S(const WireNetwork& network) {
  const auto can_be_terminal = [](const LineWires& wires) {
    return wires.is_fixed() || wires.is_held();
  };
  if (can_be_terminal(network.rows) || can_be_terminal(network.columns))
    return std::numeric_limits<double>::infinity();
  double least_Ohm = std::numeric_limits<double>::infinity();
  for (const LineWires* wires : {&network.rows, &network.columns}) {
    for (const double r_Ohm : {wires->r_segment_Ohm, wires->r_terminal_Ohm()})
      if (r_Ohm > 0) least_Ohm = std::min(least_Ohm, r_Ohm);
  }
  return least_Ohm == std::numeric_limits<double>::infinity() ? least_Ohm
                                                              : 1 / (kLeftOfShorts * least_Ohm);
}

}  // namespace nernst
