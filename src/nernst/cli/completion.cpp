// SPDX-License-Identifier: Apache-2.0
#include "nernst/cli/completion.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>

#include "nernst/base/error.h"
#include "nernst/io/text.h"

namespace nernst {

namespace {

using Words = std::vector<std::string>;

// Long options of a command, with the blank of its name as in "device show".
Words options_of(const CommandEntry& entry) {
  CLI::App app;
  bool ignored = false;
  const std::unique_ptr<Command> command = make_with_options(entry, app, ignored, ignored);
  Words names = {"--help"};
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames())
      if (name != "help") names.push_back("--" + name);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace

std::string completion_script(const std::string& shell, const std::vector<CommandEntry>& commands) {
  if (shell != "bash" && shell != "zsh" && shell != "fish")
    throw ConfigError("completion", io::shown(shell), "give bash, zsh or fish");
  Words firsts(kBuiltIns.begin(), kBuiltIns.end());
  for (std::string& first : first_words(commands)) firsts.push_back(std::move(first));
  if (shell == "fish") {
    std::string text = "complete -c nernst -n __fish_use_subcommand -f -a '" +
                       fmt::format("{}", fmt::join(firsts, " ")) + "'\n";
    for (const CommandEntry& command : commands) {
      const std::size_t blank = command.name.find(' ');
      const std::string first = command.name.substr(0, blank);
      if (blank != std::string::npos)
        text += fmt::format("complete -c nernst -n '__fish_seen_subcommand_from {}' -f -a '{}'\n",
                            first, command.name.substr(blank + 1));
      for (const std::string& option : options_of(command))
        text += fmt::format("complete -c nernst -n '__fish_seen_subcommand_from {}' -l {}\n",
                            blank == std::string::npos ? first : command.name.substr(blank + 1),
                            option.substr(2));
    }
    return text;
  }
  // zsh understands what is written for bash
  std::string text = shell == "zsh" ? "autoload -U +X bashcompinit && bashcompinit\n" : "";
  text +=
      "_nernst() {\n"
      "  local current=${COMP_WORDS[COMP_CWORD]} words=\"\"\n"
      "  if ((COMP_CWORD == 1)); then\n"
      "    words=\"" +
      fmt::format("{}", fmt::join(firsts, " ")) +
      "\"\n"
      "  else\n"
      "    case \"${COMP_WORDS[1]} ${COMP_WORDS[2]}\" in\n";
  for (const CommandEntry& command : commands)
    if (command.name.find(' ') != std::string::npos)
      text += fmt::format("      \"{}\") words=\"{}\" ;;\n", command.name,
                          fmt::join(options_of(command), " "));
  for (const std::string& first : firsts) {
    if (const Words members = members_of(first, commands); !members.empty())
      text += fmt::format("      \"{} \"*) words=\"{}\" ;;\n", first, fmt::join(members, " "));
    for (const CommandEntry& command : commands)
      if (command.name == first)
        text += fmt::format("      \"{} \"*) words=\"{}\" ;;\n", first,
                            fmt::join(options_of(command), " "));
  }
  text +=
      "      \"completion \"*) words=\"bash zsh fish\" ;;\n"
      "    esac\n"
      "  fi\n"
      "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
      "}\n"
      "complete -o default -F _nernst nernst\n";
  if (shell == "zsh") {
    const std::string for_bash = "mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")";
    text.replace(text.find(for_bash), for_bash.size(),
                 "COMPREPLY=(${(f)\"$(compgen -W \"$words\" -- \"$current\")\"})");
  }
  return text;
}

}  // namespace nernst
