// SPDX-License-Identifier: Apache-2.0
// How much memory a run will take, and how much there is.
#pragma once

#include <cstdint>
#include <string>

#include "nernst/experiment/config.h"

namespace nernst {

// Bytes that chip, data and a checkpoint in the making will take together.
std::uint64_t bytes_needed(const Config& config, const DeviceSpec& device, const DataSet& data,
                           Backend backend);

// Bytes of a checkpoint: the cells of all arrays.
std::uint64_t bytes_of_checkpoint(const Config& config, const DeviceSpec& device, Backend backend);

// What a run will take, in one sentence: "memory 4.31 GiB, disk 2 x 2.10 GiB for checkpoints, about
// 40 min on one thread"; empty for a run that nobody notices. Times are those of a plain device on
// one machine, and may be wrong by a factor of a few. `free_bytes` of the disk; 0 = not known.
std::string size_sentence(const Config& config, const DeviceSpec& device, const DataSet& data,
                          Backend backend, std::uint64_t free_bytes);

// Bytes that can still be had on this machine (limits of a container included); 0 = not known.
std::uint64_t bytes_available();

// Throws ConfigError when `needed` will not fit; `field` and `remedy` are what can be changed.
void check_memory(std::uint64_t needed, std::uint64_t available,
                  const std::string& field = "network.layer",
                  const std::string& remedy = "give fewer units or a smaller train_limit");

}  // namespace nernst
