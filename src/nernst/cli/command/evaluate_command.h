// SPDX-License-Identifier: Apache-2.0
// `nernst evaluate`: a chip as a run left it, on any data; its weights for other programs.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "nernst/base/error.h"
#include "nernst/cli/clock.h"
#include "nernst/cli/command.h"
#include "nernst/cli/confusion.h"
#include "nernst/cli/exit_code.h"
#include "nernst/cli/progress_bar.h"
#include "nernst/cli/quantity.h"
#include "nernst/cli/run_options.h"
#include "nernst/cli/stop_signal.h"
#include "nernst/experiment/run.h"
#include "nernst/io/file.h"
#include "nernst/io/npz.h"
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
      "nernst evaluate runs/two_layer --data idx --set data.path=my/mnist\n"
      "nernst evaluate runs/two_layer --weights weights.npz";

  void options(CLI::App& app) override {
    app.add_option("RUN", run_, "the folder of the run")->type_name("")->required();
    app.add_option("--data", data_, "another data set; default: that of the run")
        ->type_name("NAME");
    app.add_option("--weights", weights_,
                   "write the weights: layer_0_weights (rows x inputs), layer_0_bias, ...")
        ->type_name("FILE.npz");
    add_set_option(app, settings_);
    add_threads_option(app, threads_);
  }

  Answer run(Console& console) override {
    const DataSet data = load_data(data_spec());
    FinishedChip finished =
        load_chip(run_, data, {.threads = threads_, .backend = backend_from_environment()});
    const std::string digest = digest_of_state(finished.chip->state());
    if (!weights_.empty()) write_weights(finished);
    const Evaluation evaluation = evaluate_with_bar(console, finished, data);

    Answer answer;
    answer.json["run"] = run_;
    answer.json["data"] = data.title;
    answer.json["data_checksum"] = data.checksum;
    answer.json["samples"] = data.test.size();
    answer.json["accuracy"] = evaluation.accuracy;
    answer.json["loss"] = evaluation.loss;
    answer.json["classes"] = data.classes;
    answer.json["confusion"] = rows_of(evaluation.confusion);
    answer.json["weights_digest"] = digest;
    answer.json["weights"] = weights_.empty() ? Tree(nullptr) : Tree(weights_);
    answer.text = shaded(fmt::format("{}: {} of {} test samples are right", data.title,
                                     percent(evaluation.accuracy, 2),
                                     count(static_cast<std::int64_t>(data.test.size()))),
                         Shade::strong, console.out());
    answer.text += fmt::format("; mean loss {:.4f}\n", evaluation.loss);
    const ClassShares shares = class_shares(evaluation.confusion);
    answer.text += fmt::format("  the largest class alone: {}", percent(shares.largest, 2));
    if (shares.uneven)
      answer.text += fmt::format("; mean over the classes: {}", percent(shares.balanced, 2));
    const std::string remark = chance_remark("the chip", evaluation.accuracy, shares);
    answer.text += remark.empty() ? "\n" : fmt::format("\n  {}\n", remark);
    write_shares(answer.json, shares);
    answer.json["remarks"] = remark.empty() ? Tree::array() : Tree{remark};
    answer.text += confusion_text(evaluation.confusion, data.classes, console.out());
    if (!weights_.empty()) answer.text += fmt::format("  weights: {}\n", weights_);
    return answer;
  }

 private:
  // The data of the run, or the named ones, with the changes of --set.
  DataSpec data_spec() const {
    DataSpec of_run = RunFolder::open(run_).read_config().data;
    Tree tree = Tree::object();
    // what is said of one data set (its path, its limits) is not meant for another
    tree["data"] = data_.empty() || data_ == of_run.name ? write_fields(fields_of(of_run))
                                                         : Tree{{"name", data_}};
    for (const std::string& setting : settings_) io::set_value(tree, setting);
    read_fields(tree, "--set", Fields(), {"data"});
    DataSpec spec;
    read_fields(tree["data"], "data", fields_of(spec));
    return spec;
  }

  Evaluation evaluate_with_bar(Console& console, FinishedChip& finished, const DataSet& data) {
    const StopSignal stop;
    const auto now_s = stopwatch();
    ProgressReport report(console);
    double reported_s = 0;
    const TrainingSpec& training = finished.config.training;
    // a stop is heard inside of a sample too, which may be a long one
    finished.chip->set_interruption([&] {
      if (stop.asked()) throw Interrupted();
    });
    const LossKind loss =
        resolve_loss(training.loss, finished.config.network.layers.back().activation);
    try {
      return evaluate(*finished.network, loss, data.test, data.classes.size(),
                      [&](std::size_t done) {
                        const double spent_s = now_s();
                        if (done == 0 || spent_s - reported_s < 0.1) return stop.asked();
                        reported_s = spent_s;
                        Progress progress{.phase = RunPhase::evaluating};
                        const auto size = static_cast<double>(data.test.size());
                        progress.fraction = static_cast<double>(done) / size;
                        progress.samples_per_second = static_cast<double>(done) / spent_s;
                        progress.seconds_left = spent_s * (1 / progress.fraction - 1);
                        report.show(progress, spent_s);
                        return stop.asked();
                      });
    } catch (const Interrupted&) {
      throw Stopped("interrupted; nothing was changed");
    }
  }

  // Each array as its matrix without the column of the bias, and that column.
  void write_weights(const FinishedChip& finished) const {
    io::NpzWriter npz;
    const NetworkSpec& network = finished.config.network;
    for (std::size_t l = 0; l < network.layers.size(); ++l) {
      const Matrix<double> all = finished.chip->weights(l);
      const std::size_t inputs = network.fan_in(l);
      npz.add(fmt::format("layer_{}_weights", l), all.view().block(0, 0, all.rows(), inputs));
      if (!network.layers[l].bias) continue;
      std::vector<double> bias;
      for (std::size_t r = 0; r < all.rows(); ++r) bias.push_back(all(r, inputs));
      npz.add(fmt::format("layer_{}_bias", l), std::span<const double>(bias));
    }
    io::write_file_atomically(weights_, npz.finish());
  }

  static Tree rows_of(const Matrix<std::int64_t>& matrix) {
    Tree rows = Tree::array();
    for (std::size_t r = 0; r < matrix.rows(); ++r) {
      const auto row = matrix.row(r);
      rows.push_back(std::vector<std::int64_t>(row.begin(), row.end()));
    }
    return rows;
  }

  std::string run_, data_, weights_;
  std::vector<std::string> settings_;
  int threads_ = 1;
};

}  // namespace nernst
