// SPDX-License-Identifier: Apache-2.0
// The commands as what is written about them sees them: help, completion, manual pages.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "nernst/cli/command.h"

namespace nernst {

struct CommandEntry {
  std::string name, help, examples;  // "device show" stands in the group "device"
  std::function<std::unique_ptr<Command>()> make;
};

// Sub-commands of a group: "device" has list, show, curve.
std::vector<std::string> members_of(const std::string& group,
                                    const std::vector<CommandEntry>& commands);

// What can stand first behind the name of the program: commands and groups, and what the program
// answers to itself.
std::vector<std::string> first_words(const std::vector<CommandEntry>& commands);
inline constexpr std::array<const char*, 3> kBuiltIns = {"help", "completion", "man"};

// What every command takes.
void add_common_options(CLI::App& app, bool& json, bool& quiet);
// The command, with that and its own options in `app`.
std::unique_ptr<Command> make_with_options(const CommandEntry& entry, CLI::App& app, bool& json,
                                           bool& quiet);

}  // namespace nernst
