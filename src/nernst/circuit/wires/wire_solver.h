// SPDX-License-Identifier: Apache-2.0
// Solves the network of a crossbar: what reaches every cell, and what flows out of every line.
//
// Two methods for one problem. `exact` factors the sparse nodal matrix and keeps the factor.
// `lines` iterates: column lines are eliminated line by line, and conjugate gradients,
// preconditioned by the row lines, solve for the voltages on the rows; all lines of a kind are
// solved side by side in vector lanes, or, of a batch of reads through good lines, the reads. With
// either, cells that stay as they are and are read more often than the array has lines are read
// from a kept matrix of currents per volt.
#pragma once

#include <memory>
#include <span>

#include "nernst/base/matrix_view.h"
#include "nernst/base/threads.h"
#include "nernst/circuit/wires/network.h"

namespace nernst {

enum class WireMethod { automatic, exact, lines };

struct WireSolverSpec {
  WireMethod method = WireMethod::automatic;
  // Of `lines`: every terminal current is right to within `tolerance` of the mean current of a line
  // (see mean_current), as it really flows and not more than ideal wires would bring. What the
  // iteration does not solve to that is solved by `exact`.
  double tolerance = 1e-9;
  Threads threads = Threads();  // that the reads of a batch are shared over
};

class WireSolver {
 public:
  virtual ~WireSolver() = default;

  // Takes the conductances, rows x columns, all finite and at least 0 (see check_conductances);
  // before anything else.
  virtual void set_conductances(MatrixView<const double> g_S) = 0;

  // Voltages and currents with these voltages, one for each line, at the terminals of the rows and
  // of the columns. `solution` gets its sizes here.
  virtual void solve(std::span<const double> row_V, std::span<const double> column_V,
                     WireSolution& solution) = 0;

  // Row currents for voltages on the columns, the rows being at 0 V: column_V is B x columns,
  // row_A is B x rows. The work that the reads have in common is done once.
  virtual void read(MatrixView<const double> column_V, MatrixView<double> row_A) = 0;

  // Column currents for voltages on the rows: row_V is B x rows, column_A is B x columns.
  virtual void read_transposed(MatrixView<const double> row_V, MatrixView<double> column_A) = 0;

  // Amperes out of row i for a volt on column j, which, by reciprocity, are those out of column j
  // for a volt on row i: rows x columns, as ideal wires would make it the conductances themselves.
  // Reads a volt on one line after the other, of the kind of which there are fewer.
  virtual void effective_conductances(MatrixView<double> g_S);

  // Iterations of the last solve or read (the most of a batch; where a kept matrix was read, those
  // of making it); 0 for a direct method.
  virtual int iterations() const = 0;

  // Of the last solve, or the largest of the last reads: the error of a terminal current over the
  // mean current, kLeastError at least. Of `lines` the bound that the iteration stopped by, or what
  // rounding leaves; of `exact` what further refinements would still change.
  virtual double error() const = 0;
  // Whether that was solved by `exact`, by choice or since `lines` did not do.
  virtual bool was_exact() const = 0;
};

// A solver for arrays of this size. `automatic` takes `exact` up to 256 cells and `lines` for
// anything larger.
std::unique_ptr<WireSolver> make_wire_solver(const WireNetwork& network, std::size_t rows,
                                             std::size_t columns, const WireSolverSpec& spec);

}  // namespace nernst
