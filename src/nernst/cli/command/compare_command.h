// SPDX-License-Identifier: Apache-2.0
// `nernst compare`: strategies, devices and seeds over one experiment, in one table.
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "nernst/base/error.h"
#include "nernst/cli/clock.h"
#include "nernst/cli/command.h"
#include "nernst/cli/exit_code.h"
#include "nernst/cli/progress_bar.h"
#include "nernst/cli/quantity.h"
#include "nernst/cli/run_options.h"
#include "nernst/cli/stop_signal.h"
#include "nernst/cli/text_table.h"
#include "nernst/experiment/compare.h"
#include "nernst/experiment/experiment_file.h"
#include "nernst/experiment/report.h"
#include "nernst/io/file.h"

namespace nernst {

class CompareCommand final : public Command {
 public:
  static constexpr std::string_view kName = "compare";
  static constexpr std::string_view kHelp =
      "train one network in several ways, on several devices and seeds; one table";
  static constexpr std::string_view kExamples =
      "nernst compare examples/compare.toml --threads 2\n"
      "nernst compare examples/compare.toml --set data.train_limit=2000 --out runs/quick";

  void options(CLI::App& app) override {
    app.add_option("FILE", file_, "the experiment, with [compare], [[strategy]], [[device_case]]")
        ->type_name("")
        ->required();
    app.add_option("--out", out_, "folder; given again, the comparison in it goes on")
        ->type_name("DIR");
    add_set_option(app, settings_);
    add_strict_option(app, strict_);
    app.add_option("--threads", threads_, "runs at once")
        ->check(CLI::Range(1, 1024))
        ->type_name("N");
  }

  Answer run(Console& console) override {
    const Tree tree = read_experiment(file_, settings_);
    const Comparison comparison = read_comparison(tree);
    const auto warnings = heed_unread(console, comparison.unread, strict_);
    const std::string name = std::filesystem::path(file_).stem().string();
    const std::filesystem::path folder = out_.empty() ? "runs/" + name : out_;

    const StopSignal stop;
    ProgressReport report(console);
    CompareHooks hooks;
    hooks.now_s = stopwatch();
    hooks.stop = [&] { return stop.asked(); };
    Tree said = warnings;
    hooks.warn = [&](const std::string& warning) {
      said.push_back(warning);
      console.note("nernst: warning: " + warning);
    };
    hooks.progress = [&](const CompareProgress& progress) {
      Progress shown{.phase = RunPhase::comparing};
      shown.fraction = progress.fraction;
      shown.epoch = progress.done;
      shown.epochs = progress.jobs;
      shown.seconds_left = progress.seconds_left;
      report.show(shown, hooks.now_s());
    };
    hooks.unfinished = [&](const Tree& answer) {
      if (!answer.at("strategies").empty())
        console.note("what is done so far:\n" + text_of(answer, console.out()));
    };
    const RunSetup setup{.threads = threads_, .backend = backend_from_environment()};
    try {
      Tree answer = run_comparison(comparison, folder, setup, hooks);
      answer["warnings"] = said;
      const std::filesystem::path page = folder / "report.html";
      try {
        write_report(page, report_html({{"title", answer.at("title")},
                                        {"runs", Tree::array()},
                                        {"comparison", answer}}));
        answer["report"] = page.string();
      } catch (const ConfigError& without_page) {
        console.note(std::string("nernst: warning: no report: ") + without_page.what());
      }
      return {text_of(answer, console.out()), answer};
    } catch (const Interrupted&) {
      throw Stopped(
          fmt::format("interrupted; the same command goes on in {}", shell_word(folder.string())));
    }
  }

 private:
  static double mean_of(const Tree& row, const char* column) {
    const Tree& value = row.at(column).at("mean");
    return value.is_null() ? std::nan("") : value.get<double>();
  }
  static std::string spread_of(const Tree& summary) {
    if (summary.at("mean").is_null()) return "-";
    std::string text = fmt::format("{:.2f}", 100 * summary.at("mean").get<double>());
    if (!summary.at("spread").is_null())
      text += fmt::format(" ± {:.2f}", 100 * summary.at("spread").get<double>());
    return text;
  }
  static std::string whole(double value) { return std::isnan(value) ? "-" : rounded_count(value); }

