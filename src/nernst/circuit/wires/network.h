// SPDX-License-Identifier: Apache-2.0
// A crossbar as an electrical network: cells between row lines and column lines, each line a chain
// of equal wire segments that ends in terminals.
//
//   row line i:     terminal -- r_row_end -- r_row -- (i,0) -- r_row -- (i,1) -- ... -- (i,C-1)
//   column line j:  terminal -- r_column_end -- r_column -- (0,j) -- r_column -- (1,j) -- ...
//   cell (i,j):     g_S(i,j) from the node of column line j to the node of row line i
//
// A terminal is a voltage source: of an input line its driver, of an output line the virtual ground
// of its amplifier. Between a terminal and the crossing next to it lie one segment (unless it is
// left out) and the resistance of the end.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "nernst/base/matrix_view.h"

namespace nernst {

// Where a line has a terminal: at its crossing 0, at its last one, or at both.
enum class LineEnds { first, last, both };

struct LineWires {
  double r_segment_Ohm = 1;  // between two crossings; 0 = the line is one node
  double r_end_Ohm = 0;      // of the driver or of the sense amplifier
  LineEnds ends = LineEnds::first;
  bool end_segment = true;  // whether a segment lies between a terminal and the crossing next to it
  // A chain of nodes; without segments one node; without any resistance its terminals.
  bool is_chain() const { return r_segment_Ohm > 0; }
  bool is_fixed() const { return !is_chain() && r_end_Ohm == 0; }
  // Between a terminal and the crossing next to it.
  double r_terminal_Ohm() const { return (end_segment ? r_segment_Ohm : 0) + r_end_Ohm; }
  // Whether that crossing of a chain is the terminal itself, and stands at its voltage.
  bool is_held() const { return is_chain() && r_terminal_Ohm() == 0; }
  bool is_held_at(std::size_t crossing, std::size_t crossings) const {
    return is_held() && ((crossing == 0 && ends != LineEnds::last) ||
                         (crossing + 1 == crossings && ends != LineEnds::first));
  }
  friend bool operator==(const LineWires&, const LineWires&) = default;
};

struct WireNetwork {
  LineWires rows, columns;
  friend bool operator==(const WireNetwork&, const WireNetwork&) = default;
};

// Node voltages and terminal currents.
struct WireSolution {
  Matrix<double> row_V, column_V;  // rows x columns, of the nodes at each crossing
  // Out of each line into its terminals: positive where a sense amplifier takes it, negative where
  // a driver brings it.
  std::vector<double> row_A, column_A;
};

// Throws ConfigError unless every conductance of `g_S` is finite and at least 0. An exact 0 is an
// open cell, and so is every cell of a line without one that conducts, which carries nothing; both
// need `open_cells`. `where` names the array; rows and columns are counted from 0.
enum class OpenCells { refused, allowed };
void check_conductances(MatrixView<const double> g_S, OpenCells open_cells,
                        const std::string& where);

// Throws ConfigError for a resistance of a wire or of the end of a line that is neither 0 nor from
// 1 uOhm to 1 GOhm.
void check_resistance(double r_Ohm, const std::string& field);

}  // namespace nernst
