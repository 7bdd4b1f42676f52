// SPDX-License-Identifier: Apache-2.0
// `nernst bench tile`: how fast one tile is simulated here.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "nernst/base/lane_math.h"
#include "nernst/cli/bench_options.h"
#include "nernst/cli/command.h"
#include "nernst/cli/quantity.h"
#include "nernst/cli/run_options.h"
#include "nernst/cli/text_table.h"
#include "nernst/experiment/bench_tile.h"

namespace nernst {

class BenchTileCommand final : public Command {
 public:
  static constexpr std::string_view kName = "bench tile";
  static constexpr std::string_view kHelp = "time the operations of one tile on this machine";
  static constexpr std::string_view kExamples =
      "nernst bench tile\n"
      "nernst bench tile --rows 1024 --columns 1024 --batch 64 --threads 0\n"
      "nernst bench tile --device organic_ecram_li2021 --density 4 --endurance --json\n\n"
      "Reads go through 8-bit DACs and 9-bit ADCs, with noise on every output line. Bytes are the\n"
      "fewest that an operation moves: a read 4 for each cell, once for the whole batch; an "
      "update\n"
      "all that is kept of a cell and 4 written, for the cache lines on which cells are pulsed.";

  void options(CLI::App& app) override {
    add_bench_options(app, spec_.device, spec_.batch);
    app.add_option("--rows", spec_.rows, "of the tile, default 512")
        ->option_text("N")
        ->type_name("N");
    app.add_option("--columns", spec_.columns, "of the tile, default 512")
        ->option_text("N")
        ->type_name("N");
    app.add_option("--density", spec_.density,
                   "mean pulses on a cell in one update, 0 to 31, default 0.2")
        ->option_text("P")
        ->type_name("P");
    app.add_flag("--endurance", spec_.endurance, "count the pulses that each cell has had");
    add_threads_option(app, threads_);
    json_ = app.get_option("--json");
  }

  Answer run(Console& console) override {
    const RunSetup setup{.threads = threads_, .backend = backend_from_environment()};
    const TileBench bench =
        bench_tile(spec_, setup, [&](std::string_view what) { tell(console, json_, what); });
    console.clear_line();
    return {text_of(bench, setup, console.out()), json_of(bench, setup)};
  }

 private:
  std::string text_of(const TileBench& bench, const RunSetup& setup, const Look& look) const {
    const std::string title = fmt::format(
        "{}: {} x {} cells, batch {}, {} {}, {} back-end, {}", spec_.device, count(spec_.rows),
        count(spec_.columns), count(spec_.batch), setup.threads,
        setup.threads == 1 ? "thread" : "threads", backend_name(setup.backend), instruction_set());
    TextTable table({Align::left, Align::right, Align::right, Align::right, Align::right,
                     Align::right, Align::right});
    table.row({"", "ns/cell", "time", "bytes", "of bandwidth", "operations", "of peak"},
              {Shade::faint, Shade::faint, Shade::faint, Shade::faint, Shade::faint, Shade::faint,
               Shade::faint});
    const auto row = [&](const char* name, const OperationBench& operation) {
      const bool counted = operation.operations > 0;
      table.row({name, fmt::format("{:.4f}", operation.ns_per_cell),
                 quantity(operation.timing.median_s, "s", look),
                 quantity(operation.bytes, "B", look), percent(operation.bandwidth_share, 0),
                 counted ? fmt::format("{:.3g}", operation.operations) : "",
                 counted ? percent(operation.arithmetic_share, 0) : ""},
                {Shade::plain, Shade::strong});
    };
    row("mvm", bench.mvm);
    row("mvm_transposed", bench.mvm_transposed);
    row("outer_update", bench.outer_update);
    table.row({"fabricate", fmt::format("{:.4f}", bench.fabricate_ns_per_cell),
               quantity(bench.fabricate_s, "s", look)});

    TextTable facts({Align::left, Align::left});
    facts.row({"pulses", fmt::format("{:.4g} on a cell in one update", bench.pulses_per_cell)});
    facts.row({"memory", fmt::format("{:.4g} bytes for each cell", bench.bytes_per_cell)});
    facts.row({"bandwidth",
               fmt::format("{}/s measured on an array as large as the tile, {}/s as its weights",
                           quantity(bench.memory_bandwidth_B_per_s, "B", look),
                           quantity(bench.mvm.bandwidth_B_per_s, "B", look))});
    facts.row({"peak", fmt::format("{} of fused multiply-adds measured",
                                   quantity(bench.arithmetic_peak_per_s, "Flop/s", look))});
    return shaded(title, Shade::strong, look) + "\n" + table.text(look) + "\n" + facts.text(look);
  }

  Tree json_of(const TileBench& bench, const RunSetup& setup) const {
    Tree json = Tree::object();
    json["device"] = spec_.device;
    json["rows"] = spec_.rows;
    json["columns"] = spec_.columns;
    json["batch"] = spec_.batch;
    json["density"] = spec_.density;
    json["endurance"] = spec_.endurance;
    json["pulses_per_cell"] = bench.pulses_per_cell;
    json["threads"] = setup.threads;
    json["backend"] = backend_name(setup.backend);
    json["instruction_set"] = instruction_set();
    json["bytes_per_cell"] = bench.bytes_per_cell;
    json["fabricate"] = {{"s", bench.fabricate_s}, {"ns_per_cell", bench.fabricate_ns_per_cell}};
    json["mvm"] = json_of(bench.mvm);
    json["mvm_transposed"] = json_of(bench.mvm_transposed);
    json["outer_update"] = json_of(bench.outer_update);
    json["memory_bandwidth_B_per_s"] = bench.memory_bandwidth_B_per_s;
    json["arithmetic_peak_per_s"] = bench.arithmetic_peak_per_s;
    return json;
  }
  static Tree json_of(const OperationBench& operation) {
    const bool counted = operation.operations > 0;
    return {{"ns_per_cell", operation.ns_per_cell},
            {"s", operation.timing.median_s},
            {"min_ns_per_cell", operation.min_ns_per_cell},
            {"p90_ns_per_cell", operation.p90_ns_per_cell},
            {"bytes", operation.bytes},
            {"bandwidth_B_per_s", operation.bandwidth_B_per_s},
            {"bandwidth_share", operation.bandwidth_share},
            // what an update computes for a cell is the device's own affair
            {"arithmetic_share", counted ? Tree(operation.arithmetic_share) : Tree(nullptr)}};
  }

  TileBenchSpec spec_;
  int threads_ = 1;
  const CLI::Option* json_ = nullptr;
};

}  // namespace nernst
