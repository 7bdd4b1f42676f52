// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/wires/chains.h"

#include <algorithm>

namespace nernst {

Chains::Chains(const LineWires& wires, std::size_t nodes, std::size_t lines)
    : wires_(wires),
      kind_(wires.is_chain()   ? Kind::chain
            : wires.is_fixed() ? Kind::fixed
                               : Kind::node),
      plane_{nodes, padded(lines)},
      lines_(lines) {
  // (finite, since the substitution multiplies it by its own inverse)
  constexpr double held_S = 1e200;
  const double end = kind_ == Kind::fixed ? 0 : held() ? held_S : scale() / wires.r_terminal_Ohm();
  first_ = wires.ends == LineEnds::last ? 0 : end;
  last_ = wires.ends == LineEnds::first ? 0 : end;
  if (kind_ == Kind::chain) inverse_.resize(plane_.size());
  if (kind_ == Kind::node) inverse_.resize(plane_.stride);
}

void Chains::sums(const PlaneOfNodes& values, PlaneOfNodes& total) const {
  total.assign(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(plane_.stride));
  for (std::size_t k = 1; k < plane_.nodes; ++k)
    for (std::size_t l = 0; l < plane_.stride; ++l) total[l] += values[k * plane_.stride + l];
}

void Chains::spread(const PlaneOfNodes& one, PlaneOfNodes& result) const {
  for (std::size_t k = 0; k < plane_.nodes; ++k)
    std::copy(one.begin(), one.end(),
              result.begin() + static_cast<std::ptrdiff_t>(k * plane_.stride));
}

void Chains::factor(const PlaneOfNodes& shunt) {
  if (kind_ == Kind::chain)
    factor_chains(plane_, ChainOrder::from_first, shunt.data(), first_, last_, inverse_.data());
  if (kind_ != Kind::node) return;
  sums(shunt, inverse_);
  for (double& value : inverse_) value = 1 / (value + first_ + last_);
}

void Chains::solve(const PlaneOfNodes& x, PlaneOfNodes& result) const {
  if (kind_ == Kind::chain) return solve_chains(plane_, inverse_.data(), x.data(), result.data());
  if (kind_ == Kind::fixed) {
    std::ranges::fill(result, 0.0);
    return;
  }
  PlaneOfNodes total;
  sums(x, total);
  for (std::size_t l = 0; l < plane_.stride; ++l) total[l] *= inverse_[l];
  spread(total, result);
}

void Chains::drive(std::span<const double> volts, PlaneOfNodes& result) const {
  NERNST_CHECK(volts.size() == lines_);
  std::ranges::fill(result, 0.0);
  if (held()) {
    for (std::size_t k = 0; k < plane_.nodes; ++k) {
      if (!is_held_at(k)) continue;
      for (std::size_t l = 0; l < lines_; ++l) {
        if (k > 0 && !is_held_at(k - 1)) result[(k - 1) * plane_.stride + l] += volts[l];
        if (k + 1 < plane_.nodes && !is_held_at(k + 1))
          result[(k + 1) * plane_.stride + l] += volts[l];
      }
    }
    return;
  }
  const std::size_t end = kind_ == Kind::chain ? (plane_.nodes - 1) * plane_.stride : 0;
  for (std::size_t l = 0; l < lines_; ++l) {
    result[l] += first_ * volts[l];
    result[end + l] += last_ * volts[l];
  }
}

void Chains::undisturbed(std::span<const double> volts, PlaneOfNodes& result) const {
  if (kind_ != Kind::fixed) {
    drive(volts, result);
    solve(result, result);
    return hold(volts, result);
  }
  PlaneOfNodes one(plane_.stride);
  std::ranges::copy(volts, one.begin());
  spread(one, result);
}

void Chains::hold(std::span<const double> volts, PlaneOfNodes& nodes) const {
  for (const std::size_t k : {std::size_t{0}, plane_.nodes - 1})
    if (is_held_at(k))
      std::ranges::copy(volts, nodes.begin() + static_cast<std::ptrdiff_t>(k * plane_.stride));
}

void Chains::clear_held(PlaneOfNodes& nodes) const {
  for (const std::size_t k : {std::size_t{0}, plane_.nodes - 1})
    if (is_held_at(k))
      std::fill_n(nodes.begin() + static_cast<std::ptrdiff_t>(k * plane_.stride), plane_.stride,
                  0.0);
}

double Chains::most_lost() const {
  PlaneOfNodes volts(plane_.size());
  undisturbed(std::vector<double>(lines_, 1.0), volts);
  double least = 1;
  for (std::size_t k = 0; k < plane_.nodes; ++k)
    for (std::size_t l = 0; l < lines_; ++l) least = std::min(least, volts[k * plane_.stride + l]);
  return 1 - least;
}

PlaneOfNodes Chains::pivots_from_last(const PlaneOfNodes& shunt) const {
  NERNST_CHECK(is_chain());
  PlaneOfNodes pivots(plane_.size());
  factor_chains(plane_, ChainOrder::from_last, shunt.data(), first_, last_, pivots.data());
  return pivots;
}

void Chains::collect(PlaneOfNodes& into) const {
  if (kind_ != Kind::node) return;
  PlaneOfNodes total;
  sums(into, total);
  std::ranges::fill(into, 0.0);
  std::ranges::copy(total, into.begin());
}

}  // namespace nernst
