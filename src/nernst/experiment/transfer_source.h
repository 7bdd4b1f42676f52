// SPDX-License-Identifier: Apache-2.0
// The network that a transfer writes to the chip: trained in float here, or a file from elsewhere.
#pragma once

#include <string>
#include <vector>

#include "nernst/experiment/float_training.h"

namespace nernst {

// Where the weights come from a file and no full-scale weight was asked for, gives each layer the
// one that its largest weight needs, with room for cells whose own window is smaller. The network
// of `config` has its inputs.
void fit_full_scales(Config& config, const DeviceSpec& device);

// Trains it, or reads the file that transfer.source names: one dense layer for each
// [[network.layer]], of its shape and activation (the last may be linear where the config has a
// softmax). Throws ConfigError about transfer.source, IoError, Interrupted.
FloatNetwork source_network(const Config& config, const DataSet& data, const RunHooks& hooks);

// Reads that file, if there is one, before anything is begun: throws as source_network does, and
// returns the digest of its bytes, or "".
std::string check_transfer_source(const Config& config);

// Holds what a file of weights says of its data against the data that the chip will see. Throws
// ConfigError where classes or features are others; gives sentences on what else may be meant
// otherwise: the scale of an input, a bias that is missing.
std::vector<std::string> check_learned_from(const Config& config, const DataFit& fit);

}  // namespace nernst
