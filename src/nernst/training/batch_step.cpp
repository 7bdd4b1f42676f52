// SPDX-License-Identifier: Apache-2.0
#include "nernst/training/batch_step.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "nernst/base/noise.h"
#include "nernst/tile/coding.h"

namespace nernst {

namespace {

bool all_finite(MatrixView<const double> values) {
  for (std::size_t r = 0; r < values.rows(); ++r)
    for (const double value : values.row(r))
      if (!std::isfinite(value)) return false;
  return true;
}

double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += a[k] * b[k];
  return sum;
}

}  // namespace

BatchStep::BatchStep(const StepSetup& setup, MatrixView<const double> inputs,
                     std::span<const std::uint32_t> labels)
    : setup_(&setup), inputs_(inputs), labels_(labels) {
  NERNST_CHECK(inputs.columns() == width(0) && labels.size() == inputs.rows());
}

MatrixView<double> BatchStep::activations(std::size_t level) { return held_[level].view(); }

void BatchStep::take_inputs() {
  Ledger& ledger = setup_->network.chip().ledger();
  for (std::size_t level = 0; level <= layers(); ++level)
    held_.emplace_back(ledger, samples(), width(level));
  for (std::size_t b = 0; b < samples(); ++b)
    std::copy(inputs_.row(b).begin(), inputs_.row(b).end(), activations(0).row(b).begin());
}

HeldSignals BatchStep::hold_errors() const {
  std::size_t widest = 0;
  for (std::size_t level = 1; level <= layers(); ++level) widest = std::max(widest, width(level));
  return {setup_->network.chip().ledger(), samples(), widest};
}

HeldSignals BatchStep::hold_errors(std::size_t layer) const {
  return {setup_->network.chip().ledger(), samples(), width(layer + 1)};
}

HeldWeights BatchStep::hold_gradient(std::size_t layer) const {
  const NetworkSpec& spec = setup_->network.spec();
  return {setup_->network.chip().ledger(), spec.rows(layer), spec.columns(layer)};
}

void BatchStep::forward() {
  if (held_.empty()) take_inputs();
  for (std::size_t l = 0; l < layers(); ++l)
    setup_->network.forward(l, activations(l), activations(l + 1));
  if (scored_) return;
  // the first pass, before any update, is what the network knew of these samples
  scored_ = true;
  const Activation activation = setup_->network.spec().layers.back().activation;
  std::vector<double> target(width(layers()));
  for (std::size_t b = 0; b < samples(); ++b) {
    write_target(labels_[b], activation, target);
    const auto output = activations(layers()).row(b);
    result_.loss += loss_of(setup_->loss, activation, output, target);
    result_.correct += predicted_class(output, activation) == labels_[b] ? 1 : 0;
  }
  if (!is_bounded(result_.loss, samples())) throw Diverged("the loss is out of all bounds");
}

void BatchStep::output_error(HeldSignals& errors) {
  const Activation activation = setup_->network.spec().layers.back().activation;
  std::vector<double> target(width(layers()));
  const auto out = errors.view(width(layers()));
  for (std::size_t b = 0; b < samples(); ++b) {
    write_target(labels_[b], activation, target);
    // samples of a mini-batch, and passes over it, meet different noise
    const std::uint64_t event = (setup_->step << 32) + ((first_sample_ + b) << 8) + errors_made_;
    setup_->network.output_error(
        activations(layers()).row(b), target, out.row(b), event,
        setup_->loss == LossKind::squared_error ? WithDerivative::yes : WithDerivative::no);
  }
  ++errors_made_;
}

void BatchStep::propagate(std::size_t layer, HeldSignals& errors) {
  propagate(layer, errors.view(width(layer + 1)), errors.view(width(layer)), Compensate::no);
}

void BatchStep::propagate(std::size_t layer, HeldSignals& from, HeldSignals& to) {
  propagate(layer, from.view(width(layer + 1)), to.view(width(layer)), Compensate::no);
}

void BatchStep::propagate_compensated(std::size_t layer, HeldSignals& errors) {
  propagate(layer, errors.view(width(layer + 1)), errors.view(width(layer)), Compensate::yes);
}

void BatchStep::propagate(std::size_t layer, MatrixView<const double> d, MatrixView<double> back,
                          Compensate compensate) {
  NERNST_CHECK(layer >= 1);
  // what the compensation and the monitor need of d is taken before `back` takes its place
  Matrix<double> products(samples(), samples());
  for (std::size_t b = 0; b < samples(); ++b) {
    if (compensate == Compensate::yes)
      for (std::size_t c = 0; c < samples(); ++c) products(b, c) = dot(d.row(b), d.row(c));
    products(b, b) = dot(d.row(b), d.row(b));
  }

  setup_->network.backward(layer, d, back);

  const auto a = activations(layer);
  const double read_rate = setup_->update.read_rate(setup_->rate);
  for (std::size_t b = 0; b < samples(); ++b) {
    const double own = read_rate * products(b, b) * std::sqrt(dot(a.row(b), a.row(b)));
    setup_->monitor.observe(layer, own, std::sqrt(dot(back.row(b), back.row(b))));
    if (compensate == Compensate::no) continue;
    const double share = read_rate / static_cast<double>(samples());
    for (std::size_t c = 0; c < samples(); ++c)
      for (std::size_t k = 0; k < back.columns(); ++k)
        back(b, k) += share * products(b, c) * a(c, k);
  }
  setup_->network.multiply_derivative(layer, a, back);
}

