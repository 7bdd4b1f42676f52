// SPDX-License-Identifier: Apache-2.0
// Several reads of one crossbar, the driven lines of one kind at their voltages and the output
// lines at ground: by plain iteration, eight reads side by side.
//
// With v and u the voltages on driven and on output lines (see line_solver.h), M = T_o^-1 G T_d^-1
// G and u_0 = T_o^-1 G T_d^-1 f, the iteration u <- u_0 + M u adds up u_0 + M u_0 + M^2 u_0 + ...
// Each term is one sweep over the output lines, in which the substitution of the driven lines for
// one term, the solution of the output lines and the elimination of the driven lines for the next
// term pass through the cache once; sweeps go to and fro. The sum of the magnitudes of the currents
// that a term brings bounds what is left out at all terminals, and falls from one term to the next
// by at least the contraction of the lines.
#pragma once

#include "nernst/base/matrix_view.h"
#include "nernst/base/threads.h"
#include "nernst/circuit/wires/chains.h"

namespace nernst {

// The lines that a batch of reads goes through.
struct BatchLines {
  const Chains& driven;
  const Chains& outputs;
  const PlaneOfNodes& shunt;  // the cells, in the plane and units of the driven lines
  double rounding_S = 0;      // what rounding leaves of a terminal current, for each volt
  // Whether both kinds are chains, with resistance before their crossings, so that read_together
  // can be used.
  bool suitable() const {
    return driven.is_chain() && outputs.is_chain() && !driven.held() && !outputs.held();
  }
  // A bound below 1 of what a term of the iteration leaves of the one before: where driven and
  // output lines lose the parts a and b of a volt at most, it is a b.
  double contraction() const { return driven.most_lost() * outputs.most_lost(); }
};

// The error of a current that rounding leaves so much of, over the mean current: kLeastError at
// least.
double part_rounded(double rounding_A, double mean_A);

// What a batch took: the most sweeps of a read, and for each read a bound of its error, rounding
// included, over the mean current.
struct BatchOutcome {
  int sweeps = 0;
  std::vector<double> errors;
};

// output_A (B x output lines) for driven_V (B x driven lines, all finite), to `tolerance` (see
// WireSolverSpec). A read has the same bits whatever others are in the batch.
BatchOutcome read_together(const BatchLines& lines, MatrixView<const double> driven_V,
                           double tolerance, const Threads& threads, MatrixView<double> output_A);

}  // namespace nernst
