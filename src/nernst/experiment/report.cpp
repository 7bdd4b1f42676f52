// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "nernst/base/error.h"
#include "nernst/device/population.h"
#include "nernst/experiment/checkpoint.h"
#include "nernst/experiment/report_layers.h"
#include "nernst/experiment/report_page.h"
#include "nernst/experiment/run_folder.h"
#include "nernst/io/file.h"
#include "nernst/io/hash.h"
#include "nernst/io/json.h"
#include "nernst/io/text.h"
#include "nernst/io/toml.h"
#include "nernst/version.h"

namespace nernst {

namespace fs = std::filesystem;

namespace {

// [{name, value, unit, help}] of all fields.
Tree described(const Fields& fields) {
  Tree rows = Tree::array();
  for (const Field& field : fields.all())
    rows.push_back({{"name", field.name},
                    {"value", field.value()},
                    {"unit", field.note.unit},
                    {"help", field.note.help}});
  return rows;
}

// The entry of a table, or null.
Tree entry(const Tree& table, const std::string& key) {
  return table.is_object() && table.contains(key) ? table[key] : Tree(nullptr);
}

double number_in(const Tree& table, const std::string& key) {
  const Tree value = entry(table, key);
  return value.is_number() ? value.get<double>() : 0;
}

// The lines of metrics.jsonl; none where training has not come to its first. Of a run that is done
// they are those that its result was written with.
Tree read_metrics(const fs::path& path, const Tree& result) {
  Tree lines = Tree::array();
  const std::string text = io::path_exists(path) ? io::read_file(path) : "";
  std::size_t number = 0;
  // what has no line end yet is still being written
  for (std::size_t begin = 0, end; (end = text.find('\n', begin)) != std::string::npos;
       begin = end + 1) {
    ++number;
    const std::string line = text.substr(begin, end - begin);
    const std::string where = io::at_line(path.string(), number);
    Tree metrics;
    try {
      metrics = io::parse_json(line, where);
    } catch (const ConfigError&) {
      metrics = nullptr;
    }
    if (!metrics.is_object() || !entry(metrics, "epoch").is_number())
      throw ConfigError(where, io::shown(line),
                        "is no line of metrics; nernst train --resume writes the lines again");
    lines.push_back(std::move(metrics));
  }
  const Tree digest = entry(result, "metrics_digest");
  if (digest.is_string() && digest != io::digest_of(text))
    throw ConfigError(path.string(), "",
                      "is not what this run has written; restore it, or train the run anew");
  return lines;
}

// The books of a checkpoint in the form of the ledgers of result.json.
Tree ledger_of(LedgerCounts counts) {
  Tree ledger = write_fields(fields_of(counts));
  ledger["energy_J"] = counts.energy.total_J();
  ledger["time_parts_s"] = write_fields(fields_of(counts.time));
  ledger["energy_parts_J"] = write_fields(fields_of(counts.energy));
  return ledger;
}

// Every count of both books under its help text.
Tree ledger_rows(const Tree& training, const Tree& evaluation) {
  LedgerCounts counts;
  const Fields fields = fields_of(counts);
  Tree rows = described(fields);
  rows.push_back({{"name", "energy_J"}, {"unit", "J"}, {"help", "energy of all parts"}});
  rows.push_back({{"name", "pulses_per_cell_max"}, {"help", "most pulses on one cell"}});
  rows.push_back({{"name", "signal_words_peak"},
                  {"help", "activations and errors held at one time, at most"}});
  rows.push_back({{"name", "weight_words_peak"},
                  {"help", "numbers held for each weight at one time, at most"}});
  for (Tree& row : rows) {
    const std::string name = row["name"];
    row.erase("value");
    row["training"] = entry(training, name);
    row["evaluation"] = entry(evaluation, name);
  }
  return rows;
}

Tree energy_parts(const Tree& training, const Tree& evaluation) {
  EnergyParts energy;
  const Fields fields = fields_of(energy);
  Tree parts = Tree::array();
  for (const Field& field : fields.all())
    parts.push_back({{"help", field.note.help},
                     {"training", number_in(entry(training, "energy_parts_J"), field.name)},
                     {"evaluation", number_in(entry(evaluation, "energy_parts_J"), field.name)}});
  return parts;
}

Tree time_parts(const Tree& ledger) {
  TimeParts time;
  const Fields fields = fields_of(time);
  Tree parts = Tree::array();
  for (const Field& field : fields.all())
    parts.push_back({{"help", field.note.help},
                     {"training", number_in(entry(ledger, "time_parts_s"), field.name)}});
  return parts;
}

Tree device_json(DeviceSpec device) {
  Tree tree = Tree::object();
  tree["name"] = device.name;
  tree["title"] = device.title;
  tree["citation"] = device.citation;
  tree["law"] = with_law(device, [](const auto& law) { return std::string(law.kName); });
  tree["below_zero"] = below_zero_sentence(device);
  tree["physical"] = described(fields_of(device.physical));
  tree["cell"] = described(fields_of(device.cell));
  tree["spread"] = described(fields_of(device.spread));
  return tree;
}

// What the chip answers to each combination of a logic task: {inputs, target, answer, outputs}.
Tree truth_table(const Config& config, SimulatedChip& chip) {
  Tree table = Tree::array();
  if (config.data.name != "logic") return table;
  const DataSet data = load_data(config.data);
  const auto network = make_network(config, chip);
  const LossKind loss = resolve_loss(config.training.loss, config.network.layers.back().activation);
  const Evaluation evaluation =
      evaluate(*network, loss, data.test, data.classes.size(), {}, KeepOutputs::yes);
  for (std::size_t k = 0; k < data.test.size(); ++k) {
    // as they were before the chip's own scale
    std::vector<double> inputs;
    for (std::size_t f = 0; f < data.features(); ++f)
      inputs.push_back(
          std::round(static_cast<double>(data.test.inputs.row(k)[f]) * data.fit.scales[f].width +
                     data.fit.scales[f].offset));
    const auto outputs = evaluation.outputs.row(k);
    table.push_back({{"inputs", inputs},
                     {"target", data.classes.at(data.test.labels[k])},
                     {"answer", data.classes.at(evaluation.predicted[k])},
                     {"outputs", std::vector<double>(outputs.begin(), outputs.end())}});
  }
  return table;
}

// What a run has learned so far: position, books and layers.
void write_state(Tree& report, const OpenedRun& run, const Tree& result, RunSetup setup) {
  setup.backend = run.backend();
  const Config& config = run.config;
  const DeviceSpec& device = run.device;
  const auto chip = make_chip(config, device, setup);
  const LayerWeights before = weights_of(*chip);
  LayerWeights after;
  RunPosition position;
  Books books;
  Tree training, evaluation;
  if (const fs::path checkpoint = run.folder.file("checkpoint.h5"); io::path_exists(checkpoint)) {
    read_checkpoint(checkpoint, run.identity, position, books, chip->state());
    after = weights_of(*chip);
    training = ledger_of(books.training);
    training["pulses_per_cell_max"] = chip->most_pulses();
    training["signal_words_peak"] = books.signal_words_peak;
    training["weight_words_peak"] = books.weight_words_peak;
    evaluation = ledger_of(books.evaluation);
    report["truth_table"] = truth_table(config, *chip);
  }
  // the evaluation at the end came after the last checkpoint
  if (result.is_object()) {
    training = entry(result, "ledger");
    evaluation = entry(result, "evaluation_ledger");
  }
  report["epochs_done"] = position.epoch;
  report["ledger"] = training.is_object() ? ledger_rows(training, evaluation) : Tree::array();
  report["energy"] = training.is_object() ? energy_parts(training, evaluation) : Tree::array();
  report["time"] = training.is_object() ? time_parts(training) : Tree::array();
  report["layers"] = report_layers(config, device, before, after);
}

}  // namespace

Tree report_of_run(const fs::path& path, const RunSetup& setup) {
  const OpenedRun run = open_run(path);
  const RunFolder& folder = run.folder;
  const Config& config = run.config;
  const DataFit& fit = run.fit;
  Tree result = read_result(folder.file("result.json"), &run.identity).value_or(nullptr);
  // where the run lies on this machine is nobody's business
  if (result.is_object()) result.erase("run");

  Tree report = Tree::object();
  report["name"] = fs::canonical(path).filename().string();  // of . as well
  report["made_by"] = run.made_by;
  report["finished"] = result.is_object();
  report["epochs"] = config.epochs_in_situ();
  report["inputs"] = config.network.inputs;
  report["settings"] = write_config(config);
  report["config"] = io::read_file(folder.file("config.toml"));
  report["device_text"] = io::read_file(folder.file("device.toml"));
  report["device"] = device_json(run.device);
  report["metrics"] = read_metrics(folder.file("metrics.jsonl"), result);
  report["result"] = result;
  if (entry(result, "transfer").is_object()) {
    TransferReport transfer;
    report["transfer"] = described(fields_of(transfer));
    for (Tree& row : report["transfer"]) row["value"] = entry(result["transfer"], row["name"]);
  }
  const std::size_t classes = entry(result, "confusion").size();
  report["classes"] = classes == fit.classes.size() ? Tree(fit.classes) : Tree::array();
  write_state(report, run, result, setup);
  return report;
}

std::string report_html(Tree data) {
  const std::string_view page = report_page();
  if (page.empty())
    throw ConfigError("nernst report", "",
                      "was built without its page; run scripts/setup and build again");
  constexpr std::string_view mark = "<script type=\"application/json\" id=\"data\">";
  const std::size_t place = page.find(mark);
  NERNST_CHECK(page.starts_with(kReportMark) && place != std::string_view::npos);

  data["nernst"] = kVersion;
  if (entry(data, "comparison").is_object()) data["comparison"].erase("folder");
  std::string html(page.substr(0, place + mark.size()));
  for (const char c : io::to_json(data, io::JsonLayout::line)) {
    // neither </script nor <!-- can stand in a script; in JSON a < is always in a text
    if (c == '<')
      html += "\\u003c";
    else
      html += c;
  }
  html += page.substr(place + mark.size());
  return html;
}

void write_report(const fs::path& path, std::string_view html) {
  if (io::path_exists(path)) {
    if (!fs::is_regular_file(path))
      throw ConfigError("--out", path.string(), "is not a file; give the name of a report");
    if (!io::read_file(path).starts_with(kReportMark))
      throw ConfigError("--out", path.string(),
                        "is there already and is not a report; give another name");
  }
  io::write_file_atomically(path, html);
}

}  // namespace nernst
