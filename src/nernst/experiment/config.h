// SPDX-License-Identifier: Apache-2.0
// An experiment as a user writes it: `[data]`, `[chip]`, `[device]`, `[[network.layer]]`,
// `[training]`.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "nernst/base/parameters.h"
#include "nernst/chip/chip_spec.h"
#include "nernst/chip/tile_array.h"
#include "nernst/device/device_spec.h"
#include "nernst/experiment/aging.h"
#include "nernst/experiment/data_set.h"
#include "nernst/network/network_spec.h"
#include "nernst/training/learning_rate.h"
#include "nernst/training/loss.h"
#include "nernst/training/transfer/transfer_spec.h"
#include "nernst/training/update_rule.h"

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
  std::int64_t zero_shift = 0;     // pairs of pulses that look for the symmetry point beforehand
  std::int64_t refresh_every = 0;  // mini-batches between refreshes of all cells; 0 = never
  double monitor_threshold = 0.1;
  double checkpoint_s = 5;
  Tree update_options = Tree::object();  // of the update rule: the table [training.NAME]
  void describe(Fields& f);
};

struct Config {
  DataSpec data;
  ChipSpec chip;
  Tree device = Tree::object();  // changes to the preset, as [device.cell] dw_min = 0.01
  NetworkSpec network;           // its inputs follow from the data
  TrainingSpec training;
  TransferSpec transfer;
  AgingSpec aging;
  // Epochs that a run was given beyond the end of its config; the learning rate stays what it was
  // there.
  std::int64_t more_epochs = 0;

  // Epochs in situ by the config, and all that are learned on the chip.
  std::int64_t epochs_planned() const {
    return transfer.enabled() ? transfer.fine_tune_epochs : training.epochs;
  }
  std::int64_t epochs_in_situ() const { return epochs_planned() + more_epochs; }
  // Epochs of the training in float.
  std::int64_t epochs_in_float() const {
    return training.epochs + (transfer.enabled() ? 0 : more_epochs);
  }
  std::unique_ptr<UpdateRule> update_rule() const {
    return make_update_rule(training.update, training.update_options);
  }
};

// Throws ConfigError that names the key.
Config read_config(const Tree& tree);
// Every key with its value: read_config reads it back to the same config.
Tree write_config(const Config& config);

// The device that the config means: preset or file, with the changes of `[device]`.
DeviceSpec resolve_device(const Config& config);

// The net weights that a nominal cell reaches, of full scale.
struct WeightReach {
  double low = -1, high = 1;
};
WeightReach weight_reach(const ChipSpec& chip, const DeviceSpec& device);

// The arrays that the network needs, with their full-scale weights.
std::vector<ArraySpec> array_specs(const Config& config);

// Checks that the network fits data of this fit, which errors call `data`, and sets network.inputs.
void fit_network(Config& config, const DataFit& fit, const std::string& data);
inline void fit_network(Config& config, const DataSet& data) {
  fit_network(config, data.fit, data.title);
}

}  // namespace nernst
