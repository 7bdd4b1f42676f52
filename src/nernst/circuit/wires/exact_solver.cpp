// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/wires/exact_solver.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "nernst/base/error.h"
#include "nernst/base/interruption.h"
#include "nernst/circuit/wires/terminal_currents.h"

namespace nernst {

namespace {

std::size_t unknowns(const LineWires& wires, std::size_t lines, std::size_t crossings) {
  return wires.is_fixed() ? 0 : wires.is_chain() ? lines * crossings : lines;
}

}  // namespace

ExactSolver::ExactSolver(const WireNetwork& network, std::size_t rows, std::size_t columns)
    : network_(network),
      rows_(rows),
      columns_(columns),
      g_S_(rows, columns),
      row_u_(rows, columns),
      column_v_(rows, columns) {
  NERNST_CHECK(rows > 0 && columns > 0);
  unknown_ = static_cast<int>(unknowns(network.rows, rows, columns) +
                              unknowns(network.columns, columns, rows));
}

// Unknown nodes: those of the row lines, then those of the column lines; after them the terminals
// of the rows and of the columns.
int ExactSolver::row_node(std::size_t r, std::size_t c) const {
  if (network_.rows.is_fixed() || network_.rows.is_held_at(c, columns_))
    return unknown_ + static_cast<int>(r);
  return static_cast<int>(network_.rows.is_chain() ? r * columns_ + c : r);
}

int ExactSolver::column_node(std::size_t r, std::size_t c) const {
  if (network_.columns.is_fixed() || network_.columns.is_held_at(r, rows_))
    return unknown_ + static_cast<int>(rows_ + c);
  const std::size_t first = unknowns(network_.rows, rows_, columns_);
  return static_cast<int>(first + (network_.columns.is_chain() ? r * columns_ + c : c));
}

void ExactSolver::lay_out() {
  branches_.clear();
  for (std::size_t r = 0; r < rows_; ++r)
    for (std::size_t c = 0; c < columns_; ++c)
      branches_.push_back({column_node(r, c), row_node(r, c), g_S_(r, c)});
  // the wires of one line, its nodes given by their number
  const auto line = [&](const LineWires& wires, std::size_t crossings, int terminal,
                        const auto& node) {
    if (wires.is_fixed()) return;
    if (!wires.is_held()) {
      const double end_S = 1 / wires.r_terminal_Ohm();
      if (wires.ends != LineEnds::last) branches_.push_back({terminal, node(0), end_S});
      if (wires.ends != LineEnds::first)
        branches_.push_back({terminal, node(crossings - 1), end_S});
    }
    if (!wires.is_chain()) return;
    for (std::size_t k = 1; k < crossings; ++k)
      branches_.push_back({node(k - 1), node(k), 1 / wires.r_segment_Ohm});
  };
  for (std::size_t r = 0; r < rows_; ++r)
    line(network_.rows, columns_, unknown_ + static_cast<int>(r),
         [&](std::size_t c) { return row_node(r, c); });
  for (std::size_t c = 0; c < columns_; ++c)
    line(network_.columns, rows_, unknown_ + static_cast<int>(rows_ + c),
         [&](std::size_t r) { return column_node(r, c); });
}

void ExactSolver::set_conductances(MatrixView<const double> g_S) {
  NERNST_CHECK(g_S.rows() == rows_ && g_S.columns() == columns_);
  for (std::size_t r = 0; r < rows_; ++r) std::ranges::copy(g_S.row(r), g_S_.row(r).begin());
  most_S_ = std::ranges::max(g_S_.values());
  lay_out();
  factor();
}

void ExactSolver::factor() {
  if (unknown_ == 0) return;
  std::vector<Eigen::Triplet<double>> entries;
  entries.reserve(branches_.size() * 3);
  for (const Branch& branch : branches_) {
    if (branch.from < unknown_) entries.emplace_back(branch.from, branch.from, branch.g_S);
    if (branch.to < unknown_) entries.emplace_back(branch.to, branch.to, branch.g_S);
    // the lower triangle is all that the factorisation reads
    if (branch.from < unknown_ && branch.to < unknown_)
      entries.emplace_back(std::max(branch.from, branch.to), std::min(branch.from, branch.to),
                           -branch.g_S);
  }
  std::vector<bool> used(static_cast<std::size_t>(unknown_));
  for (const auto& entry : entries) used[static_cast<std::size_t>(entry.row())] = true;
  for (int node = 0; node < unknown_; ++node)
    if (!used[static_cast<std::size_t>(node)]) entries.emplace_back(node, node, 1.0);
  Eigen::SparseMatrix<double> matrix(unknown_, unknown_);
  matrix.setFromTriplets(entries.begin(), entries.end());
  // the pattern is that of the array's shape
  if (!analysed_) factor_.analyzePattern(matrix);
  analysed_ = true;
  factor_.factorize(matrix);
  if (factor_.info() != Eigen::Success) refuse();
}

void ExactSolver::refuse() const {
  const auto [least, most] = std::ranges::minmax(g_S_.values());
  throw ConfigError(
      "the array", fmt::format("{:.3g} to {:.3g} S", least, most),
      "is what its cells conduct, which beside these wires differs by more than double precision "
      "can solve; give shorts a smaller conductance, or wires more resistance");
}

void ExactSolver::Volts::add(const Vector& change) {
  for (Eigen::Index k = 0; k < change.size(); ++k) {
    // the sum, and what it rounds off (Knuth 1969, volume 2)
    const double sum = high[k] + change[k], part = sum - high[k];
    const double lost = (high[k] - (sum - part)) + (change[k] - part) + low[k];
    high[k] = sum + lost;
    low[k] = lost - (high[k] - sum);
  }
}

ExactSolver::Vector ExactSolver::imbalance(const Volts& volts) const {
  Vector into = Vector::Zero(unknown_);
  for (const Branch& branch : branches_) {
    const double current_A = branch.g_S * volts.between(branch.from, branch.to);
    if (branch.from < unknown_) into[branch.from] -= current_A;
    if (branch.to < unknown_) into[branch.to] += current_A;
  }
  return into;
}

double ExactSolver::unbalanced(const Volts& volts) const {
  // (the sums of currents at the nodes round, too)
  constexpr double rounding = 0x1p-51;
  double sum = 0, through = 0;
  for (const Branch& branch : branches_)
    through += std::abs(branch.g_S * volts.between(branch.from, branch.to));
  for (const double into : imbalance(volts)) sum += std::abs(into);
  return std::max(0.0, sum - rounding * through);
}

void ExactSolver::find(std::span<const double> row_V, std::span<const double> column_V,
                       std::span<double> row_A, std::span<double> column_A) {
  NERNST_CHECK(row_V.size() == rows_ && column_V.size() == columns_ && !branches_.empty());
  constexpr int most_passes = 60;
  constexpr double enough = 1e-14, too_much = 1e-6;
  const int nodes = unknown_ + static_cast<int>(rows_ + columns_);
  Volts volts{Vector::Zero(nodes), Vector::Zero(nodes)};
  for (std::size_t r = 0; r < rows_; ++r) volts.high[unknown_ + static_cast<int>(r)] = row_V[r];
  for (std::size_t c = 0; c < columns_; ++c)
    volts.high[unknown_ + static_cast<int>(rows_ + c)] = column_V[c];
  std::vector<double> before_row(rows_), before_column(columns_);
  // The factor is that of a rounded matrix. Each pass leaves a part of the error that the one
  // before left; that part, as it is seen, bounds what all passes to come would still change.
  double error = 0, change_before = 0;
  for (int pass = 0; pass < most_passes; ++pass) {
    heed_interruption();
    if (unknown_ > 0) volts.add(factor_.solve(imbalance(volts)));
    currents(volts, row_A, column_A);
    if (unknown_ == 0) break;
    double change = 0;
    for (std::size_t r = 0; r < rows_; ++r)
      change = std::max(change, std::abs(row_A[r] - before_row[r]));
    for (std::size_t c = 0; c < columns_; ++c)
      change = std::max(change, std::abs(column_A[c] - before_column[c]));
    const double mean = mean_current(row_A, column_A);
    change = mean > 0 ? change / mean : 0;
    const double left = pass > 1 && change_before > 0 ? change / change_before : 0;
    // (a change that no longer shrinks is rounding)
    error = left < 1 ? change / (1 - left) : change;
    if (pass > 0 && (error <= enough || (change <= enough && left >= 1))) break;
    if (!std::isfinite(change)) break;
    change_before = change;
    std::ranges::copy(row_A, before_row.begin());
    std::ranges::copy(column_A, before_column.begin());
  }
  // A factor that has lost the wires beside a short hardly changes anything any more. What does not
  // balance says it: at all terminals together no more than that is left out.
  if (const double mean = mean_current(row_A, column_A); unknown_ > 0 && mean > 0)
    error = std::max(error, unbalanced(volts) / mean);
  // (what overflows is the caller's to see)
  if (std::isfinite(error) && error > too_much) refuse();
  // what two numbers of 53 bits still round off of a voltage goes through the best cell
  constexpr double last_bits = 0x1p-102;
  const double most_V = std::max(volts.high.maxCoeff(), -volts.high.minCoeff());
  const double mean = mean_current(row_A, column_A);
  const double rounding = mean > 0 ? last_bits * most_V * most_S_ / mean : 0;
  error_ = std::max({error_, kLeastError, error, rounding});
  for (std::size_t r = 0; r < rows_; ++r)
    for (std::size_t c = 0; c < columns_; ++c) {
      row_u_(r, c) = volts.high[row_node(r, c)];
      column_v_(r, c) = volts.high[column_node(r, c)];
    }
}

void ExactSolver::currents(const Volts& volts, std::span<double> row_A,
                           std::span<double> column_A) const {
  std::ranges::fill(row_A, 0.0);
  std::ranges::fill(column_A, 0.0);
  // (branches_ begins with the cells)
  std::size_t k = 0;
  for (std::size_t r = 0; r < rows_; ++r)
    for (std::size_t c = 0; c < columns_; ++c, ++k) {
      const Branch& cell = branches_[k];
      const double current_A = cell.g_S * volts.between(cell.from, cell.to);
      row_A[r] += current_A;
      column_A[c] -= current_A;
    }
}

void ExactSolver::solve(std::span<const double> row_V, std::span<const double> column_V,
                        WireSolution& solution) {
  solution.row_A.resize(rows_);
  solution.column_A.resize(columns_);
  error_ = 0;
  find(row_V, column_V, solution.row_A, solution.column_A);
  solution.row_V = row_u_;
  solution.column_V = column_v_;
}

void ExactSolver::read(MatrixView<const double> column_V, MatrixView<double> row_A) {
  NERNST_CHECK(column_V.rows() == row_A.rows() && row_A.columns() == rows_);
  const std::vector<double> ground(rows_);
  std::vector<double> column_A(columns_);
  error_ = 0;
  for (std::size_t b = 0; b < column_V.rows(); ++b)
    find(ground, column_V.row(b), row_A.row(b), column_A);
}

void ExactSolver::read_transposed(MatrixView<const double> row_V, MatrixView<double> column_A) {
  NERNST_CHECK(row_V.rows() == column_A.rows() && column_A.columns() == columns_);
  const std::vector<double> ground(columns_);
  std::vector<double> row_A(rows_);
  error_ = 0;
  for (std::size_t b = 0; b < row_V.rows(); ++b) find(row_V.row(b), ground, row_A, column_A.row(b));
}

}  // namespace nernst