HeldWeights BatchStep::random_feedback(std::size_t layer, std::size_t from_level) const {
  NERNST_CHECK(layer >= 1 && from_level > layer && from_level <= layers());
  HeldWeights feedback(setup_->network.chip().ledger(), width(from_level), width(layer));
  const double bound = std::sqrt(6 / static_cast<double>(width(from_level) + width(layer)));
  const NoiseStream stream(setup_->seed, static_cast<std::uint32_t>(layer), Purpose::feedback);
  std::vector<double>& values = feedback.values().values();
  for (std::size_t k = 0; k < values.size(); ++k)
    values[k] = bound * (2 * stream.uniform<double>(k, 0) - 1);
  return feedback;
}

void BatchStep::propagate_by(HeldWeights& feedback, std::size_t layer, HeldSignals& from,
                             HeldSignals& to) {
  const Matrix<double>& weights = feedback.values();
  NERNST_CHECK(weights.columns() == width(layer));
  const auto d = from.view(weights.rows());
  const auto back = to.view(width(layer));
  std::vector<double> sums(width(layer));
  for (std::size_t b = 0; b < samples(); ++b) {
    std::fill(sums.begin(), sums.end(), 0.0);
    for (std::size_t r = 0; r < weights.rows(); ++r)
      for (std::size_t c = 0; c < sums.size(); ++c) sums[c] += d(b, r) * weights(r, c);
    std::copy(sums.begin(), sums.end(), back.row(b).begin());
    const auto words = static_cast<std::int64_t>(weights.values().size());
    setup_->network.chip().enter_digital(words, words);
  }
  setup_->network.multiply_derivative(layer, activations(layer), back);
}

void BatchStep::update(std::size_t layer, HeldSignals& errors) {
  Network& network = setup_->network;
  Matrix<double> lines(samples(), network.spec().columns(layer));
  for (std::size_t b = 0; b < samples(); ++b) {
    const auto drive = network.drive(layer, activations(layer).row(b));
    std::copy(drive.begin(), drive.end(), lines.row(b).begin());
  }
  const MatrixView<const double> d = errors.view(width(layer + 1));
  if (!all_finite(lines.view()) || !all_finite(d))
    throw Diverged(fmt::format("a signal of layer {} is no finite number", layer));
  setup_->update.update(network.chip(), layer, {lines.view(), d, samples()}, setup_->rate);
}

void BatchStep::accumulate_gradient(std::size_t layer, HeldSignals& errors, std::size_t batch,
                                    HeldWeights& gradient) {
  const auto d = errors.view(width(layer + 1));
  const double share = 1 / static_cast<double>(batch);
  for (std::size_t b = 0; b < samples(); ++b) {
    const auto x = setup_->network.drive(layer, activations(layer).row(b));
    for (std::size_t r = 0; r < d.columns(); ++r)
      for (std::size_t c = 0; c < x.size(); ++c) gradient.values()(r, c) += share * d(b, r) * x[c];
    const auto words = static_cast<std::int64_t>(gradient.values().values().size());
    setup_->network.chip().enter_digital(words, 2 * words);
  }
}

void BatchStep::write_gradient(std::size_t layer, HeldWeights& gradient) {
  Chip& chip = setup_->network.chip();
  const double pulses_per_unit = setup_->rate / chip.weight_step(layer);
  const NoiseStream rounding(setup_->seed, static_cast<std::uint32_t>(layer),
                             Purpose::gradient_rounding);
  const Matrix<double>& mean = gradient.values();
  if (!all_finite(gradient.values().view()))
    throw Diverged(fmt::format("the gradient of layer {} is no finite number", layer));
  std::vector<std::int32_t> pulses(mean.columns());
  for (std::size_t r = 0; r < mean.rows(); ++r) {
    for (std::size_t c = 0; c < mean.columns(); ++c) {
      constexpr std::int64_t most = 1 << 20;
      const double uniform = rounding.uniform<double>(r * mean.columns() + c, setup_->step);
      pulses[c] =
          static_cast<std::int32_t>(round_count(-mean(r, c) * pulses_per_unit, most, uniform));
    }
    chip.write_row(layer, r, pulses);
  }
}

BatchStep BatchStep::sample(std::size_t b) const {
  BatchStep one(*setup_, inputs_.block(b, 0, 1, inputs_.columns()), labels_.subspan(b, 1));
  one.first_sample_ = first_sample_ + b;
  return one;
}

void BatchStep::add_result(const BatchResult& other) {
  result_.loss += other.loss;
  result_.correct += other.correct;
}

}  // namespace nernst
