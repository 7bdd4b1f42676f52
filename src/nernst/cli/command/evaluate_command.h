// SPDX-License-Identifier: Apache-2.0
// `nernst evaluate`: a chip as a run left it, on any data; its answers and weights for other
// programs.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "nernst/base/error.h"
#include "nernst/base/interruption.h"
#include "nernst/base/statistics.h"
#include "nernst/cli/clock.h"
#include "nernst/cli/command.h"
#include "nernst/cli/confusion.h"
#include "nernst/cli/duration.h"
#include "nernst/cli/exit_code.h"
#include "nernst/cli/progress_bar.h"
#include "nernst/cli/quantity.h"
#include "nernst/cli/real_range.h"
#include "nernst/cli/run_options.h"
#include "nernst/cli/stop_signal.h"
#include "nernst/cli/text_table.h"
#include "nernst/experiment/cell_export.h"
#include "nernst/experiment/other_circuits.h"
#include "nernst/experiment/output_files.h"
#include "nernst/experiment/run.h"
#include "nernst/io/csv.h"
#include "nernst/io/file.h"
#include "nernst/io/text.h"
#include "nernst/io/toml.h"

namespace nernst {

class EvaluateCommand final : public Command {
 public:
  static constexpr std::string_view kName = "evaluate";
  static constexpr std::string_view kHelp =
      "classify with the chip of a run, on its own data or others; weights as NPZ";
  static constexpr std::string_view kExamples =
      "nernst evaluate runs/two_layer\n"
      "nernst evaluate runs/two_layer --set data.test_limit=1000 --json\n"
      "nernst evaluate runs/two_layer --set data.path=new.csv --predictions answers.csv\n"
      "nernst evaluate runs/two_layer --data idx --set data.path=my/mnist\n"
      "nernst evaluate runs/two_layer --weights weights.npz --cells cells.csv\n"
      "nernst evaluate runs/two_layer --set chip.adc_bits=6 --repeats 20\n"
      "nernst evaluate runs/two_layer --after 1d --temperature 330";

  void options(CLI::App& app) override {
    app.add_option("RUN", run_, "the folder of the run")->type_name("")->required();
    app.add_option("--data", data_, "another kind of data set; default: that of the run")
        ->type_name("NAME");
    app.add_option("--predictions", predictions_,
                   "write the class of each sample and the output of each unit, as CSV; with "
                   "--repeats those of the first reading")
        ->type_name("FILE.csv");
    app.add_option(
           "--weights", weights_,
           "write the weights: layer_0_weights (outputs x inputs), layer_0_bias, ..., and what "
           "they need to be used alone: input_offset and input_width, of which x becomes "
           "(x - offset) / width (0 where width is 0), features, activations, classes")
        ->type_name("FILE.npz");
    app.add_option("--cells", cells_,
                   "write each cell: its conductance and that of its reference in siemens, the "
                   "pulses that it has had; as NPZ or HDF5 (layer_0..., outputs x inputs, the bias "
                   "last) or as CSV (a line for each cell)")
        ->type_name("FILE");
    app.add_option("--repeats", repeats_,
                   "read all samples so often, and say how much the accuracy varies with the noise")
        ->option_text("N")
        ->check(CLI::Range(1, 10000));
    app.add_option("--after", after_,
                   "leave the chip on the shelf first, as 90s, 15min, 8h, 1d, 10y")
        ->type_name("TIME");
    app.add_option("--temperature", temperature_K_,
                   "of the shelf in kelvins; default: that of the device")
        ->option_text("K")
        ->check(RealRange(1.0, 2000.0));
    add_set_option(app, settings_);
    add_strict_option(app, strict_);
    add_threads_option(app, threads_);
  }

