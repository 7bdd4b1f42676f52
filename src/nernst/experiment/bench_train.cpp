// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/bench_train.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <memory>

#include "nernst/base/interruption.h"
#include "nernst/experiment/memory.h"
#include "nernst/experiment/shuffle.h"
#include "nernst/experiment/trainer.h"

namespace nernst {

namespace {

constexpr std::size_t kWarmUp = 1000;

std::string as_option(const std::vector<std::int64_t>& layers) {
  return fmt::format("{}", fmt::join(layers, ","));
}

void check(const TrainBenchSpec& spec) {
  constexpr std::int64_t most_units = 1 << 20, most_batch = 1 << 16, most_samples = 1'000'000'000;
  constexpr std::size_t most_layers = 1000;
  const auto fits = [](std::int64_t value, std::int64_t most) {
    return value >= 1 && value <= most;
  };
  if (spec.layers.size() < 2 || spec.layers.size() > most_layers + 1 ||
      !std::all_of(spec.layers.begin(), spec.layers.end(),
                   [&](std::int64_t units) { return fits(units, most_units); }))
    throw ConfigError(
        "--layers", as_option(spec.layers),
        fmt::format("give 2 to {} numbers from 1 to {}", most_layers + 1, most_units));
  if (!fits(spec.batch, most_batch))
    throw ConfigError("--batch", std::to_string(spec.batch),
                      fmt::format("give 1 to {}", most_batch));
  if (!fits(spec.samples, most_samples))
    throw ConfigError("--samples", std::to_string(spec.samples),
                      fmt::format("give 1 to {}", most_samples));
}

void check_fit(const TrainBenchSpec& spec, const DataSet& data) {
  const auto inputs = static_cast<std::int64_t>(data.features());
  const auto classes = static_cast<std::int64_t>(data.classes.size());
  if (spec.layers.front() != inputs)
    throw ConfigError(
        "--layers", as_option(spec.layers),
        fmt::format("{} has {} inputs: let the first number be {}", data.title, inputs, inputs));
  if (spec.layers.back() != classes)
    throw ConfigError(
        "--layers", as_option(spec.layers),
        fmt::format("{} has {} classes: let the last number be {}", data.title, classes, classes));
}

Config config_of(const TrainBenchSpec& spec, const DeviceSpec& device) {
  Config config;
  config.data.name = "fashion-mnist";
  config.chip.device = spec.device;
  if (device.cell.one_sided) config.chip.weight = WeightCoding::differential_pair;
  for (std::size_t l = 1; l < spec.layers.size(); ++l) {
    const bool last = l + 1 == spec.layers.size();
    LayerSpec& layer = config.network.layers.emplace_back();
    layer.units = spec.layers[l];
    layer.activation = last ? Activation::softmax : Activation::sigmoid;
  }
  config.training.schedule = "progressive";
  config.training.update = "pulsed";
  config.training.learning_rate.rate = 0.05;
  config.training.batch = spec.batch;
  config.training.reference = false;
  return config;
}

// The mini-batches of a run, one after the other, epoch after epoch.
class Loop {
 public:
  Loop(const Config& config, const DataSet& data, SimulatedChip& chip)
      : config_(&config),
        data_(&data),
        chip_(&chip),
        network_(make_network(config, chip)),
        learner_(make_learner(config, *network_)) {}

  // Trains on the next `samples`; the last mini-batch may be a smaller one.
  void train(std::size_t samples) {
    while (samples > 0) {
      if (at_ == order_.size()) {
        order_ = epoch_order(static_cast<std::uint64_t>(config_->training.seed), epoch_++,
                             data_->train.size());
        at_ = 0;
      }
      const std::size_t size = std::min(
          {static_cast<std::size_t>(config_->training.batch), order_.size() - at_, samples});
      train_batch(size);
      at_ += size;
      samples -= size;
    }
  }

 private:
  void train_batch(std::size_t size) {
    batch_.take(data_->train, std::span(order_).subspan(at_, size));
    for (std::size_t b = 0; b < size; ++b)
      chip_->enter_host_bytes(host_bytes_per_sample(config_->chip, data_->features()));
    const BatchResult result = learner_.train(batch_.inputs.view(), batch_.labels,
                                              config_->training.learning_rate.rate, step_++);
    // what is no longer a number may be faster than training
    if (!std::isfinite(result.loss))
      throw Diverged(fmt::format("{}: the loss is no longer a number; time another device",
                                 config_->chip.device));
  }

  const Config* config_;
  const DataSet* data_;
  SimulatedChip* chip_;
  std::unique_ptr<Network> network_;
  Learner learner_;
  std::vector<std::uint32_t> order_;
  MiniBatch<double> batch_;
  std::size_t at_ = 0;
  std::uint64_t epoch_ = 0, step_ = 0;
};

}  // namespace

std::vector<std::int64_t> parse_layers(const std::string& text) {
  std::vector<std::int64_t> layers;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (true) {
    std::int64_t units = 0;
    const auto [next, error] = std::from_chars(at, end, units);
    if (error != std::errc() || (next != end && *next != ','))
      throw ConfigError("--layers", text, "give whole numbers with commas, as 784,256,128,10");
    layers.push_back(units);
    if (next == end) return layers;
    at = next + 1;
  }
}

TrainBench bench_train(const TrainBenchSpec& spec, const RunSetup& setup,
                       const std::function<void(std::string_view)>& doing) {
  check(spec);
  const DeviceSpec device = load_device(spec.device);
  Config config = config_of(spec, device);
  const DataSet data = load_data(config.data);
  check_fit(spec, data);
  fit_network(config, data);
  const std::uint64_t signal_bytes =
      static_cast<std::uint64_t>(*std::max_element(spec.layers.begin(), spec.layers.end())) *
      static_cast<std::uint64_t>(spec.batch) * sizeof(double) * (spec.layers.size() + 2);
  check_memory(bytes_needed(config, device, data, setup.backend) + signal_bytes, bytes_available(),
               "--layers and --batch", "give fewer units or a smaller batch");

  doing("fabricating the chip");
  const auto chip = make_chip(config, device, setup);
  Loop loop(config, data, *chip);
  doing("warming up");
  loop.train(kWarmUp);

  doing(fmt::format("timing {} samples", spec.samples));
  const LedgerCounts before = chip->ledger().counts;
  // (what asks for a stop between tiles would be timed too)
  const InterruptionScope undisturbed(nullptr);
  const auto began = std::chrono::steady_clock::now();
  loop.train(static_cast<std::size_t>(spec.samples));
  const double spent_s =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();

  const LedgerCounts& after = chip->ledger().counts;
  double cells = 0;
  for (const ArraySpec& array : array_specs(config))
    cells += static_cast<double>(array.shape.rows) * static_cast<double>(array.shape.columns);
  const auto samples = static_cast<double>(spec.samples);
  return {.samples_per_second = samples / spent_s,
          .pulses_per_cell = static_cast<double>(after.pulses - before.pulses) / samples / cells,
          .chip_time_s_per_sample = (after.time_s - before.time_s) / samples,
          .energy_J_per_sample = (after.energy.total_J() - before.energy.total_J()) / samples};
}

}  // namespace nernst
