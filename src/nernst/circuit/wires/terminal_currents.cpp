// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/wires/terminal_currents.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace nernst {

namespace {

// What flows out of node k of a chain into the rest of its line; at(k) gives the voltages of its
// nodes.
template <class At>
double into_wires(const LineWires& wires, double terminal_V, std::size_t k, std::size_t nodes,
                  At at) {
  const double end_S = 1 / wires.r_terminal_Ohm();
  double current_A = 0;
  if (k > 0)
    current_A += (at(k) - at(k - 1)) / wires.r_segment_Ohm;
  else if (wires.ends != LineEnds::last)
    current_A += (at(k) - terminal_V) * end_S;
  if (k + 1 < nodes)
    current_A += (at(k) - at(k + 1)) / wires.r_segment_Ohm;
  else if (wires.ends != LineEnds::first)
    current_A += (at(k) - terminal_V) * end_S;
  return current_A;
}

// What a line that is one node sends to its terminals.
double into_terminals(const LineWires& wires, double terminal_V, double node_V) {
  return (wires.ends == LineEnds::both ? 2 : 1) * (node_V - terminal_V) / wires.r_end_Ohm;
}

}  // namespace

void terminal_currents(const WireNetwork& network, MatrixView<const double> g_S,
                       std::span<const double> row_V, std::span<const double> column_V,
                       MatrixView<const double> row_u, MatrixView<const double> column_v,
                       std::span<double> row_A, std::span<double> column_A) {
  const std::size_t rows = g_S.rows(), columns = g_S.columns();
  const double row_Ohm = network.rows.r_segment_Ohm, column_Ohm = network.columns.r_segment_Ohm;
  std::ranges::fill(row_A, 0.0);
  std::ranges::fill(column_A, 0.0);
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < columns; ++c) {
      double current_A = g_S(r, c) * (column_v(r, c) - row_u(r, c));
      if (g_S(r, c) * row_Ohm > kShortedAgainstWires)
        current_A = into_wires(network.rows, row_V[r], c, columns,
                               [&](std::size_t k) { return row_u(r, k); });
      else if (g_S(r, c) * column_Ohm > kShortedAgainstWires)
        current_A = -into_wires(network.columns, column_V[c], r, rows,
                                [&](std::size_t k) { return column_v(k, c); });
      row_A[r] += current_A;
      column_A[c] -= current_A;
    }
  // a line that is one node knows only the sum of its cells
  const auto one_node = [](const LineWires& wires) {
    return !wires.is_chain() && !wires.is_fixed();
  };
  if (one_node(network.rows))
    for (std::size_t r = 0; r < rows; ++r)
      row_A[r] = into_terminals(network.rows, row_V[r], row_u(r, 0));
  if (one_node(network.columns))
    for (std::size_t c = 0; c < columns; ++c)
      column_A[c] = into_terminals(network.columns, column_V[c], column_v(0, c));
}

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
  constexpr double enough = 1e10;
  double least_Ohm = std::numeric_limits<double>::infinity();
  for (const LineWires* wires : {&network.rows, &network.columns}) {
    const double r_Ohm = wires->is_chain() ? wires->r_segment_Ohm : wires->r_end_Ohm;
    if (r_Ohm > 0) least_Ohm = std::min(least_Ohm, r_Ohm);
  }
  return least_Ohm == std::numeric_limits<double>::infinity() ? least_Ohm : enough / least_Ohm;
}

}  // namespace nernst
