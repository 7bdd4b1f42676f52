// SPDX-License-Identifier: Apache-2.0
// What runs there are in a folder, and how far each is.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace nernst {

enum class RunState { finished, diverged, stopped, not_begun, damaged };

const char* name_of(RunState state);

// A run or a comparison, as its folder has it.
struct RunListing {
  std::string name;      // of the folder
  std::string path;      // as `nernst report` takes it
  bool several = false;  // a comparison
  RunState state = RunState::not_begun;
  std::string remark;  // why it is damaged
  double epochs_done = 0;
  std::optional<double> epochs;  // that it is to have; none of a comparison
  std::optional<double> test_accuracy, reference_accuracy;
  bool reference_diverged = false;  // the network in float did, and the chip did not
  std::string data, device, schedule, update;
  std::filesystem::file_time_type written;  // when it was last written to
};

// All in `folder`, the oldest first. What cannot be read is in the list and says why. Throws
// ConfigError when there is no such folder.
std::vector<RunListing> list_runs(const std::filesystem::path& folder);

}  // namespace nernst
