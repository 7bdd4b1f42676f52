// SPDX-License-Identifier: Apache-2.0
#include "nernst/cli/command_list.h"

#include <algorithm>

namespace nernst {

std::vector<std::string> members_of(const std::string& group,
                                    const std::vector<CommandEntry>& commands) {
  std::vector<std::string> members;
  for (const CommandEntry& command : commands)
    if (command.name.starts_with(group + " "))
      members.push_back(command.name.substr(group.size() + 1));
  return members;
}

std::vector<std::string> first_words(const std::vector<CommandEntry>& commands) {
  std::vector<std::string> words;
  for (const CommandEntry& command : commands) {
    const std::string first = command.name.substr(0, command.name.find(' '));
    if (std::find(words.begin(), words.end(), first) == words.end()) words.push_back(first);
  }
  return words;
}

void add_common_options(CLI::App& app, bool& json, bool& quiet) {
  app.set_help_flag("-h,--help", "print this help");
  app.add_flag("--json", json, "one JSON object on standard output, and nothing else there");
  app.add_flag("--quiet", quiet, "no text; only errors are said");
}

std::unique_ptr<Command> make_with_options(const CommandEntry& entry, CLI::App& app, bool& json,
                                           bool& quiet) {
  add_common_options(app, json, quiet);
  std::unique_ptr<Command> command = entry.make();
  command->options(app);
  return command;
}

}  // namespace nernst
