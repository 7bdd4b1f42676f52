// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/wires/line_solver.h"

#include <algorithm>
#include <cmath>

namespace nernst {

LineSolver::LineSolver(const WireNetwork& network, std::size_t rows, std::size_t columns,
                       double tolerance, const Threads& threads)
    : rows_(rows),
      columns_(columns),
      tolerance_(tolerance),
      threads_(threads),
      column_lines_(network.columns, rows, columns),
      row_lines_(network.rows, columns, rows) {
  NERNST_CHECK(rows > 0 && columns > 0 && tolerance > 0);
  for (PlaneOfNodes* plane : {&column_shunt_, &v_, &column_work_})
    plane->resize(column_lines_.plane().size());
  for (PlaneOfNodes* plane :
       {&row_shunt_, &u_, &residual_, &step_, &direction_, &image_, &product_, &row_work_})
    plane->resize(row_lines_.plane().size());
}

void LineSolver::set_conductances(MatrixView<const double> g_S) {
  NERNST_CHECK(g_S.rows() == rows_ && g_S.columns() == columns_);
  const std::size_t stride = column_lines_.plane().stride, row_stride = row_lines_.plane().stride;
  const double column_scale = column_lines_.scale(), row_scale = row_lines_.scale();
  for (std::size_t r = 0; r < rows_; ++r)
    for (std::size_t c = 0; c < columns_; ++c)
      column_shunt_[r * stride + c] = g_S(r, c) * column_scale;
  constexpr std::size_t block = 8;
  for (std::size_t c0 = 0; c0 < columns_; c0 += block)
    for (std::size_t r = 0; r < rows_; ++r)
      for (std::size_t c = c0; c < std::min(c0 + block, columns_); ++c)
        row_shunt_[c * row_stride + r] = g_S(r, c) * row_scale;
  column_lines_.factor(column_shunt_);
  row_lines_.factor(row_shunt_);
}

double LineSolver::ideal_current_A(std::span<const double> row_V,
                                   std::span<const double> column_V) const {
  const std::size_t stride = column_lines_.plane().stride;
  double sum = 0;
  for (std::size_t r = 0; r < rows_; ++r)
    for (std::size_t c = 0; c < columns_; ++c)
      sum += column_shunt_[r * stride + c] * std::abs(column_V[c] - row_V[r]);
  return sum / column_lines_.scale();
}

void LineSolver::columns_from_rows(std::span<const double> column_V) {
  if (column_lines_.fixed()) return column_lines_.undisturbed(column_V, v_);
  column_lines_.drive(column_V, v_);
  transpose_times(row_lines_.plane(), rows_, u_.data(), column_lines_.plane().stride,
                  column_shunt_.data(), column_work_.data());
  for (std::size_t k = 0; k < v_.size(); ++k) v_[k] += column_work_[k];
  column_lines_.solve(v_, v_);
}

void LineSolver::find_voltages(std::span<const double> row_V, std::span<const double> column_V) {
  NERNST_CHECK(row_V.size() == rows_ && column_V.size() == columns_);
  iterations_ = 0;
  if (row_lines_.fixed()) {
    row_lines_.undisturbed(row_V, u_);
  } else {
    // residual of u = 0
    column_lines_.undisturbed(column_V, v_);
    row_lines_.drive(row_V, residual_);
    transpose_times(column_lines_.plane(), columns_, v_.data(), row_lines_.plane().stride,
                    row_shunt_.data(), row_work_.data());
    for (std::size_t k = 0; k < residual_.size(); ++k) residual_[k] += row_work_[k];
    row_lines_.collect(residual_);
    std::ranges::fill(u_, 0.0);
    const double mean_A =
        ideal_current_A(row_V, column_V) / static_cast<double>(std::max(rows_, columns_));
    conjugate_gradients(tolerance_ * mean_A * row_lines_.scale());
  }
  columns_from_rows(column_V);
}

void LineSolver::conjugate_gradients(double enough) {
  constexpr int most_iterations = 100'000;
  const std::size_t size = u_.size();
  std::ranges::fill(direction_, 0.0);
  std::ranges::fill(image_, 0.0);
  double left = 0, before = 0;
  for (const double r : residual_) left += std::abs(r);
  while (left > enough) {
    NERNST_CHECK(++iterations_ <= most_iterations);
    // direction = T_r^-1 residual + beta direction; T_r direction follows the same recurrence
    row_lines_.solve(residual_, step_);
    const double now = dot_product(size, residual_.data(), step_.data());
    next_direction(size, before > 0 ? now / before : 0, step_.data(), residual_.data(),
                   direction_.data(), image_.data());
    before = now;
    // product = S direction
    transpose_times(row_lines_.plane(), rows_, direction_.data(), column_lines_.plane().stride,
                    column_shunt_.data(), column_work_.data());
    column_lines_.solve(column_work_, column_work_);
    transpose_times(column_lines_.plane(), columns_, column_work_.data(), row_lines_.plane().stride,
                    row_shunt_.data(), row_work_.data());
    const double curvature =
        finish_product(size, image_.data(), row_work_.data(), direction_.data(), product_.data());
    left = take_step(size, now / curvature, direction_.data(), product_.data(), u_.data(),
                     residual_.data());
    if (row_lines_.single_node()) {
      row_lines_.collect(residual_);
      left = 0;
      for (std::size_t r = 0; r < rows_; ++r) left += std::abs(residual_[r]);
    }
  }
}

void LineSolver::row_currents(std::span<double> row_A) const {
  const std::size_t stride = row_lines_.plane().stride,
                    column_stride = column_lines_.plane().stride;
  const double scale = row_lines_.scale();
  for (std::size_t r = 0; r < rows_; ++r) {
    double sum = 0;
    for (std::size_t c = 0; c < columns_; ++c)
      sum += row_shunt_[c * stride + r] * (v_[r * column_stride + c] - u_[c * stride + r]);
    row_A[r] = sum / scale;
  }
}

void LineSolver::column_currents(std::span<double> column_A) const {
  const std::size_t stride = row_lines_.plane().stride,
                    column_stride = column_lines_.plane().stride;
  const double scale = column_lines_.scale();
  std::ranges::fill(column_A, 0.0);
  for (std::size_t r = 0; r < rows_; ++r)
    for (std::size_t c = 0; c < columns_; ++c)
      column_A[c] +=
          column_shunt_[r * column_stride + c] * (u_[c * stride + r] - v_[r * column_stride + c]);
  for (double& current : column_A) current /= scale;
}

void LineSolver::solve(std::span<const double> row_V, std::span<const double> column_V,
                       WireSolution& solution) {
  find_voltages(row_V, column_V);
  solution.row_V = Matrix<double>(rows_, columns_);
  solution.column_V = Matrix<double>(rows_, columns_);
  for (std::size_t r = 0; r < rows_; ++r)
    for (std::size_t c = 0; c < columns_; ++c) {
      solution.row_V(r, c) = u_[c * row_lines_.plane().stride + r];
      solution.column_V(r, c) = v_[r * column_lines_.plane().stride + c];
    }
  solution.row_A.resize(rows_);
  solution.column_A.resize(columns_);
  row_currents(solution.row_A);
  column_currents(solution.column_A);
}

bool LineSolver::together(const BatchLines& lines, std::size_t reads) {
  // a sweep of eight lanes costs as much as an iteration or two of conjugate gradients for one
  // read; past this contraction it needs too many
  constexpr std::size_t fewest_reads = 3;
  constexpr double most_left = 0.9;
  return reads >= fewest_reads && lines.suitable() && lines.contraction() <= most_left;
}

void LineSolver::read(MatrixView<const double> column_V, MatrixView<double> row_A) {
  NERNST_CHECK(column_V.rows() == row_A.rows() && row_A.columns() == rows_);
  const BatchLines lines{column_lines_, row_lines_, column_shunt_};
  if (together(lines, column_V.rows())) {
    iterations_ = read_together(lines, column_V, tolerance_, threads_, row_A);
    return;
  }
  const std::vector<double> ground(rows_);
  int most = 0;
  for (std::size_t b = 0; b < column_V.rows(); ++b) {
    find_voltages(ground, column_V.row(b));
    row_currents(row_A.row(b));
    most = std::max(most, iterations_);
  }
  iterations_ = most;
}

void LineSolver::read_transposed(MatrixView<const double> row_V, MatrixView<double> column_A) {
  NERNST_CHECK(row_V.rows() == column_A.rows() && column_A.columns() == columns_);
  const BatchLines lines{row_lines_, column_lines_, row_shunt_};
  if (together(lines, row_V.rows())) {
    iterations_ = read_together(lines, row_V, tolerance_, threads_, column_A);
    return;
  }
  const std::vector<double> ground(columns_);
  int most = 0;
  for (std::size_t b = 0; b < row_V.rows(); ++b) {
    find_voltages(row_V.row(b), ground);
    column_currents(column_A.row(b));
    most = std::max(most, iterations_);
  }
  iterations_ = most;
}

}  // namespace nernst