  Answer run(Console& console) override {
    const double after_s = after_.empty() ? 0 : duration_s("--after", after_);
    if (temperature_K_ > 0 && after_.empty())
      throw ConfigError("--temperature", temperature_K_,
                        "is that of the shelf: give --after TIME as well");
    const RunSetup setup{.threads = threads_, .backend = backend_from_environment()};
    FinishedChip finished = load_chip(run_, setup);
    std::vector<std::string> warnings;
    const Tree changes = read_settings(warnings);
    check_outputs(finished, changes);
    if (changes.contains("chip"))
      finished = through_other_circuits(std::move(finished), changes["chip"], setup, warnings);
    const WeightMoments before = weight_moments(*finished.chip);
    leave_on_shelf(finished, after_s, temperature_K_, warnings);
    const WeightMoments after = weight_moments(*finished.chip);
    const double common_shift = after.mean - before.mean;
    const double left = before.rms > 0 ? after.rms / before.rms : 1;
    const double shelf_K =
        temperature_K_ > 0 ? temperature_K_ : finished.chip->device().retention.temperature_K;
    if (strict_ && !warnings.empty()) throw ConfigError("--strict", "", warnings.front());
    for (const std::string& warning : warnings) console.note("nernst: warning: " + warning);
    const DataToEvaluate data = load(finished, changes);
    if (!weights_.empty()) write_weights(finished, weights_);
    if (!cells_.empty()) write_cells(*finished.chip, cells_);
    const Readings readings = read_often(console, finished, data.samples);
    const Evaluation& evaluation = readings.all;
    if (!predictions_.empty()) write_predictions(finished, data.samples, evaluation);

    Answer answer;
    answer.json["run"] = run_;
    answer.json["data"] = data.title;
    answer.json["data_checksum"] = data.checksum;
    answer.json["part"] = data.part;
    answer.json["samples"] = data.samples.size();
    answer.json["classes"] = finished.fit.classes;
    answer.json["far_outside"] = data.far_outside;
    answer.json["remarks"] = Tree::array();
    answer.json["undecided"] = evaluation.undecided;
    answer.json["warnings"] = warnings;
    answer.json["repeats"] = repeats_;
    answer.json["after_s"] = after_s;
    if (after_s > 0) {
      answer.json["temperature_K"] = shelf_K;
      answer.json["common_shift"] = common_shift;
      answer.json["rms_left"] = left;
    }
    answer.json["cells_below_zero"] = part_of_cells_below_zero(*finished.chip);
    if (data.samples.labelled()) {
      describe_accuracy(answer, data, readings, finished.fit, console);
    } else {
      describe_answers(answer, data, evaluation, finished.fit, console);
    }
    if (after_s > 0)
      answer.text += fmt::format(
          "  after {} at {:g} K the root mean square of the weights is {} of what it was; all shifted "
          "by {:+.4f} of w in the mean\n",
          after_, shelf_K, percent(left, 1), common_shift);
    remark(answer, below_zero_remark(answer.json["cells_below_zero"].get<double>()));
    answer.json["weights_digest"] =
        after_s > 0 ? digest_of_state(finished.chip->state()) : finished.weights_digest;
    answer.json["weights"] = weights_.empty() ? Tree(nullptr) : Tree(weights_);
    answer.json["predictions"] = predictions_.empty() ? Tree(nullptr) : Tree(predictions_);
    answer.json["cells"] = cells_.empty() ? Tree(nullptr) : Tree(cells_);
    if (!weights_.empty()) answer.text += fmt::format("  weights: {}\n", weights_);
    if (!cells_.empty()) answer.text += fmt::format("  cells: {}\n", cells_);
    if (!predictions_.empty()) answer.text += fmt::format("  predictions: {}\n", predictions_);
    return answer;
  }

 private:
  // All samples, read once or several times.
  struct Readings {
    Evaluation all;  // means, the confusion of all readings, the answers of the first
    std::vector<double> accuracies;
  };

  Readings read_often(Console& console, FinishedChip& finished, const Samples& samples) {
    Readings readings;
    double loss = 0;
    for (int k = 0; k < repeats_; ++k) {
      Evaluation one = evaluate_with_bar(console, finished, samples, k);
      readings.accuracies.push_back(one.accuracy);
      loss += one.loss;
      if (k == 0) {
        readings.all = std::move(one);
        continue;
      }
      for (std::size_t c = 0; c < one.confusion.values().size(); ++c)
        readings.all.confusion.values()[c] += one.confusion.values()[c];
    }
    readings.all.accuracy = mean(readings.accuracies);
    readings.all.loss = loss / repeats_;
    return readings;
  }

