// SPDX-License-Identifier: Apache-2.0
// An experiment as a user writes it: `[data]`, `[chip]`, `[device]`, `[[network.layer]]`,
// `[training]`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nernst/base/parameters.h"
#include "nernst/chip/chip_spec.h"
#include "nernst/chip/simulated_chip.h"
#include "nernst/device/device_spec.h"
#include "nernst/experiment/data_set.h"
#include "nernst/network/network_spec.h"
#include "nernst/training/learning_rate.h"
#include "nernst/training/loss.h"

namespace nernst {

// The `[training]` table.
struct TrainingSpec {
  std::string schedule = "progressive";
  std::string update = "pulsed";
  LearningRateSpec learning_rate;
  std::int64_t epochs = 3;
  std::int64_t batch = 1;
  std::int64_t seed = 1;
  LossKind loss = LossKind::automatic;
  bool accumulate = false;
  bool reference = true;
  double monitor_threshold = 0.1;
  double checkpoint_s = 5;
  void describe(Fields& f);
};

struct Config {
  DataSpec data;
  ChipSpec chip;
  Tree device = Tree::object();  // changes to the preset, as [device.cell] dw_min = 0.01
  NetworkSpec network;           // its inputs follow from the data
  TrainingSpec training;
};

// Throws ConfigError that names the key.
Config read_config(const Tree& tree);
// Every key with its value: read_config reads it back to the same config.
Tree write_config(const Config& config);

// The device that the config means: preset or file, with the changes of `[device]`.
DeviceSpec resolve_device(const Config& config);

// The arrays that the network needs, with their full-scale weights.
std::vector<ArraySpec> array_specs(const Config& config);

// Checks that network and data fit, and sets network.inputs.
void fit_network(Config& config, const DataSet& data);

}  // namespace nernst
