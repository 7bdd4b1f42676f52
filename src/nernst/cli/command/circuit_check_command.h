// SPDX-License-Identifier: Apache-2.0
// `nernst circuit check`: our wires against ngspice on the same netlists.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "nernst/circuit/spice/check.h"
#include "nernst/cli/clock.h"
#include "nernst/cli/command.h"
#include "nernst/cli/progress_bar.h"
#include "nernst/cli/quantity.h"
#include "nernst/cli/text_table.h"

namespace nernst {

class CircuitCheckCommand final : public Command {
 public:
  static constexpr std::string_view kName = "circuit check";
  static constexpr std::string_view kHelp = "compare reads and updates with ngspice";
  static constexpr std::string_view kExamples =
      "nernst circuit check                               (50 arrays from 8 x 8 to 32 x 32)\n"
      "nernst circuit check --arrays 10 --lines 32 --json\n"
      "nernst circuit check --engine program";

  void options(CLI::App& app) override {
    app.add_option("--arrays", arrays_, "random arrays to read, default 50")
        ->option_text("N")
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{100'000}));
    app.add_option("--lines", lines_, "rows and columns of each; default: 8 to 32, drawn")
        ->option_text("N")
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{64}));
    app.add_option("--engine", engine_, "automatic (default), library or program")
        ->option_text("ENGINE")
        ->check(CLI::IsMember({"automatic", "library", "program"}));
    app.add_option("--seed", seed_, "of the arrays, default 1")
        ->option_text("N")
        ->check(CLI::Range(std::int64_t{0}, std::int64_t{9'000'000'000'000'000}));
  }

  Answer run(Console& console) override {
    const auto ngspice = make_ngspice(engine_ == "library"   ? SpiceEngine::library
                                      : engine_ == "program" ? SpiceEngine::program
                                                             : SpiceEngine::automatic);
    const auto now_s = stopwatch();
    const auto seed = static_cast<std::uint64_t>(seed_);
    std::size_t done = 0;
    const auto reads = compare_reads(
        *ngspice, static_cast<std::size_t>(arrays_), static_cast<std::size_t>(lines_ ? lines_ : 8),
        static_cast<std::size_t>(lines_ ? lines_ : 32), seed, [&](const ReadComparison&) {
          ++done;
          if (!console.err().terminal) return;
          const double spent_s = now_s();
          const auto left = static_cast<double>(arrays_) / static_cast<double>(done) - 1;
          console.draw(
              fmt::format("array {} of {}, {} left", done, arrays_, minutes(spent_s * left)));
        });
    std::vector<UpdateComparison> updates;
    const std::size_t lines =
        static_cast<std::size_t>(lines_ ? std::min<std::int64_t>(lines_, 12) : 12);
    for (const char* name : {"organic_ecram_li2021", "reram_softbounds"})
      for (const double segment_Ohm : {1.0, 1e3, 1e4})
        for (const double pulses : {1.0, -1.0, 5.0})
          updates.push_back(compare_update(*ngspice, load_device(name), lines, segment_Ohm,
                                           std::string_view(name) == "reram_softbounds", pulses,
                                           seed));
    console.clear_line();

    Answer answer;
    double volts = 0, amperes = 0, changes = 0;
    for (const ReadComparison& one : reads) {
      volts = std::max(volts, one.voltage_difference);
      amperes = std::max(amperes, one.current_difference);
    }
    for (const UpdateComparison& one : updates) changes = std::max(changes, one.change_difference);
    answer.json["engine"] = ngspice->name();
    answer.json["arrays"] = reads.size();
    answer.json["largest_relative_difference"] = std::max(volts, amperes);
    answer.json["largest_voltage_difference"] = volts;
    answer.json["largest_current_difference"] = amperes;
    answer.json["largest_update_difference"] = changes;
    answer.json["reads"] = Tree::array();
    for (const ReadComparison& one : reads)
      answer.json["reads"].push_back({{"rows", one.rows},
                                      {"columns", one.columns},
                                      {"r_row_Ohm", one.r_Ohm},
                                      {"transposed", one.transposed},
                                      {"open_cells", one.open_cells},
                                      {"shorted_cells", one.shorted_cells},
                                      {"voltage_difference", one.voltage_difference},
                                      {"current_difference", one.current_difference}});
    answer.json["updates"] = Tree::array();
    for (const UpdateComparison& one : updates)
      answer.json["updates"].push_back({{"device", one.device},
                                        {"lines", one.lines},
                                        {"r_Ohm", one.r_Ohm},
                                        {"load", one.channel_load ? "channel" : "gate"},
                                        {"pulses", one.pulses},
                                        {"least_dose", one.least_dose},
                                        {"change_difference", one.change_difference}});
    answer.text = text_of(reads, updates, ngspice->name(), console.out());
    return answer;
  }

 private:
  static std::string text_of(const std::vector<ReadComparison>& reads,
                             const std::vector<UpdateComparison>& updates,
                             const std::string& engine, const Look& look) {
    // reads by the resistance of a segment of their rows
    struct Group {
      std::size_t arrays = 0, open = 0, shorted = 0;
      double volts = 0, amperes = 0;
    };
    std::map<double, Group> groups;
    Group all;
    for (const ReadComparison& one : reads)
      for (Group* group : {&groups[one.r_Ohm], &all}) {
        ++group->arrays;
        group->open += one.open_cells;
        group->shorted += one.shorted_cells;
        group->volts = std::max(group->volts, one.voltage_difference);
        group->amperes = std::max(group->amperes, one.current_difference);
      }
    std::string text = shaded(fmt::format("{} random arrays against {}: largest difference {:.1e}",
                                          reads.size(), engine, std::max(all.volts, all.amperes)),
                              Shade::strong, look) +
                       "\n";
    TextTable table(
        {Align::right, Align::right, Align::right, Align::right, Align::right, Align::right});
    table.row({"row segment", "arrays", "open", "shorted", "voltage", "current"},
              std::vector<Shade>(6, Shade::faint));
    const auto add = [&](const std::string& name, const Group& group) {
      table.row({name, std::to_string(group.arrays), std::to_string(group.open),
                 std::to_string(group.shorted), fmt::format("{:.1e}", group.volts),
                 fmt::format("{:.1e}", group.amperes)});
    };
    for (const auto& [r_Ohm, group] : groups) add(fmt::format("{:g} Ohm", r_Ohm), group);
    add("all", all);
    text += table.text(look);

    text += "\nOne update, each conductance's change against ngspice's transient\n";
    TextTable changes(
        {Align::left, Align::left, Align::right, Align::right, Align::right, Align::right});
    changes.row({"device", "load", "segment", "pulses", "least dose", "difference"},
                std::vector<Shade>(6, Shade::faint));
    for (const UpdateComparison& one : updates)
      changes.row({one.device, one.channel_load ? "channel" : "gate",
                   fmt::format("{:g} Ohm", one.r_Ohm), fmt::format("{:g}", one.pulses),
                   percent(one.least_dose, 1), percent(one.change_difference, 3)});
    return text + changes.text(look);
  }

  std::int64_t arrays_ = 50, lines_ = 0, seed_ = 1;
  std::string engine_ = "automatic";
};

}  // namespace nernst