  // How much of what was right.
  static void describe_accuracy(Answer& answer, const DataToEvaluate& data,
                                const Readings& readings, const DataFit& fit, Console& console) {
    const Evaluation& evaluation = readings.all;
    answer.json["accuracy"] = evaluation.accuracy;
    const bool often = readings.accuracies.size() > 1;
    const double spread = often ? deviation(readings.accuracies) : 0;
    if (often) {
      answer.json["accuracies"] = readings.accuracies;
      answer.json["accuracy_spread"] = spread;
    }
    answer.json["loss"] = evaluation.loss;
    answer.json["confusion"] = rows_of(evaluation.confusion);
    answer.text =
        shaded(fmt::format("{}: {} of {} {} are right", data.title, percent(evaluation.accuracy, 2),
                           count(static_cast<std::int64_t>(data.samples.size())), data.part),
               Shade::strong, console.out());
    answer.text += fmt::format("; mean loss {:.4f}\n", evaluation.loss);
    if (often) {
      const auto [worst, best] =
          std::minmax_element(readings.accuracies.begin(), readings.accuracies.end());
      answer.text += fmt::format(
          "  mean of {} readings; spread (standard deviation) {}, {} to {}\n",
          readings.accuracies.size(), percent(spread, 2), percent(*worst, 2), percent(*best, 2));
      if (*worst == *best)
        remark(answer, "all readings are alike: reads of this chip have no noise that matters");
    }
    const ClassShares shares = class_shares(evaluation.confusion);
    answer.text += fmt::format("  the largest class alone: {}", percent(shares.largest, 2));
    if (shares.uneven)
      answer.text += fmt::format("; mean over the classes: {}", percent(shares.balanced, 2));
    answer.text += "\n";
    write_shares(answer.json, shares);
    remark(answer, chance_remark("the chip", evaluation.accuracy, shares));
    remark_on_data(answer, data, evaluation);
    answer.text += confusion_text(evaluation.confusion, fit.classes, console.out());
  }

  // How often each class was the answer, where nobody knows what is right.
  static void describe_answers(Answer& answer, const DataToEvaluate& data,
                               const Evaluation& evaluation, const DataFit& fit, Console& console) {
    std::vector<std::int64_t> answers(fit.classes.size());
    for (const std::uint32_t predicted : evaluation.predicted) ++answers[predicted];
    answer.json["accuracy"] = nullptr;
    answer.json["answers"] = answers;
    answer.text =
        shaded(fmt::format("{}: {} {} without labels, so none can be right or wrong", data.title,
                           count(static_cast<std::int64_t>(data.samples.size())), data.part),
               Shade::strong, console.out());
    answer.text += "\n";
    remark_on_data(answer, data, evaluation);
    TextTable table({Align::left, Align::right});
    for (std::size_t k = 0; k < answers.size(); ++k) table.row({fit.classes[k], count(answers[k])});
    answer.text += table.text(console.out());
  }

  static void remark(Answer& answer, const std::string& sentence) {
    if (sentence.empty()) return;
    answer.json["remarks"].push_back(sentence);
    answer.text += fmt::format("  {}\n", sentence);
  }

  static void remark_on_data(Answer& answer, const DataToEvaluate& data,
                             const Evaluation& evaluation) {
    constexpr double much = 0.01;
    remark(answer, data.remark);
    remark(answer, undecided_remark(evaluation.undecided, data.samples.size()));
    if (data.far_outside > much)
      remark(answer,
             fmt::format("{} of the inputs lie far outside of what the network was trained on",
                         percent(data.far_outside, 1)));
  }

