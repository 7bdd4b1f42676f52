// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/config.h"

#include <fmt/format.h>

#include "nernst/device/population.h"
#include "nernst/io/text.h"
#include "nernst/training/schedule.h"

namespace nernst {

namespace {

const Tree& table_or_empty(const Tree& parent, const char* key, const std::string& path) {
  static const Tree empty = Tree::object();
  if (!parent.contains(key)) return empty;
  if (!parent[key].is_object()) throw ConfigError(path, "", "must be a table");
  return parent[key];
}

void read_network(const Tree& table, NetworkSpec& network) {
  if (table.empty())
    throw ConfigError("network.layer", "none", "give at least one [[network.layer]]");
  read_fields(table, "network", Fields(), {"layer"});
  const Tree& layers = table["layer"];
  if (!layers.is_array() || layers.empty() || layers.size() > 1000)
    throw ConfigError("network.layer", "", "give 1 to 1000 tables [[network.layer]]");
  for (std::size_t l = 0; l < layers.size(); ++l) {
    LayerSpec layer;
    read_fields(layers[l], fmt::format("network.layer.{}", l), fields_of(layer));
    if (layer.activation == Activation::softmax && l + 1 < layers.size())
      throw ConfigError(fmt::format("network.layer.{}.activation", l), "\"softmax\"",
                        "only the last layer can be softmax");
    network.layers.push_back(layer);
  }
}

std::string joined(const std::vector<NamedHelp>& items) {
  std::string names;
  for (const NamedHelp& item : items) names += (names.empty() ? "" : ", ") + std::string(item.name);
  return names;
}

// [training], and in it tables with the options of update rules, which may be there for other rules
// than the one that is used.
void read_training(const Tree& table, TrainingSpec& training) {
  std::vector<std::string> rules;
  for (const NamedHelp& rule : update_rules()) rules.emplace_back(rule.name);
  read_fields(table, "training", fields_of(training), rules);
  for (const std::string& rule : rules) {
    if (!table.contains(rule)) continue;
    make_update_rule(rule, table_or_empty(table, rule.c_str(), "training." + rule));
    if (rule == training.update) training.update_options = table[rule];
  }
}

}  // namespace

void TrainingSpec::describe(Fields& f) {
  // nothing is learned on the chip behind a transfer without fine-tuning, nor in float where the
  // weights come from a file
  const Condition in_situ = {is("transfer.source", {"none"}),
                             is_not_zero("transfer.fine_tune_epochs")};
  const Condition anywhere = {is("transfer.source", {"none", "float"}),
                              is_not_zero("transfer.fine_tune_epochs")};
  f.text("schedule", schedule,
         "how errors reach the layers and when each is updated: " + joined(schedules()))
      .where(in_situ);
  f.text("update", update, "how an array takes an outer product: " + joined(update_rules()));
  f.all_where(anywhere, [&] { learning_rate.describe(f); });
  f.integer("epochs", epochs, {.min = 1, .max = 1e9, .help = "times through the training samples"})
      .where(is("transfer.source", {"none", "float"}));
  f.integer("batch", batch, {.min = 1, .max = 1 << 16, .help = "samples of a mini-batch"})
      .where(anywhere);
  f.integer("seed", seed,
            {.min = 0, .max = 9e15, .help = "of fabrication, noise, weights and order"});
  f.choice(
      "loss", loss, {"auto", "cross_entropy", "squared_error"},
      "auto: cross-entropy after softmax, squared error (half the sum of the squares) otherwise");
  f.flag("accumulate", accumulate,
         "conventional: hold the mean gradient of a mini-batch, written row by row")
      .where(in_situ);
  f.flag("reference", reference, "also train the same network in float, for comparison")
      .where(is("transfer.source", {"none"}));
  f.integer("zero_shift", zero_shift,
            {.min = 0,
             .max = 1e7,
             .help = "pairs of pulses up and down before training, to the symmetry point of each "
                     "cell, which becomes its reference; 0 = none"});
  f.integer("refresh_every", refresh_every,
            {.min = 0,
             .max = 1e12,
             .help = "mini-batches between refreshes (read, reset, program_verify as in "
                     "[transfer]), for cells that can only rise; 0 = never"})
      .where(in_situ);
  f.real(
      "monitor_threshold", monitor_threshold,
      {.min = 0, .max = 1e9, .help = "warn when the share of the update in the error passes this"});
  f.real("checkpoint_s", checkpoint_s,
         {.unit = "s", .min = 0, .max = 1e9, .help = "seconds between checkpoints"});
}

namespace {

// A key that stands outside of its table is answered with the table.
void refuse_key_without_table(const Tree& tree, Config& config) {
  for (const auto& [key, value] : tree.items()) {
    if (value.is_object()) continue;
    for (const auto& [table, fields] : {std::pair("data", fields_of(config.data)),
                                        {"chip", fields_of(config.chip)},
                                        {"training", fields_of(config.training)}})
      if (fields.find(key) != nullptr)
        throw ConfigError(key, "", fmt::format("no such key; did you mean {}.{}?", table, key));
  }
}

}  // namespace

Config read_config(const Tree& tree) {
  Config config;
  if (tree.is_object()) refuse_key_without_table(tree, config);
  read_fields(tree, "", Fields(),
              {"data", "chip", "device", "network", "training", "transfer", "aging"});
  read_data_spec(table_or_empty(tree, "data", "data"), config.data);

  const Tree& chip = table_or_empty(tree, "chip", "chip");
  std::vector<std::string> chip_tables;
  for (const ChipSpec::Table& one : config.chip.tables()) chip_tables.push_back(one.name);
  read_fields(chip, "chip", fields_of(config.chip), chip_tables);
  for (const ChipSpec::Table& one : config.chip.tables())
    read_fields(table_or_empty(chip, one.name.c_str(), "chip." + one.name), "chip." + one.name,
                one.fields);
  config.chip.wires.check();
  if (config.chip.read_noise.enabled && config.chip.technology.t_read_s <= 0)
    throw ConfigError("chip.technology.t_read_s", config.chip.technology.t_read_s,
                      "noise has the bandwidth of a read: give its time");
  if (config.chip.tile.size() != 2)
    throw ConfigError("chip.tile", fmt::format("{} numbers", config.chip.tile.size()),
                      "give two, rows and columns, as [512, 512]");

  config.device = table_or_empty(tree, "device", "device");
  read_network(table_or_empty(tree, "network", "network"), config.network);
  read_training(table_or_empty(tree, "training", "training"), config.training);
  read_fields(table_or_empty(tree, "transfer", "transfer"), "transfer", fields_of(config.transfer));
  config.transfer.check();
  read_fields(table_or_empty(tree, "aging", "aging"), "aging", fields_of(config.aging));
  // names are checked here, so that a slip shows before any work
  make_schedule(config.training.schedule);
  config.update_rule();
  resolve_loss(config.training.loss, config.network.layers.back().activation);
  if (config.training.accumulate && config.training.schedule != "conventional")
    throw ConfigError("training.accumulate", "true",
                      "only training.schedule = \"conventional\" accumulates");
  if (config.training.accumulate && config.training.update != "pulsed")
    throw ConfigError("training.accumulate", "true",
                      "the gradient is written as it is: only training.update = \"pulsed\"");
  if (config.training.zero_shift > 0 && config.chip.weight != WeightCoding::reference_cell)
    throw ConfigError("training.zero_shift", static_cast<double>(config.training.zero_shift),
                      "needs a reference for each cell: chip.weight = \"reference_cell\"");
  if (config.aging.wait_s > 0 && config.aging.after_epoch > config.epochs_in_situ())
    throw ConfigError("aging.after_epoch", static_cast<double>(config.aging.after_epoch),
                      fmt::format("there are {} epochs in situ", config.epochs_in_situ()));
  return config;
}

Tree write_config(const Config& original) {
  Config config = original;
  Tree tree = Tree::object();
  tree["data"] = write_fields(fields_of(config.data));
  tree["chip"] = write_fields(fields_of(config.chip));
  for (const ChipSpec::Table& one : config.chip.tables())
    tree["chip"][one.name] = write_fields(one.fields);
  if (!config.device.empty()) tree["device"] = config.device;
  Tree layers = Tree::array();
  for (LayerSpec& layer : config.network.layers) layers.push_back(write_fields(fields_of(layer)));
  tree["network"]["layer"] = layers;
  tree["training"] = write_fields(fields_of(config.training));
  const auto rule = config.update_rule();
  const Tree options = write_fields(fields_of(*rule));
  if (!options.empty()) tree["training"][config.training.update] = options;
  tree["transfer"] = write_fields(fields_of(config.transfer));
  tree["aging"] = write_fields(fields_of(config.aging));
  return tree;
}

namespace {

// What is asked of the symmetry point of cells that have none, or one that pulses lead away from.
void check_symmetry_point(const Config& config, const DeviceSpec& device) {
  const bool zero_shift = config.training.zero_shift > 0;
  const bool by_reference = device.cell.reference == Reference::symmetry_point;
  const bool by_rule = config.update_rule()->needs_symmetry_point() && config.epochs_in_situ() > 0;
  if (!zero_shift && !by_reference && !by_rule) return;
  const SymmetryPoint point =
      device.cell.one_sided ? SymmetryPoint::nowhere : symmetry_point_of(device);
  if (point == SymmetryPoint::attracts) return;
  const bool repels = point == SymmetryPoint::repels;
  const std::string why =
      repels ? "steps of this device grow on their way, so that pulses up and down lead cells away "
               "from their symmetry point"
             : "steps of this device are the same everywhere, so that it has no symmetry point";
  if (zero_shift)
    throw ConfigError("training.zero_shift", static_cast<double>(config.training.zero_shift),
                      why + "; give 0");
  if (by_reference)
    throw ConfigError("device.cell.reference", "symmetry_point", why + "; give \"nominal\"");
  // (where steps are the same everywhere, these rules do without)
  if (by_rule && repels)
    throw ConfigError("training.update", config.training.update,
                      why + ", and this rule relies on it; give \"pulsed\"");
}

DeviceSpec changed_device(const Config& config) {
  DeviceSpec preset = load_device(config.chip.device);
  // a cell that lines of resistance lead to is what it conducts, and that has ends
  if (config.chip.wires.enabled)
    if (Ideal* const ideal = std::get_if<Ideal>(&preset.law)) ideal->bounded = true;
  if (config.device.empty()) return preset;
  Tree tree = write_device(preset);
  // what follows from the parameters of a law follows from the changed ones
  if (config.device.contains("parameters"))
    with_law(preset, [&](const auto& law) {
      if constexpr (requires { law.nominal_step(); }) tree["cell"].erase("dw_min");
      if constexpr (requires { law.retention_tau_s(); })
        if (law.retention_tau_s() > 0) tree["retention"].erase("tau_s");
    });
  merge_tables(tree, config.device);
  DeviceSpec device = read_device(tree, "device");
  device.name = preset.name;
  return device;
}

}  // namespace

DeviceSpec resolve_device(const Config& config) {
  DeviceSpec device = changed_device(config);
  check_symmetry_point(config, device);
  return device;
}

WeightReach weight_reach(const ChipSpec& chip, const DeviceSpec& device) {
  if (chip.weight != WeightCoding::differential_pair) {
    const bool at_rest =
        chip.weight == WeightCoding::reference_cell && device.cell.reference == Reference::rest;
    const double zero = at_rest ? device.retention.w_rest : 0;
    return {device.cell.w_min - zero, device.cell.w_max - zero};
  }
  const double half_range = (device.cell.w_max - device.cell.w_min) / 2;
  return {-half_range, half_range};
}

std::vector<ArraySpec> array_specs(const Config& config) {
  std::vector<ArraySpec> arrays;
  const std::vector<double> gains = config.update_rule()->gains();
  for (std::size_t l = 0; l < config.network.layers.size(); ++l) {
    const LayerSpec& layer = config.network.layers[l];
    double full_scale = automatic_full_scale(config.network.fan_in(l));
    if (config.chip.full_scale_weight) full_scale = *config.chip.full_scale_weight;
    if (layer.full_scale_weight) full_scale = *layer.full_scale_weight;
    arrays.push_back({.shape = {config.network.rows(l), config.network.columns(l)},
                      .full_scale_weight = full_scale,
                      .gains = gains,
                      .writable_references = config.training.zero_shift > 0});
  }
  return arrays;
}

void fit_network(Config& config, const DataFit& fit, const std::string& data) {
  config.network.inputs = fit.features();
  const std::size_t last = config.network.layers.size() - 1, classes = fit.classes.size();
  const std::size_t units = config.network.outputs();
  const bool softmax = config.network.layers[last].activation == Activation::softmax;
  constexpr std::size_t many = 20;
  const bool numeric = std::ranges::all_of(
      fit.labels, [](const std::string& label) { return io::parse_number(label).has_value(); });
  const bool one_for_two = units == 1 && classes == 2 && !softmax;
  if (units != classes && !one_for_two)
    throw ConfigError(
        fmt::format("network.layer.{}.units", last), static_cast<double>(units),
        fmt::format(
            "{} has {} classes: give {}{}{}", data, classes, classes,
            classes == 2 && !softmax ? " or 1" : "",
            classes > many && numeric ? " (to learn numbers, regression, is not there yet)" : ""));
}

}  // namespace nernst
