// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/wires/wire_solver.h"

#include <algorithm>
#include <utility>

#include "nernst/base/matrix_product.h"
#include "nernst/circuit/wires/exact_solver.h"
#include "nernst/circuit/wires/line_solver.h"
#include "nernst/circuit/wires/terminal_currents.h"

namespace nernst {

void WireSolver::effective_conductances(MatrixView<double> g_S) {
  const bool by_row = g_S.rows() <= g_S.columns();
  const std::size_t lines = by_row ? g_S.rows() : g_S.columns();
  Matrix<double> volts(lines, lines);
  for (std::size_t k = 0; k < lines; ++k) volts(k, k) = 1;
  if (by_row) return read_transposed(volts.view(), g_S);
  Matrix<double> by_columns(lines, g_S.rows());
  read(volts.view(), by_columns.view());
  for (std::size_t r = 0; r < g_S.rows(); ++r)
    for (std::size_t c = 0; c < lines; ++c) g_S(r, c) = by_columns(c, r);
}

namespace {

// Another solver, and the matrix of currents per volt once reads of unchanged cells have cost about
// as much as making it: at worst twice the work of the better choice.
class KeepingSolver final : public WireSolver {
 public:
  KeepingSolver(std::unique_ptr<WireSolver> solver, const WireNetwork& network, std::size_t rows,
                std::size_t columns)
      : solver_(std::move(solver)),
        most_S_(largest_useful_S(network)),
        rows_(rows),
        columns_(columns) {}

  void set_conductances(MatrixView<const double> g_S) override {
    limited_ = false;
    Matrix<double> limited(rows_, columns_);
    for (std::size_t r = 0; r < rows_; ++r)
      for (std::size_t c = 0; c < columns_; ++c) {
        limited(r, c) = std::min(g_S(r, c), most_S_);
        limited_ = limited_ || g_S(r, c) > most_S_;
      }
    solver_->set_conductances(limited.view());
    reads_ = 0;
    kept_ = Matrix<double>();
  }
  void solve(std::span<const double> row_V, std::span<const double> column_V,
             WireSolution& solution) override {
    solver_->solve(row_V, column_V, solution);
  }
  void read(MatrixView<const double> column_V, MatrixView<double> row_A) override {
    if (!keep(column_V.rows())) return solver_->read(column_V, row_A);
    multiply(kept_.view(), column_V, row_A);
  }
  void read_transposed(MatrixView<const double> row_V, MatrixView<double> column_A) override {
    if (!keep(row_V.rows())) return solver_->read_transposed(row_V, column_A);
    multiply_transposed(kept_.view(), row_V, column_A);
  }
  void effective_conductances(MatrixView<double> g_S) override {
    fill();
    for (std::size_t r = 0; r < rows_; ++r) std::ranges::copy(kept_.row(r), g_S.row(r).begin());
  }
  int iterations() const override { return solver_->iterations(); }
  double error() const override {
    if (!limited_) return solver_->error();
    // (a line that carries all carries this many times the mean; and the wires on both sides of a
    // short may each be two side by side)
    const auto lines = static_cast<double>(std::max(rows_, columns_));
    return solver_->error() + 4 * lines * kLeftOfShorts;
  }
  bool was_exact() const override { return solver_->was_exact(); }

 private:
  void fill() {
    if (kept_.rows() != 0) return;
    kept_ = Matrix<double>(rows_, columns_);
    solver_->effective_conductances(kept_.view());
  }
  bool keep(std::size_t reads) {
    reads_ += reads;
    if (reads_ < std::min(rows_, columns_)) return false;
    fill();
    return true;
  }

  std::unique_ptr<WireSolver> solver_;
  double most_S_;
  bool limited_ = false;  // whether a short was taken for a smaller one
  std::size_t rows_, columns_;
  std::size_t reads_ = 0;  // since the cells changed
  Matrix<double> kept_;
};

}  // namespace

std::unique_ptr<WireSolver> make_wire_solver(const WireNetwork& network, std::size_t rows,
                                             std::size_t columns, const WireSolverSpec& spec) {
  constexpr std::size_t most_exact_cells = 16 * 16;
  const bool exact = spec.method == WireMethod::exact ||
                     (spec.method == WireMethod::automatic && rows * columns <= most_exact_cells);
  std::unique_ptr<WireSolver> solver;
  if (exact) {
    solver = std::make_unique<ExactSolver>(network, rows, columns);
  } else {
    solver = std::make_unique<LineSolver>(network, rows, columns, spec.tolerance, spec.threads);
  }
  return std::make_unique<KeepingSolver>(std::move(solver), network, rows, columns);
}

}  // namespace nernst