  // What --set says, with a warning for each table that a chip which has learned does not read.
  Tree read_settings(std::vector<std::string>& warnings) const {
    Tree changes = Tree::object();
    constexpr std::array kWithoutEffect = {"device", "network", "training", "transfer", "aging"};
    for (const std::string& setting : settings_) {
      const std::string key = setting.substr(0, setting.find('='));
      if (key.size() == setting.size() ||
          std::ranges::count(kWithoutEffect, key.substr(0, key.find('.'))) == 0)
        io::set_value(changes, setting);
      else
        warnings.push_back(fmt::format(
            "{} has no effect on a chip that has learned: only [data] and the circuits of [chip] "
            "can be others",
            io::shown(key)));
    }
    read_fields(changes, "", Fields(), {"data", "chip"});
    for (const char* table : {"data", "chip"})
      if (changes.contains(table) && !changes[table].is_object())
        throw ConfigError("--set", table, fmt::format("must be a table: give {}.KEY=VALUE", table));
    return changes;
  }

  // What would be lost by writing is refused before anything is computed.
  void check_outputs(const FinishedChip& finished, const Tree& changes) const {
    OutputFiles outputs;
    const Config& config = finished.config;
    for (const std::string& path :
         {config.data.path, config.data.test_path, config.transfer.source, config.chip.device})
      outputs.keep(path);
    if (changes.contains("data"))
      for (const char* key : {"path", "test_path"}) outputs.keep(text_in(changes["data"], key));
    if (!predictions_.empty())
      outputs.add("--predictions", predictions_, {"a table of predictions", "sample,"});
    if (!weights_.empty()) {
      if (!weights_.ends_with(".npz"))
        throw ConfigError("--weights", weights_, "give a file that ends in .npz");
      outputs.add("--weights", weights_, mark_of_weights());
    }
    if (!cells_.empty()) outputs.add("--cells", cells_, mark_of_cells(cells_));
  }

  // The test samples of the run's own data, or all of other data.
  DataToEvaluate load(const FinishedChip& finished, const Tree& changes) const {
    const DataSpec of_run = finished.config.data;
    Tree data = changes.contains("data") ? changes["data"] : Tree::object();
    if (!data_.empty() && data_ != of_run.name) data["name"] = data_;
    bool other = false;
    for (const auto& [key, value] : data.items()) {
      if (key == "test_limit") continue;
      if (!is_known(key)) continue;  // which is refused below, with what was meant
      if (std::find(kOfOtherData.begin(), kOfOtherData.end(), key) == kOfOtherData.end())
        throw ConfigError("--set", "data." + key,
                          "has no effect on a chip that has learned: it keeps the scaling and the "
                          "split of its run, and other data are evaluated whole");
      other = true;
    }
    if (other && !data.contains("name") && !data.contains("path") && !data.contains("test_path") &&
        !data.contains("gate"))
      throw ConfigError("--set", "data." + data.begin().key(),
                        "says how other data are laid out; give data.path as well");
    DataSpec spec = of_run;
    Tree tree = Tree::object();
    if (data.contains("name") && data["name"] != of_run.name) {
      // what is said of one data set is not meant for another
      tree = data;
      spec = DataSpec();
    } else {
      if (other) spec.test_limit = 0;
      if (data.contains("path")) spec.test_path.clear();
      tree = write_fields(fields_of(spec));
      tree.update(data);
    }
    read_data_spec(tree, spec);
    spec.label_column_given = data.contains("label_column");
    const bool fills = spec.missing == Missing::mean || spec.missing == Missing::most_frequent;
    if (data.contains("missing") && fills && spec.missing != of_run.missing)
      throw ConfigError("data.missing", data["missing"].get<std::string>(),
                        "is not how the run filled its gaps, and a chip that has learned keeps to "
                        "that; give \"refuse\" or \"drop\"");
    if (other) {
      DataToEvaluate given = load_given_data(spec, finished.fit);
      const std::string& path = spec.test_path.empty() ? spec.path : spec.test_path;
      if (given.part == "samples" && !path.empty() && of_run.name == spec.name &&
          same_content(path, of_run.path))
        given.remark += (given.remark.empty() ? "" : "; ") +
                        std::string("the network was trained on samples of this file");
      return given;
    }
    return load_own_test(of_run, spec.test_limit, finished.data_checksum);
  }

  // Keys of [data] that say which other data, and how they are laid out.
  static constexpr std::array<std::string_view, 10> kOfOtherData = {
      "name",       "path", "test_path", "label_column", "separator",
      "skip_lines", "gate", "missing",   "decimal",      "transpose"};

