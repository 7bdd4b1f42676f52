// SPDX-License-Identifier: Apache-2.0
// `nernst bench train`: how fast a network is trained here.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

#include "nernst/base/lane_math.h"
#include "nernst/cli/bench_options.h"
#include "nernst/cli/command.h"
#include "nernst/cli/quantity.h"
#include "nernst/cli/run_options.h"
#include "nernst/cli/text_table.h"
#include "nernst/experiment/bench_train.h"

namespace nernst {

class BenchTrainCommand final : public Command {
 public:
  static constexpr std::string_view kName = "bench train";
  static constexpr std::string_view kHelp = "time the training of a network on this machine";
  static constexpr std::string_view kExamples =
      "nernst bench train\n"
      "nernst bench train --layers 784,100,10 --batch 64 --threads 0\n"
      "nernst bench train --device organic_ecram_li2021 --samples 10000 --json\n\n"
      "Trains on Fashion-MNIST, progressively, at rate 0.05; the first 1,000 samples are not "
      "timed.";

  void options(CLI::App& app) override {
    app.add_option("--layers", layers_, "inputs, hidden layers, classes; default 784,256,128,10")
        ->option_text("N,N,...")
        ->type_name("N,N,...");
    add_bench_options(app, spec_.device, spec_.batch);
    app.add_option("--samples", spec_.samples, "samples to time, default 3000")
        ->option_text("N")
        ->type_name("N");
    add_threads_option(app, threads_);
    json_ = app.get_option("--json");
  }

  Answer run(Console& console) override {
    spec_.layers = parse_layers(layers_);
    const RunSetup setup{.threads = threads_, .backend = backend_from_environment()};
    const TrainBench bench =
        bench_train(spec_, setup, [&](std::string_view what) { tell(console, json_, what); });
    console.clear_line();
    return {text_of(bench, setup, console.out()), json_of(bench, setup)};
  }

 private:
  std::string text_of(const TrainBench& bench, const RunSetup& setup, const Look& look) const {
    const std::string title = fmt::format(
        "{} on {}: batch {}, {} {}, {} back-end, {}", fmt::join(spec_.layers, "-"), spec_.device,
        count(spec_.batch), setup.threads, setup.threads == 1 ? "thread" : "threads",
        backend_name(setup.backend), instruction_set());
    TextTable table({Align::left, Align::right, Align::left});
    table.row({"speed of the simulation", rounded_count(bench.samples_per_second),
               fmt::format("samples/s, over {} samples", count(spec_.samples))},
              {Shade::plain, Shade::strong});
    table.row(
        {"pulses", fmt::format("{:.4g}", bench.pulses_per_cell), "on a cell for each sample"});
    table.row({"chip time", quantity(bench.chip_time_s_per_sample, "s", look), "for each sample"});
    table.row({"energy", quantity(bench.energy_J_per_sample, "J", look), "for each sample"});
    return shaded(title, Shade::strong, look) + "\n" + table.text(look);
  }

  Tree json_of(const TrainBench& bench, const RunSetup& setup) const {
    Tree json = Tree::object();
    json["layers"] = spec_.layers;
    json["device"] = spec_.device;
    json["batch"] = spec_.batch;
    json["threads"] = setup.threads;
    json["samples"] = spec_.samples;
    json["samples_per_second"] = bench.samples_per_second;
    json["pulses_per_cell"] = bench.pulses_per_cell;
    json["backend"] = backend_name(setup.backend);
    json["instruction_set"] = instruction_set();
    json["chip_time_s_per_sample"] = bench.chip_time_s_per_sample;
    json["energy_J_per_sample"] = bench.energy_J_per_sample;
    return json;
  }

  TrainBenchSpec spec_;
  std::string layers_ = "784,256,128,10";
  int threads_ = 1;
  const CLI::Option* json_ = nullptr;
};

}  // namespace nernst
