// SPDX-License-Identifier: Apache-2.0
// The iterative solver of a crossbar's wires.
//
// With v and u the voltages on column and row lines, G the cells (diagonal), T_c and T_r the lines
// with the cells as shunts:
//   T_c v - G u = f_c,  T_r u - G v = f_r.
// Eliminating v leaves S u = f_r + G T_c^-1 f_c with S = T_r - G T_c^-1 G, symmetric and positive.
// Conjugate gradients with T_r as the preconditioner need one solution of all row lines and one of
// all column lines for each iteration. The residual is a current into the row nodes; what it leaves
// out at all terminals together is at most the sum of its magnitudes, which bounds the error. It is
// judged by the currents that flow: where these are much smaller than with ideal wires the
// iteration goes on, and what it does not reach (shorts, lines that are nearly cut) is solved
// directly.
//
// Reads that come several at a time take the plain iteration of batch_read.h where the lines lose
// so little that it needs few terms.
#pragma once

#include <memory>
#include <vector>

#include "nernst/base/threads.h"
#include "nernst/circuit/wires/batch_read.h"
#include "nernst/circuit/wires/chains.h"
#include "nernst/circuit/wires/exact_solver.h"
#include "nernst/circuit/wires/wire_solver.h"

namespace nernst {

class LineSolver final : public WireSolver {
 public:
  LineSolver(const WireNetwork& network, std::size_t rows, std::size_t columns, double tolerance,
             const Threads& threads);

  void set_conductances(MatrixView<const double> g_S) override;
  void solve(std::span<const double> row_V, std::span<const double> column_V,
             WireSolution& solution) override;
  void read(MatrixView<const double> column_V, MatrixView<double> row_A) override;
  void read_transposed(MatrixView<const double> row_V, MatrixView<double> column_A) override;
  int iterations() const override { return iterations_; }
  double error() const override { return error_; }
  bool was_exact() const override { return was_exact_; }

 private:
  // Whether a batch is better read together.
  static bool together(const BatchLines& lines, std::size_t reads);
  // Finds u_ and v_, and the currents; false where that does not succeed to the tolerance.
  bool find(std::span<const double> row_V, std::span<const double> column_V,
            std::span<double> row_A, std::span<double> column_A);
  // From u_ and its residual_; false where it does not get there. Leaves the sum of |residual_| in
  // left_.
  bool conjugate_gradients(double enough, int most_iterations);
  // residual_ and left_ from u_ and v_ themselves.
  void find_residual(std::span<const double> row_V);
  void currents(std::span<double> row_A, std::span<double> column_A) const;
  // What rounding leaves of a terminal current. A node's sum of conductances is rounded, which is a
  // leak of that part of it to ground; the leaks of all nodes are taken as independent, and each as
  // reaching the terminal whole.
  double rounding_A() const;
  // The same for a volt on every node.
  double rounding_S() const;
  // Where rounding alone leaves more, the exact solver is asked.
  double most_error() const {
    constexpr double most_rounding = 1e-7;
    return std::max(tolerance_, most_rounding);
  }
  // For what find() does not do; made when it is needed.
  ExactSolver& exact();
  // v_ = T_c^-1 (f_c + G u), f_c from the terminals of the columns.
  void columns_from_rows(std::span<const double> column_V);
  // The sum over outputs of the current that ideal wires would bring.
  double ideal_current_A(std::span<const double> row_V, std::span<const double> column_V) const;
  void row_currents(std::span<double> row_A) const;
  void column_currents(std::span<double> column_A) const;

  std::size_t rows_, columns_;
  double tolerance_;
  Threads threads_;
  // nodes of column lines stand row by row, as the cells do; those of row lines column by column
  Chains column_lines_, row_lines_;
  PlaneOfNodes column_shunt_, row_shunt_;  // the cells, in the units of their lines
  PlaneOfNodes v_, u_;
  PlaneOfNodes residual_, step_, direction_, image_, product_, row_work_, column_work_;
  WireNetwork network_;
  Matrix<double> g_S_;
  bool shorts_ = false;  // whether a cell conducts better than its wires
  std::unique_ptr<ExactSolver> exact_;
  int iterations_ = 0;
  double left_ = 0, error_ = 0;
  bool was_exact_ = false;
};

}  // namespace nernst