  // A table with a column for devices only where there are several.
  class Table {
   public:
    Table(bool devices, std::size_t numbers, const Look& look)
        : devices_(devices), look_(&look), table_(alignments(devices, numbers)) {}
    void row(const std::string& name, const std::string& device, std::vector<std::string> numbers,
             Shade shade = Shade::plain) {
      std::vector<std::string> cells = {name};
      if (devices_) cells.push_back(device);
      cells.insert(cells.end(), numbers.begin(), numbers.end());
      const std::vector<Shade> shades(cells.size(), shade);
      table_.row(std::move(cells), shades);
    }
    std::string text() const { return table_.text(*look_); }

   private:
    static std::vector<Align> alignments(bool devices, std::size_t numbers) {
      std::vector<Align> columns(devices ? 2 : 1, Align::left);
      columns.insert(columns.end(), numbers, Align::right);
      return columns;
    }
    bool devices_;
    const Look* look_;
    TextTable table_;
  };

  static std::string text_of(const Tree& answer, const Look& look) {
    const auto unit = [&look](double value, const char* of) {
      return std::isnan(value) ? std::string("-") : quantity(value, of, look);
    };
    const Tree& rows = answer.at("strategies");
    const bool uneven = answer.at("uneven_classes").get<bool>();
    bool devices = false;
    for (const Tree& row : rows) devices = devices || row.at("device") != "";
    Table costs(devices, uneven ? 6 : 5, look), needs(devices, 5, look);
    std::vector<std::string> head = {"accuracy, %", "chip time", "energy", "pulses/weight",
                                     "diverged"};
    if (uneven) head.insert(head.begin() + 1, "balanced, %");
    costs.row("", "device", head, Shade::faint);
    std::string remarks;
    const auto remark = [&](const std::string& of, const Tree& sentences) {
      for (const Tree& sentence : sentences)
        remarks += fmt::format("  {}: {}\n", of, sentence.get<std::string>());
    };
    needs.row("", "device",
              {"signal words", "weight words", "cells read", "verifies", "on the computer"},
              Shade::faint);
    for (const Tree& row : rows) {
      const std::string name = row.at("name"), device = row.at("device");
      const bool none = row.at("failed") == row.at("seeds");
      std::vector<std::string> cells = {
          none ? "diverged" : spread_of(row.at("test_accuracy")), unit(mean_of(row, "time_s"), "s"),
          unit(mean_of(row, "energy_J"), "J"), whole(mean_of(row, "pulses_per_weight")),
          whole(row.at("failed").get<double>())};
      if (uneven) cells.insert(cells.begin() + 1, spread_of(row.at("balanced_accuracy")));
      costs.row(name, device, cells);
      remark(name + (device.empty() ? "" : ", " + device), row.at("remarks"));
      const double computed = mean_of(row, "host_operations");
      needs.row(name, device,
                {whole(mean_of(row, "signal_words")), whole(mean_of(row, "weight_words")),
                 whole(mean_of(row, "cell_reads")), whole(mean_of(row, "verifies")),
                 computed == 0 ? "nothing" : unit(computed, "MAC")});
    }
    const bool no_float = answer.at("float_accuracy").at("mean").is_null();
    std::vector<std::string> of_float = {no_float ? "diverged"
                                                  : spread_of(answer.at("float_accuracy"))};
    if (uneven) of_float.push_back(spread_of(answer.at("float_balanced_accuracy")));
    costs.row("float, on the computer", "", of_float);
    if (const Tree& largest = answer.at("largest_class_share"); !largest.is_null())
      costs.row("the largest class alone", "",
                {fmt::format("{:.2f}", 100 * largest.get<double>())});
    remark("float", answer.at("float_remarks"));
    TextTable digital({Align::left, Align::right, Align::left});
    for (const Tree& machine : answer.at("baseline"))
      digital.row({machine.at("name"), unit(machine.at("energy_J").get<double>(), "J"),
                   machine.at("source")},
                  {Shade::plain, Shade::plain, Shade::faint});
    if (answer.at("baseline").empty()) digital.row({"-"});
    const auto title = [&look](const std::string& text) {
      return shaded(text, Shade::strong, look) + "\n";
    };
    return title(answer.at("title").get<std::string>() + ": " +
                 answer.at("data").get<std::string>()) +
           costs.text() + remarks + title("What it needed (mean over seeds)") + needs.text() +
           title("The same training on digital hardware, arithmetic and weights only") +
           digital.text(look) + "  folder: " + answer.at("folder").get<std::string>() +
           (answer.contains("report") ? ", with report.html" : "") + "\n";
  }

  std::string file_, out_;
  std::vector<std::string> settings_;
  int threads_ = 1;
  bool strict_ = false;
};

}  // namespace nernst
