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

// "40 s", "12 min", "3 h", "5 days"
std::string duration(double t_s) {
  constexpr double minute_s = 60, hour_s = 3600, day_s = 86400;
  if (t_s < 2 * minute_s) return fmt::format("{:.0f} s", t_s);
  if (t_s < 2 * hour_s) return fmt::format("{:.0f} min", t_s / minute_s);
  if (t_s < 2 * day_s) return fmt::format("{:.0f} h", t_s / hour_s);
  return fmt::format("{:.0f} days", t_s / day_s);
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

std::uint64_t bytes_of_checkpoint(const Config& config, const DeviceSpec& device, Backend backend) {
  return tile_array_bytes(config.chip, device, array_specs(config), backend);
}

std::string size_sentence(const Config& config, const DeviceSpec& device, const DataSet& data,
                          Backend backend, std::uint64_t free_bytes) {
  // a read, a transposed read and an update of a cell by one sample, and making a cell
  constexpr double s_per_cell_and_sample = 1e-9, s_per_made_cell = 100e-9;
  constexpr double least_bytes = 1 << 30, least_s = 600;
  const auto bytes = static_cast<double>(bytes_needed(config, device, data, backend));
  double weights = 0;
  for (const ArraySpec& array : array_specs(config))
    weights += static_cast<double>(array.shape.rows * array.shape.columns);
  const double tested = static_cast<double>(data.test.size() + data.validation.size()) / 3;
  const double epochs = static_cast<double>(config.epochs_in_situ()) +
                        (config.training.reference || config.transfer.enabled()
                             ? static_cast<double>(config.training.epochs)
                             : 0);
  const double t_s =
      weights * (s_per_made_cell + s_per_cell_and_sample * epochs *
                                       (static_cast<double>(data.train.size()) + tested));
  if (bytes < least_bytes && t_s < least_s) return "";
  const std::uint64_t saved = bytes_of_checkpoint(config, device, backend);
  std::string sentence = fmt::format(
      "this run needs about {} of memory, 2 x {} of disk for its checkpoint and the next, and "
      "roughly {} on one thread",
      gibibytes(static_cast<std::uint64_t>(bytes)), gibibytes(saved), duration(t_s));
  if (free_bytes > 0 && free_bytes / 2 < saved)
    sentence += fmt::format("; the disk has only {} left", gibibytes(free_bytes));
  return sentence;
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
