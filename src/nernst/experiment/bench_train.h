// SPDX-License-Identifier: Apache-2.0
// How fast a network is trained in simulation: Fashion-MNIST on a chip, without evaluation, float
// reference or run folder.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "nernst/experiment/run.h"

namespace nernst {

struct TrainBenchSpec {
  // inputs, hidden layers (sigmoid), classes (softmax)
  std::vector<std::int64_t> layers;
  std::string device = "li_ecram_tang2018";  // a preset, or the path of a device file
  std::int64_t batch = 1;
  std::int64_t samples = 3000;  // that are timed
};

// Of the timed samples.
struct TrainBench {
  double samples_per_second = 0;
  double pulses_per_cell = 0;  // of one sample
  double chip_time_s_per_sample = 0, energy_J_per_sample = 0;
};

// Reads "784,256,128,10". Throws ConfigError("--layers", ...).
std::vector<std::int64_t> parse_layers(const std::string& text);

// Trains progressively with pulsed updates at rate 0.05: 1,000 samples of warm-up, then those that
// are timed. `doing` is told what is under way. Throws ConfigError that names the option; Diverged.
TrainBench bench_train(const TrainBenchSpec& spec, const RunSetup& setup,
                       const std::function<void(std::string_view)>& doing);

}  // namespace nernst
