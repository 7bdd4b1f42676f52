// SPDX-License-Identifier: Apache-2.0
// `nernst device program`: what program-verify costs on a device.
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "nernst/cli/command.h"
#include "nernst/cli/quantity.h"
#include "nernst/cli/real_range.h"
#include "nernst/cli/text_table.h"
#include "nernst/experiment/program_trial.h"

namespace nernst {

class DeviceProgramCommand final : public Command {
 public:
  static constexpr std::string_view kName = "device program";
  static constexpr std::string_view kHelp =
      "pulses, reads and failures of program-verify, for each tolerance";
  static constexpr std::string_view kExamples =
      "nernst device program                              (all presets at 5, 2 and 0.5 % of "
      "range)\n"
      "nernst device program organic_ecram_li2021 --tolerance 0.01 --by cell\n"
      "nernst device program my_device.toml --tries 200 --cells 10000";

  void options(CLI::App& app) override {
    app.add_option("NAME", names_, "presets or device files; default: every preset")->type_name("");
    app.add_option("--tolerance", tolerances_, "of the range, either way; default 0.05 0.02 0.005")
        ->option_text("X ...")
        ->check(RealRange(1e-6, 1.0));
    app.add_option("--tries", spec_.tries, "corrections of a cell at most, default 100")
        ->option_text("N")
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000}));
    app.add_option("--by", by_, "row (default) or cell: what is written and read at a time")
        ->option_text("row|cell")
        ->check(CLI::IsMember({"row", "cell"}));
    app.add_option("--cells", cells_, "cells to program, default 4096")
        ->option_text("N")
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{10'000'000}));
    app.add_option("--seed", seed_, "of the cells and the noise, default 1")
        ->option_text("N")
        ->check(CLI::Range(std::int64_t{0}, std::int64_t{9'000'000'000'000'000}));
  }

  Answer run(Console& console) override {
    if (names_.empty()) names_ = device_presets();
    spec_.by = by_ == "cell" ? VerifyBy::cell : VerifyBy::row;
    Answer answer;
    answer.json["trials"] = Tree::array();
    TextTable table({Align::left, Align::right, Align::right, Align::right, Align::right,
                     Align::right, Align::right});
    table.row({"per cell", "tolerance", "pulses", "reads", "failed", "rms error", "time"},
              std::vector<Shade>(7, Shade::faint));
    for (const std::string& name : names_) {
      const DeviceSpec device = load_device(name);
      for (const double tolerance : tolerances_) {
        spec_.tolerance = tolerance;
        const ProgramTrial trial =
            try_programming(device, cells_, spec_, static_cast<std::uint64_t>(seed_));
        const auto cells = static_cast<double>(trial.report.cells);
        const double rms = std::sqrt(trial.report.square_error / cells) / trial.weight_range;
        const double pulses = static_cast<double>(trial.report.pulses) / cells,
                     reads = static_cast<double>(trial.report.reads) / cells,
                     failed = static_cast<double>(trial.report.failed) / cells;
        table.row({device.name, percent(tolerance, 1), fmt::format("{:.1f}", pulses),
                   fmt::format("{:.1f}", reads), percent(failed, 1), percent(rms, 2),
                   quantity(trial.ledger.time_s / cells, "s", console.out())});
        answer.json["trials"].push_back({{"device", device.name},
                                         {"tolerance", tolerance},
                                         {"cells", trial.report.cells},
                                         {"pulses_per_cell", pulses},
                                         {"reads_per_cell", reads},
                                         {"failed", failed},
                                         {"rms_error", rms},
                                         {"time_s", trial.ledger.time_s}});
      }
    }
    answer.text = table.text(console.out());
    return answer;
  }

 private:
  std::vector<std::string> names_;
  std::vector<double> tolerances_ = {0.05, 0.02, 0.005};
  VerifySpec spec_{.tries = 100};
  std::string by_ = "row";
  std::int64_t cells_ = 4096, seed_ = 1;
};

}  // namespace nernst
