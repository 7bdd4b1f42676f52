// SPDX-License-Identifier: Apache-2.0
#include "nernst/cli/command_list.h"

namespace nernst {

std::vector<std::string> members_of(const std::string& group,
                                    const std::vector<CommandEntry>& commands) {
  std::vector<std::string> members;
  for (const CommandEntry& command : commands)
    if (command.name.starts_with(group + " "))
      members.push_back(command.name.substr(group.size() + 1));
  return members;
}

void add_common_options(CLI::App& app, bool& json, bool& quiet) {
  app.set_help_flag("-h,--help", "print this help");
  app.add_flag("--json", json, "one JSON object on standard output, and nothing else there");
  app.add_flag("--quiet", quiet, "no text; only errors are said");
}

}  // namespace nernst
