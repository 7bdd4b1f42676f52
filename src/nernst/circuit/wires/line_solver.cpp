// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/wires/line_solver.h"

#include <algorithm>
#include <cmath>

#include "nernst/base/interruption.h"
#include "nernst/circuit/wires/terminal_currents.h"

namespace nernst {

namespace {

// of the sums and products at a node, a few of half a unit in the last place
constexpr double kRoundingOfNode = 0x1p-51;

}  // namespace

LineSolver::LineSolver(const WireNetwork& network, std::size_t rows, std::size_t columns,
                       double tolerance, const Threads& threads)
    : rows_(rows),
      columns_(columns),
      tolerance_(tolerance),
      threads_(threads),
      column_lines_(network.columns, rows, columns),
      row_lines_(network.rows, columns, rows),
      network_(network) {
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
  g_S_ = Matrix<double>(rows_, columns_);
  for (std::size_t r = 0; r < rows_; ++r) std::ranges::copy(g_S.row(r), g_S_.row(r).begin());
  const double r_Ohm = std::max({network_.rows.r_segment_Ohm, network_.columns.r_segment_Ohm,
                                 network_.rows.r_end_Ohm, network_.columns.r_end_Ohm});
  shorts_ =
      std::ranges::any_of(g_S_.values(), [r_Ohm](double cell_S) { return cell_S * r_Ohm > 2; });
  exact_.reset();
}

double LineSolver::rounding_S() const {
  const auto of_plane = [](const Chains& lines, const PlaneOfNodes& shunt, std::size_t count) {
    const double wire = lines.is_chain() ? 2 : 0;
    double sum = 0;
    for (std::size_t k = 0; k < lines.plane().nodes; ++k)
      for (std::size_t l = 0; l < count; ++l) {
        const double all = shunt[k * lines.plane().stride + l] + wire;
        sum += all * all;
      }
    return sum / (lines.scale() * lines.scale());
  };
  return kRoundingOfNode * std::sqrt(of_plane(row_lines_, row_shunt_, rows_) +
                                     of_plane(column_lines_, column_shunt_, columns_));
}

double LineSolver::rounding_A() const {
  const auto of_plane = [](const Chains& lines, const PlaneOfNodes& shunt,
                           const PlaneOfNodes& volts, std::size_t count) {
    if (lines.fixed()) return 0.0;
    const double wire = lines.is_chain() ? 2 : 0;
    const std::size_t nodes = lines.plane().nodes;
    double sum = 0;
    for (std::size_t k = 0; k < nodes; ++k) {
      double ends = 0;
      if (k == 0 && !lines.held()) ends += lines.first();
      if (k + 1 == nodes && !lines.held()) ends += lines.last();
      for (std::size_t l = 0; l < count; ++l) {
        const std::size_t at = k * lines.plane().stride + l;
        const double leak = (shunt[at] + wire + ends) * volts[at];
        sum += leak * leak;
      }
    }
    return sum / (lines.scale() * lines.scale());
  };
  return kRoundingOfNode * std::sqrt(of_plane(row_lines_, row_shunt_, u_, rows_) +
                                     of_plane(column_lines_, column_shunt_, v_, columns_));
}

ExactSolver& LineSolver::exact() {
  if (!exact_) {
    exact_ = std::make_unique<ExactSolver>(network_, rows_, columns_);
    exact_->set_conductances(g_S_.view());
  }
  return *exact_;
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
  column_lines_.hold(column_V, v_);
}

bool LineSolver::find(std::span<const double> row_V, std::span<const double> column_V,
                      std::span<double> row_A, std::span<double> column_A) {
  NERNST_CHECK(row_V.size() == rows_ && column_V.size() == columns_);
  iterations_ = 0;
  if (row_lines_.fixed()) {
    row_lines_.undisturbed(row_V, u_);
    columns_from_rows(column_V);
    currents(row_A, column_A);
    const double mean_A = mean_current(row_A, column_A);
    const double rounded = part_rounded(rounding_A(), mean_A);
    if (!std::isfinite(mean_A) || rounded > most_error()) return false;
    error_ = std::max(error_, rounded);
    return true;
  }
  // residual of u = 0, but where terminals hold it
  std::ranges::fill(u_, 0.0);
  row_lines_.hold(row_V, u_);
  if (row_lines_.held())
    columns_from_rows(column_V);
  else
    column_lines_.undisturbed(column_V, v_);
  row_lines_.drive(row_V, residual_);
  transpose_times(column_lines_.plane(), columns_, v_.data(), row_lines_.plane().stride,
                  row_shunt_.data(), row_work_.data());
  for (std::size_t k = 0; k < residual_.size(); ++k) residual_[k] += row_work_[k];
  row_lines_.collect(residual_);
  row_lines_.clear_held(residual_);
  const double scale = row_lines_.scale();
  const double ideal_A =
      ideal_current_A(row_V, column_V) / static_cast<double>(std::max(rows_, columns_));

  // first as if the wires took little, then by what flows, from the residual that is really there
  constexpr int most_rounds = 3, most_iterations = 2000;
  double enough_A = tolerance_ * ideal_A;
  for (int round = 0; round < most_rounds; ++round) {
    if (!conjugate_gradients(enough_A * scale, most_iterations)) return false;
    columns_from_rows(column_V);
    currents(row_A, column_A);
    const double mean_A = mean_current(row_A, column_A);
    if (!std::isfinite(mean_A)) return false;
    const double rounded = part_rounded(rounding_A(), mean_A);
    if (rounded > most_error()) return false;
    enough_A = tolerance_ * std::min(ideal_A, mean_A);
    // (of an ordinary array the residual that was carried along is near enough to stop by)
    const bool carried = !shorts_ && round == 0;
    if (!carried) find_residual(row_V);
    const double left_A = left_ / scale;
    if (left_A <= enough_A) {
      error_ = std::max({error_, rounded, mean_A > 0 ? left_A / mean_A : 0});
      return true;
    }
    if (carried) find_residual(row_V);
  }
  return false;
}

void LineSolver::find_residual(std::span<const double> row_V) {
  const std::size_t stride = row_lines_.plane().stride,
                    column_stride = column_lines_.plane().stride;
  const bool chain = row_lines_.is_chain();
  // (what is next to a held node has its terminal for a neighbour)
  const double first = row_lines_.held() ? 0 : row_lines_.first();
  const double last = row_lines_.held() ? 0 : row_lines_.last();
  std::ranges::fill(residual_, 0.0);
  left_ = 0;
  for (std::size_t r = 0; r < rows_; ++r) {
    double of_line = 0;
    for (std::size_t c = 0; c < columns_; ++c) {
      if (row_lines_.is_held_at(c)) continue;
      const std::size_t k = c * stride + r;
      double into = row_shunt_[k] * (v_[r * column_stride + c] - u_[k]);
      if (chain && c > 0) into += u_[k - stride] - u_[k];
      if (chain && c + 1 < columns_) into += u_[k + stride] - u_[k];
      if (c == 0) into += first * (row_V[r] - u_[k]);
      if (c + 1 == columns_) into += last * (row_V[r] - u_[k]);
      residual_[k] = into;
      of_line += chain ? std::abs(into) : into;
    }
    left_ += std::abs(of_line);
  }
  row_lines_.collect(residual_);
}

bool LineSolver::conjugate_gradients(double enough, int most_iterations) {
  const std::size_t size = u_.size();
  std::ranges::fill(direction_, 0.0);
  std::ranges::fill(image_, 0.0);
  double before = 0;
  left_ = 0;
  for (const double r : residual_) left_ += std::abs(r);
  for (int k = 0; left_ > enough; ++k) {
    if (k == most_iterations) return false;
    heed_interruption();
    ++iterations_;
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
    row_lines_.clear_held(row_work_);
    const double curvature =
        finish_product(size, image_.data(), row_work_.data(), direction_.data(), product_.data());
    // (rounding has the word where a direction has none left)
    if (!(curvature > 0)) return false;
    left_ = take_step(size, now / curvature, direction_.data(), product_.data(), u_.data(),
                      residual_.data());
    if (row_lines_.single_node()) {
      row_lines_.collect(residual_);
      left_ = 0;
      for (std::size_t r = 0; r < rows_; ++r) left_ += std::abs(residual_[r]);
    }
    if (!std::isfinite(left_)) return false;
  }
  return true;
}

void LineSolver::currents(std::span<double> row_A, std::span<double> column_A) const {
  const std::size_t stride = row_lines_.plane().stride,
                    column_stride = column_lines_.plane().stride;
  const double scale = row_lines_.scale(), column_scale = column_lines_.scale();
  std::ranges::fill(column_A, 0.0);
  for (std::size_t r = 0; r < rows_; ++r) {
    double sum = 0;
    for (std::size_t c = 0; c < columns_; ++c) {
      const double difference = v_[r * column_stride + c] - u_[c * stride + r];
      sum += row_shunt_[c * stride + r] * difference;
      column_A[c] -= column_shunt_[r * column_stride + c] * difference;
    }
    row_A[r] = sum / scale;
  }
  for (double& current : column_A) current /= column_scale;
}

void LineSolver::solve(std::span<const double> row_V, std::span<const double> column_V,
                       WireSolution& solution) {
  solution.row_V = Matrix<double>(rows_, columns_);
  solution.column_V = Matrix<double>(rows_, columns_);
  solution.row_A.resize(rows_);
  solution.column_A.resize(columns_);
  error_ = 0;
  was_exact_ = !find(row_V, column_V, solution.row_A, solution.column_A);
  if (was_exact_) {
    exact().solve(row_V, column_V, solution);
    error_ = exact().error();
    return;
  }
  for (std::size_t r = 0; r < rows_; ++r)
    for (std::size_t c = 0; c < columns_; ++c) {
      solution.row_V(r, c) = u_[c * row_lines_.plane().stride + r];
      solution.column_V(r, c) = v_[r * column_lines_.plane().stride + c];
    }
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
  const BatchLines lines{column_lines_, row_lines_, column_shunt_, rounding_S()};
  error_ = 0;
  was_exact_ = false;
  if (together(lines, column_V.rows())) {
    const BatchOutcome outcome = read_together(lines, column_V, tolerance_, threads_, row_A);
    iterations_ = outcome.sweeps;
    for (std::size_t b = 0; b < column_V.rows(); ++b) {
      double error = outcome.errors[b];
      if (error > most_error()) {
        was_exact_ = true;
        exact().read(column_V.block(b, 0, 1, columns_), row_A.block(b, 0, 1, rows_));
        error = exact().error();
      }
      error_ = std::max(error_, error);
    }
    return;
  }
  const std::vector<double> ground(rows_);
  std::vector<double> column_A(columns_);
  int most = 0;
  for (std::size_t b = 0; b < column_V.rows(); ++b) {
    if (!find(ground, column_V.row(b), row_A.row(b), column_A)) {
      was_exact_ = true;
      exact().read(column_V.block(b, 0, 1, columns_), row_A.block(b, 0, 1, rows_));
      error_ = std::max(error_, exact().error());
    }
    most = std::max(most, iterations_);
  }
  iterations_ = most;
}

void LineSolver::read_transposed(MatrixView<const double> row_V, MatrixView<double> column_A) {
  NERNST_CHECK(row_V.rows() == column_A.rows() && column_A.columns() == columns_);
  const BatchLines lines{row_lines_, column_lines_, row_shunt_, rounding_S()};
  error_ = 0;
  was_exact_ = false;
  if (together(lines, row_V.rows())) {
    const BatchOutcome outcome = read_together(lines, row_V, tolerance_, threads_, column_A);
    iterations_ = outcome.sweeps;
    for (std::size_t b = 0; b < row_V.rows(); ++b) {
      double error = outcome.errors[b];
      if (error > most_error()) {
        was_exact_ = true;
        exact().read_transposed(row_V.block(b, 0, 1, rows_), column_A.block(b, 0, 1, columns_));
        error = exact().error();
      }
      error_ = std::max(error_, error);
    }
    return;
  }
  const std::vector<double> ground(columns_);
  std::vector<double> row_A(rows_);
  int most = 0;
  for (std::size_t b = 0; b < row_V.rows(); ++b) {
    if (!find(row_V.row(b), ground, row_A, column_A.row(b))) {
      was_exact_ = true;
      exact().read_transposed(row_V.block(b, 0, 1, rows_), column_A.block(b, 0, 1, columns_));
      error_ = std::max(error_, exact().error());
    }
    most = std::max(most, iterations_);
  }
  iterations_ = most;
}

}  // namespace nernst
