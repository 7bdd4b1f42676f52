// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/run.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <cstdlib>

#include "nernst/base/lane_math.h"
#include "nernst/experiment/experiment_file.h"
#include "nernst/experiment/float_training.h"
#include "nernst/experiment/memory.h"
#include "nernst/experiment/trainer.h"
#include "nernst/experiment/transfer_source.h"
#include "nernst/experiment/waiting.h"
#include "nernst/io/file.h"
#include "nernst/io/hash.h"
#include "nernst/io/json.h"
#include "nernst/io/toml.h"
#include "nernst/version.h"

namespace nernst {

namespace {

// What made the run, for whoever reads the folder.
Tree made_by(const Config& config, const RunIdentity& identity, const DataSet& data,
             const std::string& transfer, const RunSetup& setup) {
  Tree tree = Tree::object();
  tree["nernst"] = kVersion;
  tree["compiler"] = kCompiler;
  tree["build"] = kBuildType;
  tree["backend"] = backend_name(setup.backend);
  tree["instruction_set"] = instruction_set();
  tree["threads"] = setup.threads;
  tree["data"] = data.title;
  write_identity(tree, identity);
  tree["transfer_checksum"] = transfer;
  tree["features"] = data.features();
  tree["device"] = config.chip.device;
  return tree;
}

RunResult train_in(const RunFolder& folder, const Config& config, const DeviceSpec& device,
                   const DataSet& data, const RunIdentity& identity, const RunSetup& setup,
                   const RunHooks& hooks, std::int64_t more_epochs = 0) {
  const auto chip = [&] {
    const Waiting making(hooks, RunPhase::making);
    return make_chip(config, device, setup);
  }();
  const auto network = make_network(config, *chip);
  // what is shown of the time left has the float network in it that comes at the end
  RunHooks with_twin = hooks;
  const bool has_twin = config.training.reference && !config.transfer.enabled();
  if (has_twin && hooks.progress)
    with_twin.progress = [&hooks,
                          twin_s = float_training_s(config, data, hooks)](Progress progress) {
      progress.seconds_left += twin_s;
      hooks.progress(progress);
    };
  Trainer trainer(config, data, *chip, *network, folder, identity, with_twin);
  trainer.restore();
  // (what there is goes only when it is sure that the run can go on)
  if (more_epochs > 0) folder.add_epochs(more_epochs);
  try {
    trainer.run();
  } catch (const Diverged& diverged) {
    write_result(folder.file("diverged.json"), identity, {{"diverged", diverged.what()}});
    throw;
  }

  RunResult result;
  result.weights_digest = digest_of_state(chip->state());
  result.cells_below_zero = part_of_cells_below_zero(*chip);
  const Evaluation test = trainer.evaluate(data.test);
  result.test_accuracy = test.accuracy;
  result.test_loss = test.loss;
  result.confusion = test.confusion;
  result.undecided = test.undecided;
  if (data.validation.size() > 0)
    result.validation_accuracy = trainer.evaluate(data.validation).accuracy;
  result.transfer = trainer.transfer_report();
  if (result.transfer) {
    result.reference_accuracy = result.transfer->source_accuracy;
    result.reference_balanced_accuracy = result.transfer->source_balanced_accuracy;
    if (config.transfer.from_file())
      result.host_operations.reset();
    else
      result.host_operations = float_operations(config, data);
  } else if (config.training.reference) {
    // the chip has learned, whatever becomes of its twin
    try {
      FloatNetwork twin = train_float(config, data, hooks);
      const Evaluation reference = evaluate_float(twin, config, data, hooks);
      result.reference_accuracy = reference.accuracy;
      result.reference_balanced_accuracy = class_shares(reference.confusion).balanced;
    } catch (const Diverged& diverged) {
      result.reference_diverged = diverged.what();
    }
  }
  const double trained =
      static_cast<double>(config.epochs_in_situ()) * static_cast<double>(data.train.size());
  if (trainer.position().wall_s > 0)
    result.samples_per_second = trained / trainer.position().wall_s;
  result.epochs = trainer.position().epoch;
  result.metrics_digest = trainer.position().metrics_digest;
  if (trainer.position().aged != 0) result.common_shift = trainer.position().common_shift;
  result.books = trainer.books();
  result.pulses_per_cell_max = chip->most_pulses();
  if (config.chip.wires.enabled) result.wires = chip->wire_report();
  result.data = data.title;
  result.device = device.name;
  result.schedule = config.training.schedule;
  result.update = config.training.update;
  result.weights = 0;
  for (const ArraySpec& array : array_specs(config))
    result.weights += static_cast<std::int64_t>(array.shape.rows * array.shape.columns);
  result.run = folder.path().string();

  const Tree json = result_json(result);
  io::write_file_atomically(folder.file("ledger.json"),
                            io::to_json(json["ledger"], io::JsonLayout::indented));
  write_result(folder.file("result.json"), identity, json);
  return result;
}

// Says what a large run will take, before anything is begun.
void tell_size(const Config& config, const DeviceSpec& device, const DataSet& data,
               const std::filesystem::path& path, const RunSetup& setup, const RunHooks& hooks) {
  if (!hooks.tell) return;
  std::error_code unknown;
  std::filesystem::path folder = std::filesystem::absolute(path, unknown);
  while (!folder.empty() && folder != folder.parent_path() &&
         !std::filesystem::exists(folder, unknown))
    folder = folder.parent_path();
  const auto space = std::filesystem::space(folder, unknown);
  const std::string sentence =
      size_sentence(config, device, data, setup.backend, unknown ? 0 : space.available);
  if (!sentence.empty()) hooks.tell(sentence);
}

Tree ledger_json(const LedgerCounts& original) {
  LedgerCounts counts = original;
  Tree tree = write_fields(fields_of(counts));
  tree["energy_J"] = counts.energy.total_J();
  tree["time_parts_s"] = write_fields(fields_of(counts.time));
  tree["energy_parts_J"] = write_fields(fields_of(counts.energy));
  return tree;
}

}  // namespace

WeightMoments weight_moments(const SimulatedChip& chip) {
  double sum = 0, squares = 0, cells = 0;
  for (std::size_t a = 0; a < chip.arrays(); ++a) {
    const Matrix<double> weights = chip.weights(a);
    for (const double weight : weights.values()) {
      const double w = weight / chip.full_scale_weight(a);
      sum += w;
      squares += w * w;
    }
    cells += static_cast<double>(weights.values().size());
  }
  return {sum / cells, std::sqrt(squares / cells)};
}

double part_of_cells_below_zero(const SimulatedChip& chip) {
  const PhysicalSpec& physical = chip.device().physical;
  // (a cell that conducts nothing is not below it, whatever the rounding)
  const double nothing_S = -1e-9 * (physical.g_max_S - physical.g_min_S);
  std::size_t below = 0, all = 0;
  for (std::size_t a = 0; a < chip.arrays(); ++a)
    for (std::size_t p = 0; p < chip.parts(a); ++p) {
      const CellStates states = chip.cells({a, p});
      for (const Matrix<double>* plane : {&states.cell, &states.other}) {
        for (const double w : plane->values()) below += physical.g_S(w) < nothing_S ? 1 : 0;
        all += plane->values().size();
      }
    }
  return all == 0 ? 0 : static_cast<double>(below) / static_cast<double>(all);
}

std::string below_zero_remark(double part) {
  constexpr double much = 1e-3;
  if (part < much) return "";
  return fmt::format(
      "{:.2f} % of the cells and references stand where they would conduct less than 0 S: "
      "the weights count them there, which no cell can do; a larger g_min_S or less spread "
      "avoids it",
      100 * part);
}

std::unique_ptr<SimulatedChip> make_chip(const Config& config, const DeviceSpec& device,
                                         const RunSetup& setup) {
  const auto seed = static_cast<std::uint64_t>(config.training.seed);
  auto chip = std::make_unique<SimulatedChip>(config.chip, device, array_specs(config), seed,
                                              setup.backend, Threads(setup.threads));
  // what a transfer writes to stands in the middle
  if (config.chip.init == InitialState::random && !config.transfer.enabled())
    for (std::size_t l = 0; l < config.network.layers.size(); ++l)
      chip->fabricate(l, initial_weights(config.network, l, seed).view());
  return chip;
}

std::unique_ptr<Network> make_network(const Config& config, SimulatedChip& chip) {
  return std::make_unique<Network>(config.network, chip, config.chip.neuron,
                                   config.chip.error_circuit,
                                   static_cast<std::uint64_t>(config.training.seed));
}

Learner make_learner(const Config& config, Network& network) {
  const TrainingSpec& training = config.training;
  return {network,
          {.schedule = make_schedule(training.schedule),
           .rule = config.update_rule(),
           .loss = resolve_loss(training.loss, config.network.layers.back().activation),
           .accumulate = training.accumulate,
           .seed = static_cast<std::uint64_t>(training.seed)}};
}

DataSet load_data(const DataSpec& spec, const RunHooks& hooks) {
  const Waiting reading(hooks, RunPhase::reading);
  return load_data(spec);
}

RunResult start_run(Config config, const std::filesystem::path& path, const RunSetup& setup,
                    const RunHooks& hooks) {
  const DeviceSpec device = resolve_device(config);
  const DataSet data = load_data(config.data, hooks);
  fit_network(config, data);
  fit_full_scales(config, device);
  // the run is found again from wherever somebody stands
  make_paths_absolute(config);
  check_memory(bytes_needed(config, device, data, setup.backend), bytes_available());
  if (hooks.warn)
    for (const std::string& remark : data.remarks) hooks.warn(remark);
  tell_size(config, device, data, path, setup, hooks);
  const std::string transfer = check_transfer_source(config);
  for (const std::string& warning : check_learned_from(config, data.fit))
    if (hooks.warn) hooks.warn(warning);
  const RunIdentity identity = identity_of(config, device, transfer, data.checksum, setup.backend);
  const Tree maker = made_by(config, identity, data, transfer, setup);
  const RunFolder folder = RunFolder::create(path, config, device, data.fit, maker);
  return train_in(folder, config, device, data, identity, setup, hooks);
}

RunResult resume_run(const std::filesystem::path& path, const RunSetup& setup,
                     const RunHooks& hooks, std::int64_t more_epochs) {
  // locked before it is read, so that nobody changes it in between
  RunFolder folder = RunFolder::open(path);
  folder.lock();
  OpenedRun run = open_run(path);
  run.folder = std::move(folder);
  Config& config = run.config;
  const double end = static_cast<double>(config.epochs_planned());
  if (more_epochs > 0 && config.training.learning_rate.at(end, end) == 0)
    throw ConfigError("--epochs", static_cast<double>(more_epochs),
                      "would learn nothing: the learning rate ends at 0 (training.final_rate)");
  const DeviceSpec& device = run.device;
  const DataSet data = load_data(config.data, hooks);
  // before there is a checkpoint to belong to, the folder itself says what it was begun with
  check_identity(
      path.string(),
      identity_of(config, device, check_transfer_source(config), data.checksum, setup.backend),
      run.identity);
  check_memory(bytes_needed(config, device, data, setup.backend), bytes_available());
  config.more_epochs += more_epochs;
  return train_in(run.folder, config, device, data, run.identity, setup, hooks, more_epochs);
}

std::string saturation_remark(const LedgerCounts& book) {
  constexpr double much = 0.01;
  const double unsent =
      book.unsent_pulses / (book.unsent_pulses + static_cast<double>(book.pulses));
  if (unsent > much)
    return fmt::format(
        "{:.1f} % of the pulses that updates asked for could not be sent, as the largest entries "
        "need more than chip.train_length (or chip.count_max); a smaller training.learning_rate "
        "asks for fewer",
        100 * unsent);
  return "";
}

std::string clipping_remark(const LedgerCounts& book) {
  constexpr double much = 0.01;
  const double clipped =
      static_cast<double>(book.saturated_outputs) / static_cast<double>(book.adc_conversions);
  if (clipped > much)
    return fmt::format(
        "{:.1f} % of the outputs were clipped at the full scale of the ADC; a larger "
        "chip.adc_bound or chip.bound_management = \"iterative\" takes them",
        100 * clipped);
  return "";
}

std::vector<std::string> remarks_on(const RunResult& result) {
  const ClassShares shares = class_shares(result.confusion);
  std::vector<std::string> remarks = {
      chance_remark("the chip", result.test_accuracy, shares),
      saturation_remark(result.books.training), clipping_remark(result.books.training),
      undecided_remark(result.undecided, static_cast<std::size_t>(shares.samples)),
      below_zero_remark(result.cells_below_zero)};
  if (result.common_shift && *result.common_shift != 0)
    remarks.push_back(fmt::format("on the shelf all weights shifted by {:+.4f} of w in the mean",
                                  *result.common_shift));
  if (result.reference_accuracy)
    remarks.push_back(chance_remark("the float network", *result.reference_accuracy, shares));
  std::erase(remarks, "");
  return remarks;
}

Tree result_json(const RunResult& result) {
  Tree json = Tree::object();
  json["run"] = result.run;
  json["data"] = result.data;
  json["device"] = result.device;
  json["schedule"] = result.schedule;
  json["update"] = result.update;
  json["test_accuracy"] = result.test_accuracy;
  json["test_loss"] = result.test_loss;
  write_shares(json, class_shares(result.confusion));
  json["remarks"] = remarks_on(result);
  if (result.validation_accuracy) json["validation_accuracy"] = *result.validation_accuracy;
  json["reference_accuracy"] =
      result.reference_accuracy ? Tree(*result.reference_accuracy) : Tree(nullptr);
  if (result.reference_balanced_accuracy)
    json["reference_balanced_accuracy"] = *result.reference_balanced_accuracy;
  if (!result.reference_diverged.empty()) json["reference_diverged"] = result.reference_diverged;
  json["samples_per_second"] = result.samples_per_second;
  json["epochs"] = result.epochs;
  json["weights"] = result.weights;
  json["weights_digest"] = result.weights_digest;
  json["metrics_digest"] = result.metrics_digest;
  if (result.transfer) {
    TransferReport report = *result.transfer;
    json["transfer"] = write_fields(fields_of(report));
  }
  if (result.wires)
    json["wires"] = {{"solutions", result.wires->solutions},
                     {"rms_effect", result.wires->rms_effect()},
                     {"rms_error", result.wires->rms_error()},
                     {"largest_error", result.wires->largest_error},
                     {"solver_error", result.wires->solver_error}};
  if (result.common_shift) json["common_shift"] = *result.common_shift;
  json["host_operations"] = result.host_operations ? Tree(*result.host_operations) : Tree(nullptr);
  json["undecided"] = result.undecided;
  json["cells_below_zero"] = result.cells_below_zero;
  json["confusion"] = Tree::array();
  for (std::size_t r = 0; r < result.confusion.rows(); ++r) {
    const auto row = result.confusion.row(r);
    json["confusion"].push_back(std::vector<std::int64_t>(row.begin(), row.end()));
  }
  Tree ledger = ledger_json(result.books.training);
  ledger["pulses_per_cell_max"] = result.pulses_per_cell_max;
  ledger["signal_words_peak"] = result.books.signal_words_peak;
  ledger["weight_words_peak"] = result.books.weight_words_peak;
  json["ledger"] = ledger;
  json["evaluation_ledger"] = ledger_json(result.books.evaluation);
  return json;
}

FinishedChip load_chip(const std::filesystem::path& path, const RunSetup& setup) {
  OpenedRun run = open_run(path);
  FinishedChip finished;
  finished.config = std::move(run.config);
  finished.fit = std::move(run.fit);
  finished.data_checksum = run.identity.data;
  // its checkpoint has numbers of the type of the back-end that made it
  RunSetup same = setup;
  if (setup.backend == Backend::reference || run.backend() == Backend::reference)
    same.backend = run.backend();
  finished.chip = make_chip(finished.config, run.device, same);
  finished.network = make_network(finished.config, *finished.chip);
  const std::filesystem::path checkpoint = run.folder.file("checkpoint.h5");
  if (!io::path_exists(checkpoint))
    throw ConfigError(path.string(), "", "has no checkpoint yet; go on with nernst train --resume");
  RunPosition position;
  Books books;
  read_checkpoint(checkpoint, run.identity, position, books, finished.chip->state());
  finished.weights_digest = digest_of_state(finished.chip->state());
  const std::optional<Tree> result = read_result(run.folder.file("result.json"), &run.identity);
  if (result && result->contains("weights_digest") &&
      result->at("weights_digest") != finished.weights_digest)
    throw ConfigError(checkpoint.string(), "",
                      "does not hold the chip of this run's result.json; restore it, or delete "
                      "result.json, and nernst train --resume writes it again");
  return finished;
}

void instruction_set_from_environment() {
  const char* const name = std::getenv("NERNST_INSTRUCTION_SET");
  if (name == nullptr || *name == '\0' || force_instruction_set(name)) return;
  throw ConfigError(
      "NERNST_INSTRUCTION_SET", name,
      fmt::format("give one that this machine has: {}", fmt::join(instruction_sets(), ", ")));
}

Backend backend_from_environment() {
  const char* const name = std::getenv("NERNST_BACKEND");
  const std::string asked = name == nullptr ? "" : name;
  if (asked.empty() || asked == "fast") return Backend::fast;
  if (asked == "scalar") return Backend::scalar;
  if (asked == "reference") return Backend::reference;
  throw ConfigError("NERNST_BACKEND", asked, "give reference, scalar or fast");
}

const char* backend_name(Backend backend) {
  switch (backend) {
    case Backend::reference:
      return "reference";
    case Backend::scalar:
      return "scalar";
    case Backend::fast:
      return "fast";
  }
  return "";
}

}  // namespace nernst
