// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/float_training.h"

#include <algorithm>
#include <span>
#include <string>

#include "nernst/base/interruption.h"
#include "nernst/base/saturating.h"
#include "nernst/experiment/mini_batch.h"
#include "nernst/experiment/shuffle.h"

namespace nernst {

namespace {

// Which of the trainings of an experiment this is.
std::string float_name(const Config& config) {
  return config.transfer.enabled() ? "the training in float for transfer.source = \"float\""
                                   : "the training of the float network for comparison";
}

}  // namespace

FloatNetwork train_float(const Config& config, const DataSet& data, const RunHooks& hooks) {
  const TrainingSpec& training = config.training;
  const LossKind loss = resolve_loss(training.loss, config.network.layers.back().activation);
  const auto seed = static_cast<std::uint64_t>(training.seed);
  FloatNetwork twin(config.network, loss, seed);
  const InterruptionScope scope([&] { heed_stop(hooks); });
  const bool noisy = config.transfer.enabled() && config.transfer.noise > 0;
  std::vector<double> spread;
  for (const ArraySpec& array : array_specs(config))
    spread.push_back(config.transfer.noise * array.full_scale_weight);

  const double began_s = hooks.now_s ? hooks.now_s() : 0;
  double reported_s = began_s;
  const std::size_t size = data.train.size(), batch = static_cast<std::size_t>(training.batch);
  const auto epochs = static_cast<std::size_t>(config.epochs_in_float());
  std::uint64_t step = 0;
  for (std::size_t epoch = 0; epoch < epochs; ++epoch) {
    const std::vector<std::uint32_t> order = epoch_order(seed, epoch, size);
    MiniBatch<float> taken;
    for (std::size_t first = 0; first < size; first += batch, ++step) {
      const std::size_t count = std::min(batch, size - first);
      taken.take(data.train, std::span(order).subspan(first, count));
      const double done =
          static_cast<double>(epoch) + static_cast<double>(first) / static_cast<double>(size);
      const double rate = training.learning_rate.at(done, static_cast<double>(training.epochs));
      const double lost =
          noisy ? twin.train_noisy(taken.inputs.view(), taken.labels, rate, spread, seed, step)
                : twin.train(taken.inputs.view(), taken.labels, rate);
      const bool bounded = is_bounded(lost, count);
      // an output that saturates can hide weights that are infinite
      if (!bounded || (first + count == size && !twin.is_finite()))
        throw diverged_at(
            {float_name(config), epoch, first, rate},
            bounded ? "a weight is no finite number" : "the loss is out of all bounds",
            "give a smaller training.learning_rate");
      if (!hooks.progress || hooks.now_s() - reported_s < 0.1) continue;
      reported_s = hooks.now_s();
      Progress progress{.phase = RunPhase::reference};
      progress.fraction = done / static_cast<double>(epochs);
      progress.epoch = epoch;
      progress.epochs = epochs;
      const double spent_s = reported_s - began_s;
      progress.samples_per_second = done * static_cast<double>(size) / spent_s;
      if (estimate_means_something(spent_s, progress.fraction))
        progress.seconds_left = spent_s * (1 / progress.fraction - 1);
      if (config.transfer.enabled()) progress.then = "programming";
      hooks.progress(progress);
    }
  }
  return twin;
}

double float_training_s(const Config& config, const DataSet& data, const RunHooks& hooks) {
  constexpr double long_enough_s = 0.02;
  if (!hooks.now_s) return 0;
  const TrainingSpec& training = config.training;
  const auto seed = static_cast<std::uint64_t>(training.seed);
  FloatNetwork probe(config.network,
                     resolve_loss(training.loss, config.network.layers.back().activation), seed);
  const InterruptionScope scope([&] { heed_stop(hooks); });
  const std::size_t size = data.train.size();
  const std::size_t count = std::min(static_cast<std::size_t>(training.batch), size);
  const std::vector<std::uint32_t> order = epoch_order(seed, 0, size);
  MiniBatch<float> taken;
  std::size_t samples = 0;
  double spent_s = 0;
  const double began_s = hooks.now_s();
  while (spent_s < long_enough_s && samples + count <= size) {
    taken.take(data.train, std::span(order).subspan(samples, count));
    probe.train(taken.inputs.view(), taken.labels, 0.0);
    samples += count;
    spent_s = hooks.now_s() - began_s;
  }
  return spent_s / static_cast<double>(samples) * static_cast<double>(size) *
         static_cast<double>(config.epochs_in_float());
}

Evaluation evaluate_float(FloatNetwork& network, const Config& config, const DataSet& data,
                          const RunHooks& hooks) {
  const LossKind loss = resolve_loss(config.training.loss, config.network.layers.back().activation);
  return evaluate(network, loss, data.test, data.classes.size(),
                  [&](std::size_t) { return hooks.stop && hooks.stop(); });
}

std::int64_t float_operations(const Config& config, const DataSet& data) {
  std::int64_t weights = 0, hidden = 0;
  for (std::size_t l = 0; l < config.network.layers.size(); ++l) {
    const auto size = static_cast<std::int64_t>(config.network.rows(l) * config.network.columns(l));
    weights += size;
    if (l > 0) hidden += size;
  }
  return times_saturating(
      times_saturating(2 * weights + hidden, static_cast<std::int64_t>(data.train.size())),
      config.epochs_in_float());
}

}  // namespace nernst
