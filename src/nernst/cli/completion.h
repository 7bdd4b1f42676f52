// SPDX-License-Identifier: Apache-2.0
// `nernst completion`: what a shell needs to complete commands, their options, and files.
#pragma once

#include <string>
#include <vector>

#include "nernst/cli/command_list.h"

namespace nernst {

// A script for "bash", "zsh" or "fish". Throws ConfigError for another.
std::string completion_script(const std::string& shell, const std::vector<CommandEntry>& commands);

}  // namespace nernst
