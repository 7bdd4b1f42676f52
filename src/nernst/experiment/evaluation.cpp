// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/evaluation.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace nernst {

namespace {

// `forward(input)` gives the output of the network for one sample, as doubles.
template <class Forward>
Evaluation evaluate_with(const NetworkSpec& spec, LossKind loss, const Samples& samples,
                         std::size_t classes, const SamplesDone& done, KeepOutputs keep,
                         Forward forward) {
  constexpr std::size_t samples_per_call = 256;
  Evaluation evaluation;
  evaluation.confusion = Matrix<std::int64_t>(classes, classes);
  if (keep == KeepOutputs::yes) evaluation.outputs = Matrix<double>(samples.size(), spec.outputs());
  const Activation activation = spec.layers.back().activation;
  std::vector<double> target(spec.outputs());
  std::int64_t right = 0;
  double sum = 0;
  for (std::size_t k = 0; k < samples.size(); ++k) {
    if (k % samples_per_call == 0 && done && done(k)) throw Interrupted();
    const std::span<const double> output = forward(samples.inputs.row(k));
    const std::uint32_t predicted = predicted_class(output, activation);
    const double largest = *std::max_element(output.begin(), output.end());
    if (std::count(output.begin(), output.end(), largest) > 1) evaluation.undecided += 1;
    if (keep == KeepOutputs::yes) {
      evaluation.predicted.push_back(predicted);
      std::copy(output.begin(), output.end(), evaluation.outputs.row(k).begin());
    }
    if (!samples.labelled()) continue;
    const std::uint32_t label = samples.labels[k];
    write_target(label, activation, target);
    sum += loss_of(loss, activation, output, target);
    right += predicted == label ? 1 : 0;
    evaluation.confusion(label, predicted) += 1;
  }
  const auto size = static_cast<double>(std::max<std::size_t>(samples.size(), 1));
  evaluation.accuracy = static_cast<double>(right) / size;
  evaluation.loss = sum / size;
  return evaluation;
}

}  // namespace

std::string undecided_remark(std::int64_t undecided, std::size_t samples) {
  constexpr double much = 0.01;
  const double part = static_cast<double>(undecided) / static_cast<double>(samples);
  if (samples == 0 || part <= much) return "";
  return fmt::format(
      "{} of {} samples ({:.1f} %) have several units of the same largest output; the first of "
      "their classes is taken; chip.adc_bits and chip.adc_bound say how fine outputs are",
      undecided, samples, 100 * part);
}

Evaluation evaluate(Network& network, LossKind loss, const Samples& samples, std::size_t classes,
                    const SamplesDone& done, KeepOutputs keep) {
  std::vector<Matrix<double>> levels;
  for (std::size_t level = 0; level <= network.layers(); ++level)
    levels.emplace_back(1, network.width(level));
  return evaluate_with(network.spec(), loss, samples, classes, done, keep,
                       [&](std::span<const float> input) -> std::span<const double> {
                         std::copy(input.begin(), input.end(), levels[0].row(0).begin());
                         for (std::size_t l = 0; l < network.layers(); ++l)
                           network.forward(l, levels[l].view(), levels[l + 1].view());
                         return levels.back().row(0);
                       });
}

Evaluation evaluate(FloatNetwork& network, LossKind loss, const Samples& samples,
                    std::size_t classes, const SamplesDone& done) {
  std::vector<double> output;
  return evaluate_with(network.spec(), loss, samples, classes, done, KeepOutputs::no,
                       [&](std::span<const float> input) -> std::span<const double> {
                         const auto out = network.forward(input);
                         output.assign(out.begin(), out.end());
                         return output;
                       });
}

}  // namespace nernst
