// SPDX-License-Identifier: Apache-2.0
// Training of a network on Fashion-MNIST on one thread.
//   goal: 784-256-128-10 at 10,000 samples a second with mini-batches of 1, at 25,000 with 64
#include <benchmark/benchmark.h>

#include "nernst/base/error.h"
#include "nernst/experiment/bench_train.h"

namespace nernst {

namespace {

// Argument: samples of a mini-batch. The warm-up is not in the time that is reported.
void train(benchmark::State& state) {
  const TrainBenchSpec spec{
      .layers = {784, 256, 128, 10}, .batch = state.range(0), .samples = 10'000};
  for (auto _ : state) {
    try {
      const TrainBench bench = bench_train(spec, RunSetup(), [](std::string_view) {});
      state.SetIterationTime(static_cast<double>(spec.samples) / bench.samples_per_second);
      state.counters["samples/s"] = bench.samples_per_second;
      state.counters["pulses/cell"] = bench.pulses_per_cell;
    } catch (const ConfigError& error) {  // no data on this machine
      state.SkipWithError(error.what());
      break;
    }
  }
}
BENCHMARK(train)->Arg(1)->Arg(64)->UseManualTime()->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace

}  // namespace nernst
