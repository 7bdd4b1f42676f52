// SPDX-License-Identifier: Apache-2.0
// All reads of a crossbar in one matrix, and the power that its drivers bring.
#pragma once

#include <array>

#include "nernst/circuit/wires/wire_solver.h"

namespace nernst {

// Power that the drivers of a crossbar bring, over V^2.
struct CrossbarPower {
  double ideal_S = 0;     // with ideal wires, all lines driven by 1 V
  double together_S = 0;  // all lines driven by 1 V
  double random_S = 0;    // what voltages of +-1 V bring that have nothing to do with each other
  double error = 0;       // of the solution, see WireSolver
  CrossbarPower& operator+=(const CrossbarPower& other) {
    error = error > other.error ? error : other.error;
    ideal_S += other.ideal_S;
    together_S += other.together_S;
    random_S += other.random_S;
    return *this;
  }
};

// Solves a crossbar for reads in which one kind of line is driven and the other at ground:
// effective_S becomes its effective conductances (see WireSolver). Returns the power with columns
// driven, and with rows.
std::array<CrossbarPower, 2> solve_crossbar(const WireNetwork& network, const Matrix<double>& g_S,
                                            const WireSolverSpec& spec,
                                            Matrix<double>& effective_S);

}  // namespace nernst
