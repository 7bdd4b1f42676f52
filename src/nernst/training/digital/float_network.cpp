// SPDX-License-Identifier: Apache-2.0
#include "nernst/training/digital/float_network.h"

#include <algorithm>
#include <cmath>

#include "nernst/base/interruption.h"
#include "nernst/base/lane_math.h"
#include "nernst/base/noise.h"
#include "nernst/tile/kernels/matvec.h"

namespace nernst {

FloatNetwork::FloatNetwork(const NetworkSpec& spec, LossKind loss, std::uint64_t seed)
    : spec_(spec), loss_(loss) {
  for (std::size_t l = 0; l < spec.layers.size(); ++l) {
    const Matrix<double> start = initial_weights(spec, l, seed);
    PaddedMatrix<float> weights(start.rows(), start.columns());
    for (std::size_t r = 0; r < start.rows(); ++r)
      std::transform(start.row(r).begin(), start.row(r).end(), weights.row(r).begin(),
                     [](double w) { return static_cast<float>(w); });
    weights_.push_back(std::move(weights));
    errors_.emplace_back(1, spec.rows(l));
  }
  for (std::size_t level = 0; level <= spec.layers.size(); ++level) {
    const std::size_t width = level < spec.layers.size() ? spec.fan_in(level) : spec.outputs();
    signals_.emplace_back(1, width + 1);
    std::ranges::fill(signals_.back().row(0), 1.0f);
  }
}

std::span<const float> FloatNetwork::forward(std::span<const float> input) {
  NERNST_CHECK(input.size() == spec_.inputs);
  const MatMulKernels kernels = fast_matmul();
  std::copy(input.begin(), input.end(), signals_[0].row(0).begin());
  std::vector<double> sums;
  for (std::size_t l = 0; l < weights_.size(); ++l) {
    heed_interruption();
    const std::span<float> out = signals_[l + 1].row(0).first(spec_.rows(l));
    kernels.mvm(weights_[l].view(), inputs_of(l), MatrixView<float>(out.data(), 1, out.size()));
    sums.assign(out.begin(), out.end());
    activate(spec_.layers[l].activation, sums);
    std::transform(sums.begin(), sums.end(), out.begin(),
                   [](double a) { return static_cast<float>(a); });
  }
  return signals_.back().row(0).first(spec_.outputs());
}

bool FloatNetwork::is_finite() const {
  for (const PaddedMatrix<float>& weights : weights_)
    for (std::size_t r = 0; r < weights.rows(); ++r)
      for (const float w : weights.row(r))
        if (!std::isfinite(w)) return false;
  return true;
}

MatrixView<const float> FloatNetwork::inputs_of(std::size_t layer) const {
  const PaddedMatrix<float>& signals = signals_[layer];
  return signals.view().block(0, 0, 1, spec_.columns(layer));
}

std::uint32_t FloatNetwork::predict(std::span<const float> input) {
  const auto output = forward(input);
  const std::vector<double> values(output.begin(), output.end());
  return predicted_class(values, spec_.layers.back().activation);
}

void FloatNetwork::backward(std::uint32_t label) {
  const std::size_t last = weights_.size() - 1;
  const Activation output = spec_.layers[last].activation;
  const auto out = signals_.back().row(0).first(spec_.outputs());
  const std::vector<double> a(out.begin(), out.end());
  std::vector<double> target(a.size()), error(a.size());
  write_target(label, output, target);
  output_error(loss_, output, a, target, error);
  std::copy(error.begin(), error.end(), errors_[last].row(0).begin());

  const MatMulKernels kernels = fast_matmul();
  for (std::size_t l = last; l >= 1; --l) {
    heed_interruption();
    PaddedMatrix<float> back(1, spec_.columns(l));
    const PaddedMatrix<float>& error_above = errors_[l];
    kernels.mvm_transposed(weights_[l].view(), error_above.view(), back.view());
    const Activation below = spec_.layers[l - 1].activation;
    const auto d = errors_[l - 1].row(0);
    const auto activations = signals_[l].row(0), sums = back.row(0);
    for (std::size_t k = 0; k < d.size(); ++k)
      d[k] = sums[k] * static_cast<float>(derivative_from_activation(below, activations[k]));
  }
}

double FloatNetwork::train_noisy(MatrixView<const float> inputs,
                                 std::span<const std::uint32_t> labels, double rate,
                                 std::span<const double> spread, std::uint64_t seed,
                                 std::uint64_t step) {
  NERNST_CHECK(spread.size() == weights_.size());
  std::vector<PaddedMatrix<float>> clean = weights_;
  std::vector<PaddedMatrix<float>> noisy = weights_;
  for (std::size_t l = 0; l < weights_.size(); ++l) {
    const NoiseStream stream(seed, static_cast<std::uint32_t>(l), Purpose::injected);
    std::vector<float> z(weights_[l].rows() * weights_[l].columns());
    fill_normals(stream, step, z);
    for (std::size_t r = 0, k = 0; r < weights_[l].rows(); ++r)
      for (float& w : noisy[l].row(r)) w += static_cast<float>(spread[l]) * z[k++];
  }
  weights_ = noisy;
  const double loss = train(inputs, labels, rate);
  // what was learned under noise, on the weights without it
  for (std::size_t l = 0; l < weights_.size(); ++l)
    for (std::size_t r = 0; r < weights_[l].rows(); ++r) {
      const auto learned = weights_[l].row(r), from = noisy[l].row(r), to = clean[l].row(r);
      for (std::size_t c = 0; c < to.size(); ++c) to[c] += learned[c] - from[c];
    }
  weights_ = std::move(clean);
  return loss;
}

double FloatNetwork::train(MatrixView<const float> inputs, std::span<const std::uint32_t> labels,
                           double rate) {
  const std::size_t batch = inputs.rows();
  if (batch > 1) {
    gradients_.clear();
    for (const auto& weights : weights_) gradients_.emplace_back(weights.rows(), weights.columns());
  }
  double loss = 0;
  std::vector<double> target(spec_.outputs());
  const Activation output = spec_.layers.back().activation;
  for (std::size_t b = 0; b < batch; ++b) {
    const auto out = forward(inputs.row(b));
    const std::vector<double> values(out.begin(), out.end());
    write_target(labels[b], output, target);
    loss += loss_of(loss_, output, values, target);
    backward(labels[b]);
    // one sample goes straight into the weights; more are summed first
    for (std::size_t l = 0; l < weights_.size(); ++l) {
      heed_interruption();
      PaddedMatrix<float>& into = batch > 1 ? gradients_[l] : weights_[l];
      const auto factor = static_cast<float>(batch > 1 ? 1.0 : -rate);
      for (std::size_t r = 0; r < into.rows(); ++r) {
        const float d = factor * errors_[l].row(0)[r];
        if (d == 0) continue;
        const auto row = into.row(r);
        const float* const x = signals_[l].row(0).data();
        for (std::size_t c = 0; c < row.size(); ++c) row[c] += d * x[c];
      }
    }
  }
  if (batch > 1) {
    const auto share = static_cast<float>(rate / static_cast<double>(batch));
    for (std::size_t l = 0; l < weights_.size(); ++l)
      for (std::size_t r = 0; r < weights_[l].rows(); ++r)
        for (std::size_t c = 0; c < weights_[l].columns(); ++c)
          weights_[l].row(r)[c] -= share * gradients_[l].row(r)[c];
  }
  return loss;
}

}  // namespace nernst
