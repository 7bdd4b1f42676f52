// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>

namespace nernst {

namespace {

std::string gibibytes(std::uint64_t bytes) {
  return fmt::format("{:.2f} GiB", static_cast<double>(bytes) / (1 << 30));
}

// The first number in a file of the kernel, or 0.
std::uint64_t number_in(const char* path) {
  std::ifstream file(path);
  std::uint64_t value = 0;
  return file >> value ? value : 0;
}

}  // namespace

std::uint64_t bytes_needed(const Config& config, const DeviceSpec& device, const DataSet& data,
                           Backend backend) {
  const std::uint64_t chip = tile_array_bytes(config.chip, device, array_specs(config), backend);
  std::uint64_t weights = 0;
  for (const ArraySpec& array : array_specs(config))
    weights += std::uint64_t{array.shape.rows} * array.shape.columns;
  const std::uint64_t samples = data.train.size() + data.validation.size() + data.test.size();
  const std::uint64_t inputs = samples * (data.features() + 1) * sizeof(float);
  // the float twin holds weights and gradients; a checkpoint is built in memory, at most as large
  // as the chip
  const std::uint64_t twin = config.training.reference ? 2 * weights * sizeof(float) : 0;
  const std::uint64_t gradients = config.training.accumulate ? weights * sizeof(double) : 0;
  return chip + chip / 2 + inputs + twin + gradients;
}

std::uint64_t bytes_available() {
  std::ifstream info("/proc/meminfo");
  std::uint64_t available = 0;
  for (std::string key, unit; info >> key;) {
    std::uint64_t value = 0;
    info >> value;
    std::getline(info, unit);
    if (key == "MemAvailable:") available = value * 1024;
  }
  // a container may be allowed less than the machine has
  const std::uint64_t limit = number_in("/sys/fs/cgroup/memory.max");
  const std::uint64_t used = number_in("/sys/fs/cgroup/memory.current");
  if (limit > used && available > 0) available = std::min(available, limit - used);
  return available;
}

void check_memory(std::uint64_t needed, std::uint64_t available, const std::string& field,
                  const std::string& remedy) {
  if (available == 0 || needed <= available) return;
  throw ConfigError(field, gibibytes(needed) + " of memory needed",
                    fmt::format("only {} can be had here: {}", gibibytes(available), remedy));
}

}  // namespace nernst