  // The same file, or a copy of it.
  static bool same_content(const std::filesystem::path& a, const std::filesystem::path& b) {
    std::error_code missing;
    if (std::filesystem::equivalent(a, b, missing)) return true;
    if (missing || !std::filesystem::is_regular_file(a, missing) ||
        !std::filesystem::is_regular_file(b, missing) ||
        std::filesystem::file_size(a, missing) != std::filesystem::file_size(b, missing) || missing)
      return false;
    return io::read_file(a) == io::read_file(b);
  }

  static bool is_known(const std::string& key) {
    DataSpec spec;
    return write_fields(fields_of(spec)).contains(key);
  }

  Evaluation evaluate_with_bar(Console& console, FinishedChip& finished, const Samples& samples,
                               int reading) {
    const StopSignal stop;
    const auto now_s = stopwatch();
    ProgressReport report(console);
    double reported_s = 0;
    const TrainingSpec& training = finished.config.training;
    // a stop is heard inside of a sample too, which may be a long one
    const InterruptionScope scope([&] {
      if (stop.asked()) throw Interrupted();
    });
    const LossKind loss =
        resolve_loss(training.loss, finished.config.network.layers.back().activation);
    const bool wanted = reading == 0 && (!predictions_.empty() || !samples.labelled());
    const auto keep = wanted ? KeepOutputs::yes : KeepOutputs::no;
    try {
      return evaluate(
          *finished.network, loss, samples, finished.fit.classes.size(),
          [&](std::size_t done) {
            const double spent_s = now_s();
            if (done == 0 || spent_s - reported_s < 0.1) return stop.asked();
            reported_s = spent_s;
            Progress progress{.phase = RunPhase::evaluating};
            progress.fraction =
                (reading + static_cast<double>(done) / static_cast<double>(samples.size())) /
                repeats_;
            progress.samples_per_second = static_cast<double>(done) / spent_s;
            const double part = static_cast<double>(done) / static_cast<double>(samples.size());
            if (estimate_means_something(spent_s, part))
              progress.seconds_left = spent_s / part * repeats_ * (1 - progress.fraction);
            report.show(progress, spent_s);
            return stop.asked();
          },
          keep);
    } catch (const Interrupted&) {
      throw Stopped("interrupted; nothing was changed");
    }
  }

  // A line for each sample: its number in the data, its class where that is known, the answer, and
  // what each output unit gave.
  void write_predictions(const FinishedChip& finished, const Samples& samples,
                         const Evaluation& evaluation) const {
    const std::vector<std::string>& classes = finished.fit.classes;
    const bool has_lines = !samples.lines.empty();
    std::string text = fmt::format("sample,{}{}predicted", has_lines ? "line," : "",
                                   samples.labelled() ? "label," : "");
    const std::size_t units = evaluation.outputs.columns();
    for (std::size_t unit = 0; unit < units; ++unit)
      text += "," + io::csv_field("output_" + classes.at(units == 1 ? 1 : unit));
    text += "\n";
    for (std::size_t k = 0; k < samples.size(); ++k) {
      text += fmt::format("{},", k);
      if (has_lines) text += fmt::format("{},", samples.lines[k]);
      if (samples.labelled()) text += io::csv_field(classes[samples.labels[k]]) + ",";
      text += io::csv_field(classes[evaluation.predicted[k]]);
      for (const double output : evaluation.outputs.row(k)) text += fmt::format(",{}", output);
      text += "\n";
    }
    io::write_file_atomically(predictions_, text);
  }

  static Tree rows_of(const Matrix<std::int64_t>& matrix) {
    Tree rows = Tree::array();
    for (std::size_t r = 0; r < matrix.rows(); ++r) {
      const auto row = matrix.row(r);
      rows.push_back(std::vector<std::int64_t>(row.begin(), row.end()));
    }
    return rows;
  }

  std::string run_, data_, weights_, predictions_, cells_, after_;
  std::vector<std::string> settings_;
  int threads_ = 1, repeats_ = 1;
  double temperature_K_ = 0;
  bool strict_ = false;
};

}  // namespace nernst
