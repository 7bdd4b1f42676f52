// SPDX-License-Identifier: Apache-2.0
// An experiment or a comparison as a file. Paths in it are relative to its folder, so that it can
// be used from anywhere; paths in settings are relative to the folder where they are typed.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nernst/experiment/config.h"

namespace nernst {

// The keys of a config that name files or folders.
std::span<const std::string_view> path_keys();

// The tree in `file`, with its paths as the current folder sees them, and with `settings`
// (key=value) over it. Throws ConfigError, IoError.
Tree read_experiment(const std::string& file, const std::vector<std::string>& settings);

// The same with every path from the root. What is a name and no path (of a preset) stays.
Tree with_absolute_paths(Tree experiment);
void make_paths_absolute(Config& config);

}  // namespace nernst
