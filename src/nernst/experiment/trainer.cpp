// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "nernst/experiment/preparation.h"
#include "nernst/experiment/shuffle.h"
#include "nernst/experiment/transfer_source.h"
#include "nernst/io/json.h"

namespace nernst {

namespace {

// Lines of metrics in an epoch, if that leaves enough samples for each to mean something.
constexpr std::uint64_t kLinesPerEpoch = 10, kLeastSamplesPerLine = 500;

// How many lines are due after `done` of `size` samples.
std::uint64_t lines_due(std::uint64_t done, std::uint64_t size) {
  return done / std::max(size / kLinesPerEpoch, kLeastSamplesPerLine);
}

std::size_t bytes_of(const std::vector<PlaneView>& state) {
  std::size_t bytes = 0;
  for (const PlaneView& plane : state)
    bytes += std::visit([](const auto& values) { return values.size_bytes(); }, plane.values);
  return bytes;
}

}  // namespace

std::int64_t host_bytes_per_sample(const ChipSpec& chip, std::size_t features) {
  const std::int64_t dac_bits = chip.periphery.dac_bits;
  const std::int64_t bytes_per_value = dac_bits == 0 ? 4 : (dac_bits + 7) / 8;
  return static_cast<std::int64_t>(features) * bytes_per_value + 1;
}

Trainer::Trainer(const Config& config, const DataSet& data, SimulatedChip& chip, Network& network,
                 const RunFolder& folder, const RunIdentity& identity, const RunHooks& hooks)
    : config_(&config),
      data_(&data),
      chip_(&chip),
      network_(&network),
      folder_(&folder),
      identity_(identity),
      hooks_(&hooks),
      learner_(make_learner(config, network)),
      scope_([this] { heed_stop(); }) {
  started_s_ = saved_s_ = now_s();
}

std::vector<PlaneView> Trainer::state() {
  std::vector<PlaneView> all = chip_->state();
  for (PlaneView& plane : learner_.state()) all.push_back(std::move(plane));
  return all;
}

void Trainer::restore() {
  const auto checkpoint = folder_->file("checkpoint.h5");
  const auto metrics = folder_->file("metrics.jsonl");
  const std::string written = io::path_exists(metrics) ? io::read_file(metrics) : "";
  // (a power failure may take lines that the checkpoint counts on)
  const bool begun = io::path_exists(checkpoint);
  if (begun && read_checkpoint(checkpoint, identity_, position_, books_, state(), written)) {
    chip_->ledger().restore(books_.training, books_.signal_words_peak, books_.weight_words_peak);
  } else if (begun && hooks_->warn) {
    hooks_->warn(metrics.string() + " has lost its end; the run begins again, to the same bits");
  }
  // what was written after the checkpoint will be written again
  if (!written.empty()) io::truncate_file(metrics, position_.metrics_bytes);
  metrics_digest_ = {};
  metrics_digest_.add(written.substr(0, position_.metrics_bytes));
  wall_before_s_ = position_.wall_s;
  started_s_ = saved_s_ = now_s();
}

double Trainer::epochs_done() const {
  return static_cast<double>(position_.epoch) +
         static_cast<double>(position_.sample) / static_cast<double>(data_->train.size());
}

const Books& Trainer::books() {
  books_.training = chip_->ledger().counts;
  books_.signal_words_peak = chip_->ledger().signal_words_peak();
  books_.weight_words_peak = chip_->ledger().weight_words_peak();
  return books_;
}

void Trainer::run() {
  metrics_ = std::make_unique<io::AppendFile>(folder_->file("metrics.jsonl"));
  if (position_.prepared == 0) prepare();
  age();
  loop_began_s_ = now_s();
  test_s_ = 0;
  tested_ = 0;
  const auto epochs = static_cast<std::uint64_t>(config_->epochs_in_situ());
  while (position_.epoch < epochs) {
    begin_epoch();
    while (position_.sample < data_->train.size()) {
      train_batch();
      report();
      save_if_due(config_->training.checkpoint_s);
    }
    end_epoch();
    age();
  }
  save();
  last_test_ = true;
}

void Trainer::prepare() {
  if (config_->training.zero_shift > 0) shift_zero(*config_, *chip_, *hooks_);
  if (config_->transfer.enabled()) {
    FloatNetwork source = source_network(*config_, *data_, *hooks_);
    TransferReport report = transfer(*config_, chip_->device(), source, *chip_, *hooks_);
    const Evaluation of_source = evaluate_float(source, *config_, *data_, *hooks_);
    report.source_accuracy = of_source.accuracy;
    report.source_balanced_accuracy = class_shares(of_source.confusion).balanced;
    io::write_file_atomically(
        folder_->file("transfer.json"),
        io::to_json(write_fields(fields_of(report)), io::JsonLayout::indented));
    write_metrics(Tested::yes);
  }
  position_.prepared = 1;
  if (config_->training.zero_shift > 0 || config_->transfer.enabled()) save();
}

void Trainer::age() {
  const AgingSpec& aging = config_->aging;
  // (where nothing relaxes, the test in between would still draw noise of its own)
  if (!chip_->device().retention.enabled()) return;
  if (aging.wait_s == 0 || position_.aged != 0 ||
      position_.epoch != static_cast<std::uint64_t>(aging.after_epoch))
    return;
  const double before = weight_moments(*chip_).mean;
  chip_->wait(aging.wait_s);
  position_.common_shift = weight_moments(*chip_).mean - before;
  position_.aged = 1;
  write_metrics(Tested::yes);
  save();
}

std::optional<TransferReport> Trainer::transfer_report() const {
  const auto path = folder_->file("transfer.json");
  if (!config_->transfer.enabled()) return std::nullopt;
  TransferReport report;
  read_fields(io::parse_json(io::read_file(path, 1 << 16), path.string()), path.string(),
              fields_of(report));
  return report;
}

void Trainer::begin_epoch() {
  order_ = epoch_order(static_cast<std::uint64_t>(config_->training.seed), position_.epoch,
                       data_->train.size());
}

void Trainer::train_batch() {
  const TrainingSpec& training = config_->training;
  const std::size_t left = data_->train.size() - position_.sample;
  const std::size_t size = std::min(static_cast<std::size_t>(training.batch), left);
  batch_.take(data_->train, std::span(order_).subspan(position_.sample, size));
  for (std::size_t b = 0; b < size; ++b)
    chip_->enter_host_bytes(host_bytes_per_sample(config_->chip, data_->features()));
  const double rate =
      training.learning_rate.at(epochs_done(), static_cast<double>(config_->epochs_planned()));
  BatchResult result;
  batch_began_s_ = now_s();
  try {
    result = learner_.train(batch_.inputs.view(), batch_.labels, rate, position_.step);
  } catch (const Diverged& diverged) {
    const bool own_share = learner_.schedule().passes_updated_arrays();
    throw diverged_at(
        {"the training on the chip", position_.epoch, position_.sample, rate}, diverged.what(),
        std::string("give a smaller training.learning_rate") +
            (own_share ? ", or training.schedule = \"progressive_compensated\"" : ""));
  }
  const auto steps = static_cast<std::int64_t>(position_.step + 1);
  if (training.refresh_every > 0 && steps % training.refresh_every == 0)
    for (std::size_t a = 0; a < chip_->arrays(); ++a)
      for (std::size_t p = 0; p < chip_->parts(a); ++p)
        refresh(*chip_, {a, p}, config_->transfer.verify);
  batch_began_s_.reset();

  const std::uint64_t lines_before = lines_due(position_.sample, data_->train.size());
  position_.sample += size;
  position_.step += 1;
  position_.loss += result.loss;
  position_.correct += static_cast<std::uint64_t>(result.correct);
  position_.seen += size;
  samples_here_ += size;
  recent_accuracy_ +=
      (static_cast<double>(result.correct) / static_cast<double>(size) - recent_accuracy_) *
      std::min(1.0,
               static_cast<double>(size) / std::min(1000.0, static_cast<double>(samples_here_)));
  watch();
  const bool line_due = lines_due(position_.sample, data_->train.size()) > lines_before;
  if (line_due && position_.sample < data_->train.size()) write_metrics(Tested::no);
}

void Trainer::heed_stop() const {
  // a mini-batch that is soon done leaves a checkpoint of now; a long one goes back to the last
  constexpr double patience_s = 0.3;
  if (!stop_asked()) return;
  if (!batch_began_s_ || now_s() - *batch_began_s_ > patience_s) throw Interrupted();
}

void Trainer::watch() {
  // the mean needs some samples before it means anything
  constexpr std::uint64_t least_steps = 1000;
  if (!learner_.schedule().passes_updated_arrays() || warned_ || position_.step < least_steps ||
      config_->training.monitor_threshold == 0)
    return;
  const double rho = learner_.monitor().largest();
  if (rho < config_->training.monitor_threshold) return;
  warned_ = true;
  if (hooks_->warn)
    hooks_->warn(fmt::format(
        "rho = {:.2f}: the update itself is a large part of the error that travels on; training "
        "may diverge: a smaller training.learning_rate or schedule \"progressive_compensated\" "
        "helps",
        rho));
}

void Trainer::end_epoch() {
  // an evaluation that is interrupted is lost, so little training may be lost with it
  constexpr double most_lost_s = 1;
  save_if_due(std::min(most_lost_s, config_->training.checkpoint_s));
  position_.epoch += 1;
  position_.sample = 0;
  write_metrics(Tested::yes);
}

void Trainer::write_metrics(Tested tested) {
  Tree line = Tree::object();
  const double seen = static_cast<double>(std::max<std::uint64_t>(position_.seen, 1));
  line["epoch"] = epochs_done();
  line["step"] = position_.step;
  if (position_.seen > 0) {
    line["train_loss"] = position_.loss / seen;
    line["train_accuracy"] = static_cast<double>(position_.correct) / seen;
    line["rho"] = learner_.monitor().rho();
  }
  if (position_.aged != 0) {
    line["aged"] = true;
    line["common_shift"] = position_.common_shift;
  }
  line["time_s"] = chip_->ledger().counts.time_s;
  line["energy_J"] = chip_->ledger().counts.energy.total_J();
  line["pulses"] = chip_->ledger().counts.pulses;
  if (tested == Tested::yes) {
    const Evaluation test = evaluate(data_->test);
    line["test_loss"] = test.loss;
    line["test_accuracy"] = test.accuracy;
    write_shares(line, class_shares(test.confusion));
    if (data_->validation.size() > 0) {
      const Evaluation validation = evaluate(data_->validation);
      line["validation_loss"] = validation.loss;
      line["validation_accuracy"] = validation.accuracy;
    }
  }
  const std::string text = io::to_json(line, io::JsonLayout::line);
  metrics_->write_line(text);
  metrics_digest_.add(text + "\n");
  position_.metrics_bytes = metrics_->size();
  position_.loss = 0;
  position_.correct = position_.seen = 0;
}

Evaluation Trainer::evaluate(const Samples& samples) {
  // the same chip, another page of the book
  Ledger& ledger = chip_->ledger();
  const LedgerCounts training = ledger.counts;
  ledger.counts = books_.evaluation;
  const double began_s = now_s();
  const auto done = [&](std::size_t count) {
    if (hooks_->progress && now_s() - reported_s_ > 0.1) {
      reported_s_ = now_s();
      Progress progress{.phase = RunPhase::evaluating};
      progress.fraction = static_cast<double>(count) / static_cast<double>(samples.size());
      progress.epoch = position_.epoch;
      progress.epochs = static_cast<std::uint64_t>(config_->epochs_in_situ());
      progress.accuracy = recent_accuracy_;
      const double spent_s = now_s() - began_s;
      if (spent_s > 0) progress.samples_per_second = static_cast<double>(count) / spent_s;
      if (position_.prepared == 0 && config_->epochs_in_situ() > 0)
        progress.then = "training";
      else
        progress.seconds_left = seconds_left(spent_s, count, samples.size());
      hooks_->progress(progress);
    }
    return stop_asked();
  };
  const Evaluation evaluation =
      nernst::evaluate(*network_, learner_.loss(), samples, data_->classes.size(), done);
  chip_->enter_host_bytes(static_cast<std::int64_t>(samples.size()) *
                          host_bytes_per_sample(config_->chip, data_->features()));
  books_.evaluation = ledger.counts;
  ledger.counts = training;
  test_s_ += now_s() - began_s;
  tested_ += samples.size();
  return evaluation;
}

void Trainer::save() {
  const std::vector<PlaneView> planes = state();
  // a large one takes its time, also when somebody wants to stop
  constexpr std::size_t large = std::size_t{1} << 26;
  if (hooks_->progress && bytes_of(planes) > large)
    hooks_->progress(Progress{.phase = RunPhase::saving});
  const double began_s = now_s();
  position_.wall_s = wall_before_s_ + began_s - started_s_;
  // the checkpoint counts on these lines
  metrics_->sync();
  position_.metrics_digest = metrics_digest_.hex();
  write_checkpoint(folder_->file("checkpoint.h5"), identity_, position_, books(), planes);
  saved_s_ = now_s();
  save_cost_s_ = saved_s_ - began_s;
}

void Trainer::save_if_due(double wanted_spacing_s) {
  const bool stop = stop_asked();
  // a checkpoint may not cost more than a hundredth of the time
  const double spacing_s = std::max(wanted_spacing_s, 100 * save_cost_s_);
  if (!stop && now_s() - saved_s_ < spacing_s) return;
  save();
  if (stop) throw Interrupted();
}

void Trainer::report() {
  if (!hooks_->progress || now_s() - reported_s_ < 0.1) return;
  reported_s_ = now_s();
  Progress progress;
  const auto epochs = static_cast<double>(config_->epochs_in_situ());
  progress.fraction = epochs_done() / epochs;
  progress.epoch = position_.epoch;
  progress.epochs = static_cast<std::uint64_t>(config_->epochs_in_situ());
  progress.accuracy = recent_accuracy_;
  progress.rho = learner_.monitor().largest();
  const double spent_s = now_s() - loop_began_s_ - test_s_;
  if (spent_s > 0) progress.samples_per_second = static_cast<double>(samples_here_) / spent_s;
  progress.seconds_left = seconds_left(0, 0, 0);
  hooks_->progress(progress);
}

double Trainer::seconds_left(double test_s, std::size_t tested, std::size_t of) const {
  // what there is to train, at the pace of the training so far
  const auto epochs = static_cast<double>(config_->epochs_in_situ());
  const double size = static_cast<double>(data_->train.size());
  const double train_left = (epochs - epochs_done()) * size;
  const double trained_s = now_s() - loop_began_s_ - test_s_ - test_s;
  const double trained = static_cast<double>(samples_here_);
  const double per_sample_s = trained > 0 ? trained_s / trained : Progress::kUnknown;
  double left_s = train_left > 0 ? train_left * per_sample_s : 0;
  if (train_left > 0 && !estimate_means_something(trained_s, trained / (epochs * size)))
    return Progress::kUnknown;

  // what there is to test, at the pace of the tests so far; before the first, a test is the first
  // of the three products of a training step
  const double all_tested = static_cast<double>(tested_ + tested), all_test_s = test_s_ + test_s;
  const double per_test_s = all_tested > 0 ? all_test_s / all_tested : per_sample_s / 3;
  const auto each = static_cast<double>(data_->test.size() + data_->validation.size());
  const double tests = last_test_ ? 0 : epochs - static_cast<double>(position_.epoch) + 1;
  const double test_left = tests * each + static_cast<double>(of - tested);
  if (test_left > 0) left_s += test_left * per_test_s;
  return left_s;
}

}  // namespace nernst
