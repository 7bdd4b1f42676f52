// SPDX-License-Identifier: Apache-2.0
// `nernst runs`: what was trained, with its figures.
#pragma once

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include "nernst/cli/command.h"
#include "nernst/cli/quantity.h"
#include "nernst/cli/run_options.h"
#include "nernst/cli/text_table.h"
#include "nernst/experiment/run_list.h"
#include "nernst/io/text.h"

namespace nernst {

class RunsCommand final : public Command {
 public:
  static constexpr std::string_view kName = "runs";
  static constexpr std::string_view kHelp =
      "the runs in a folder, how far they are and what they reached";
  static constexpr std::string_view kExamples =
      "nernst runs                  those in runs/, the latest last\n"
      "nernst runs study --json";

  void options(CLI::App& app) override {
    app.add_option("FOLDER", folder_, "where they lie; default runs")->type_name("");
  }

  Answer run(Console& console) override {
    const Look& look = console.out();
    const std::vector<RunListing> runs = list_runs(folder_);
    Answer answer;
    answer.json["runs"] = Tree::array();
    constexpr std::size_t longest_name = 1000;  // (folders have 255 bytes)
    TextTable table(
        {Align::left, Align::right, Align::left, Align::right, Align::right, Align::left});
    table.row({"run", "", "state", "chip", "float", "what"}, std::vector<Shade>(6, Shade::faint));
    for (const RunListing& run : runs) {
      table.row(
          {io::shown(run.name, longest_name), when(run), state_of(run), share(run.test_accuracy),
           run.reference_diverged ? "diverged" : share(run.reference_accuracy), what(run)},
          {Shade::strong, Shade::faint,
           run.state == RunState::damaged ? Shade::bad : Shade::plain});
      answer.json["runs"].push_back(json_of(run));
    }
    answer.text = runs.empty() ? fmt::format("no runs in {}\n", folder_) : table.text(look);
    for (const RunListing& run : runs)
      if (!run.remark.empty()) answer.text += shaded("  " + run.remark, Shade::bad, look) + "\n";
    for (auto run = runs.rbegin(); run != runs.rend(); ++run)
      if (!run->several && run->state != RunState::damaged && run->state != RunState::diverged) {
        answer.text += fmt::format("next: nernst {} {}\n",
                                   run->state == RunState::finished ? "report" : "train --resume",
                                   shell_word(run->path));
        break;
      }
    return answer;
  }

 private:
  static std::time_t seconds_of(const RunListing& run) {
    return std::chrono::system_clock::to_time_t(
        std::chrono::time_point_cast<std::chrono::system_clock::duration>(
            std::chrono::file_clock::to_sys(run.written)));
  }
  static std::string when(const RunListing& run) {
    return fmt::format("{:%Y-%m-%d %H:%M}", fmt::localtime(seconds_of(run)));
  }
  static std::string share(const std::optional<double>& accuracy) {
    return accuracy ? percent(*accuracy, 2) : "-";
  }
  static std::string state_of(const RunListing& run) {
    const std::string state = name_of(run.state);
    if (run.state != RunState::stopped || !run.epochs) return state;
    return fmt::format("{} at epoch {:.3g} of {:.0f}", state, run.epochs_done, *run.epochs);
  }
  static std::string what(const RunListing& run) {
    if (run.several) return run.data.empty() ? "a comparison" : "a comparison on " + run.data;
    if (run.state == RunState::damaged) return "";
    return fmt::format("{} on {}, {}, {}", run.data, run.device, run.schedule, run.update);
  }
  static Tree json_of(const RunListing& run) {
    const auto number = [](const std::optional<double>& value) {
      return value ? Tree(*value) : Tree(nullptr);
    };
    return {{"name", run.name},
            {"path", run.path},
            {"comparison", run.several},
            {"state", name_of(run.state)},
            {"remark", run.remark},
            {"epochs_done", run.epochs_done},
            {"epochs", number(run.epochs)},
            {"test_accuracy", number(run.test_accuracy)},
            {"reference_accuracy", number(run.reference_accuracy)},
            {"reference_diverged", run.reference_diverged},
            {"data", run.data},
            {"device", run.device},
            {"schedule", run.schedule},
            {"update", run.update},
            {"written", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(seconds_of(run)))}};
  }

  std::string folder_ = "runs";
};

}  // namespace nernst
