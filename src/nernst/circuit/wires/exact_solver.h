// SPDX-License-Identifier: Apache-2.0
// The direct solver of a crossbar's wires: the sparse nodal matrix and its factor L D L^T.
#pragma once

#include <Eigen/SparseCholesky>
#include <Eigen/SparseCore>
#include <vector>

#include "nernst/circuit/wires/wire_solver.h"

namespace nernst {

class ExactSolver final : public WireSolver {
 public:
  ExactSolver(const WireNetwork& network, std::size_t rows, std::size_t columns);

  void set_conductances(MatrixView<const double> g_S) override;
  void solve(std::span<const double> row_V, std::span<const double> column_V,
             WireSolution& solution) override;
  void read(MatrixView<const double> column_V, MatrixView<double> row_A) override;
  void read_transposed(MatrixView<const double> row_V, MatrixView<double> column_A) override;
  int iterations() const override { return 0; }
  double error() const override { return error_; }
  bool was_exact() const override { return true; }

 private:
  using Vector = Eigen::VectorXd;
  // Voltages to about 32 digits, as two numbers each: what a short lets through hangs on a
  // difference that one number does not hold.
  struct Volts {
    Vector high, low;
    double between(int from, int to) const {
      return (high[from] - high[to]) + (low[from] - low[to]);
    }
    void add(const Vector& change);
  };

  // A conductance between two nodes; a node past the unknown ones is the terminal of a line. (The
  // node of a crossing that is a terminal stays unused.)
  struct Branch {
    int from, to;
    double g_S;
  };
  // Fills branches_ from cells and wires.
  void lay_out();
  int row_node(std::size_t r, std::size_t c) const;
  int column_node(std::size_t r, std::size_t c) const;
  void factor();
  // The voltages at the crossings (row_u_ and column_v_), refined with the currents' own imbalance
  // until that changes no current any more; and these currents. Takes note of the error, and throws
  // ConfigError where that stays large.
  void find(std::span<const double> row_V, std::span<const double> column_V,
            std::span<double> row_A, std::span<double> column_A);
  // What flows into each unknown node.
  Vector imbalance(const Volts& volts) const;
  // The sum of its magnitudes, without what is rounding.
  double unbalanced(const Volts& volts) const;
  void currents(const Volts& volts, std::span<double> row_A, std::span<double> column_A) const;
  [[noreturn]] void refuse() const;

  WireNetwork network_;
  std::size_t rows_, columns_;
  int unknown_ = 0;
  Matrix<double> g_S_, row_u_, column_v_;
  double error_ = 0, most_S_ = 0;
  std::vector<Branch> branches_;
  bool analysed_ = false;
  Eigen::SimplicialLDLT<Eigen::SparseMatrix<double>> factor_;
};

}  // namespace nernst
