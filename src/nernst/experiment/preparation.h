// SPDX-License-Identifier: Apache-2.0
// What happens on a chip before it learns: zero shifting, and the transfer of a trained network.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "nernst/experiment/float_training.h"
#include "nernst/training/transfer/transfer_spec.h"

namespace nernst {

// Writes the weights of `source` to part 0 of every array of a chip whose weights are about 0.
TransferReport transfer(const Config& config, const DeviceSpec& device, const FloatNetwork& source,
                        Chip& chip, const RunHooks& hooks);

// Zero shifting with training.zero_shift pairs; afterwards the first weights of the config are
// written, open loop, as far as the run starts from any.
void shift_zero(const Config& config, Chip& chip, const RunHooks& hooks);

}  // namespace nernst
