// SPDX-License-Identifier: Apache-2.0
#include "nernst/device/relaxation.h"

#include <algorithm>
#include <cmath>

#include "nernst/base/math.h"

namespace nernst {

namespace {

// Solves the symmetric positive system `matrix` x = b in place, by Cholesky's method, with the same
// bits everywhere.
void solve_positive(std::vector<std::vector<double>>& matrix, std::vector<double>& b) {
  const std::size_t size = b.size();
  for (std::size_t k = 0; k < size; ++k) {
    for (std::size_t j = 0; j < k; ++j) matrix[k][k] -= matrix[k][j] * matrix[k][j];
    matrix[k][k] = std::sqrt(matrix[k][k]);
    for (std::size_t i = k + 1; i < size; ++i) {
      for (std::size_t j = 0; j < k; ++j) matrix[i][k] -= matrix[i][j] * matrix[k][j];
      matrix[i][k] /= matrix[k][k];
    }
  }
  for (std::size_t k = 0; k < size; ++k) {
    for (std::size_t j = 0; j < k; ++j) b[k] -= matrix[k][j] * b[j];
    b[k] /= matrix[k][k];
  }
  for (std::size_t k = size; k-- > 0;) {
    for (std::size_t j = k + 1; j < size; ++j) b[k] -= matrix[j][k] * b[j];
    b[k] /= matrix[k][k];
  }
}

double stretched(double x, double beta) { return math::exp(-math::pow(x, beta)); }

}  // namespace

Relaxation::Relaxation(const RetentionSpec& retention) {
  if (!retention.enabled()) return;
  tau_s_ = retention.tau_at_temperature_s();
  beta_ = retention.beta;
  constexpr double thousandth = 1e-3;
  resolution_s_ = tau_s_ * math::pow(thousandth, 1 / beta_);
  if (beta_ == 1) {
    weights_ = {1};
    rates_per_s_ = {1 / tau_s_};
    return;
  }
  // in units of tau: from where a thousandth has gone to where a thousandth is left
  constexpr double spacing = 0.8, log_thousand = 6.907755278982137,
                   log_log_thousand = 1.9326447339160655;
  const double first = -log_thousand / beta_, last = log_log_thousand / beta_;
  const auto modes = static_cast<std::size_t>(std::ceil((last - first) / spacing)) + 1;
  std::vector<double> rates(modes);
  for (std::size_t j = 0; j < modes; ++j)
    rates[j] = math::exp(
        -(first + (last - first) * static_cast<double>(j) / static_cast<double>(modes - 1)));
  // least squares over ages from far below to far above, and the whole at age 0
  constexpr std::size_t samples_per_mode = 20;
  constexpr double at_zero = 1e4, ridge = 1e-8, log_hundred = 4.605170185988091, log_three = 1.0986;
  std::vector<std::vector<double>> matrix(modes, std::vector<double>(modes, at_zero));
  std::vector<double> weights(modes, at_zero);
  const std::size_t samples = samples_per_mode * modes;
  std::vector<double> left(modes);
  for (std::size_t s = 0; s < samples; ++s) {
    const double x = math::exp(first - log_hundred +
                               (last + log_three - first + log_hundred) * static_cast<double>(s) /
                                   static_cast<double>(samples - 1));
    for (std::size_t j = 0; j < modes; ++j) left[j] = math::exp(-x * rates[j]);
    const double law = stretched(x, beta_);
    for (std::size_t i = 0; i < modes; ++i) {
      weights[i] += left[i] * law;
      for (std::size_t j = 0; j <= i; ++j) matrix[i][j] += left[i] * left[j];
    }
  }
  for (std::size_t i = 0; i < modes; ++i) matrix[i][i] += ridge;
  solve_positive(matrix, weights);
  double sum = 0;
  for (const double weight : weights) sum += weight;
  for (std::size_t j = 0; j < modes; ++j) {
    weights_.push_back(weights[j] / sum);
    rates_per_s_.push_back(rates[j] / tau_s_);
  }
}

double Relaxation::kept(double age_s) const {
  if (!enabled() || age_s <= 0) return 1;
  const double x = age_s / tau_s_;
  return beta_ == 1 ? math::exp(-x) : stretched(x, beta_);
}

double Relaxation::left(std::size_t mode, double time_s) const {
  return math::exp(-time_s * rates_per_s_[mode]);
}

}  // namespace nernst
