// SPDX-License-Identifier: Apache-2.0
#include "nernst/cli/program.h"

#include <fcntl.h>
#include "nernst/experiment/run.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <csignal>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "nernst/base/error.h"
#include "nernst/cli/all_commands.h"
#include "nernst/cli/command.h"
#include "nernst/io/json.h"
#include "nernst/io/text.h"
#include "nernst/version.h"

namespace nernst {

namespace {

using Words = std::vector<std::string>;

struct CommandEntry {
  std::string name, help, examples;
  std::function<std::unique_ptr<Command>()> make;
};

template <class... Commands, template <class...> class List>
std::vector<CommandEntry> entries(List<Commands...>) {
  return {{std::string(Commands::kName), std::string(Commands::kHelp),
           std::string(Commands::kExamples), [] { return std::make_unique<Commands>(); }}...};
}

// The commands, in the order of a first visit.
std::vector<CommandEntry> all_commands() {
  std::vector<CommandEntry> commands = entries(AllCommands());
  const auto rank = [](const CommandEntry& entry) {
    if (entry.name == "train") return 0;
    if (entry.name == "evaluate") return 1;
    return 2;
  };
  std::stable_sort(commands.begin(), commands.end(),
                   [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  return commands;
}

std::string indented(const std::string& text) {
  std::string result = "  ";
  for (const char c : text) {
    result += c;
    if (c == '\n') result += "  ";
  }
  return result;
}

std::string exit_code_help() {
  std::string text = "Exit codes:\n";
  for (const auto& [code, help] : exit_codes())
    text += fmt::format("  {:<5}{}\n", static_cast<int>(code), help);
  return text;
}

std::string program_help(const std::vector<CommandEntry>& commands) {
  std::string text = fmt::format(
      "Nernst {}: trains neural networks in situ on electrochemical (ECRAM) crossbar chips\n\n"
      "Usage: nernst COMMAND [OPTIONS]\n\nCommands:\n",
      kVersion);
  for (const CommandEntry& command : commands)
    text += fmt::format("  {:<15}{}\n", command.name, command.help);
  text += fmt::format("  {:<15}{}\n", "help",
                      "of a command: nernst help train; of config keys: nernst help config");
  text +=
      "\nEvery command takes\n"
      "  --json         one JSON object on standard output, and nothing else there\n"
      "  --quiet        no text; only errors are said\n"
      "  -h, --help     its options, with examples\n\n";
  text += exit_code_help();
  text +=
      "\nExamples:\n"
      "  nernst train examples/two_layer.toml\n"
      "  nernst train examples/two_layer.toml --set training.schedule=conventional\n"
      "  nernst device show organic_ecram_li2021\n";
  return text;
}

// Sub-commands of a group: "device" has list, show, curve.
Words members_of(const std::string& group, const std::vector<CommandEntry>& commands) {
  Words members;
  for (const CommandEntry& command : commands)
    if (command.name.starts_with(group + " "))
      members.push_back(command.name.substr(group.size() + 1));
  return members;
}

// Takes the name of the command from the front of `words`.
const CommandEntry& take_command(Words& words, const std::vector<CommandEntry>& commands) {
  Words names;  // what can stand first
  for (const CommandEntry& command : commands) {
    const std::string first = command.name.substr(0, command.name.find(' '));
    if (std::find(names.begin(), names.end(), first) == names.end()) names.push_back(first);
  }
  if (words.empty())
    throw ConfigError("give a command", "",
                      fmt::format("{} (see nernst --help)", fmt::join(names, ", ")));

  const auto refuse = [](const std::string& word, const std::string& what, const Words& known) {
    const auto near = nearest_name(word, known);
    const std::string shown = io::shown(word);
    throw ConfigError(shown, "",
                      near ? fmt::format("no such {}; did you mean \"{}\"?", what, *near)
                           : fmt::format("no such {}; there are {}", what, fmt::join(known, ", ")));
  };
  std::string name = words.front();
  if (const Words members = members_of(name, commands); !members.empty()) {
    if (words.size() == 1 || words[1].starts_with('-'))
      throw ConfigError(name, "", fmt::format("give what to do: {}", fmt::join(members, ", ")));
    if (std::find(members.begin(), members.end(), words[1]) == members.end())
      refuse(name + " " + words[1], "command", [&] {
        Words whole;
        for (const std::string& member : members) whole.push_back(name + " " + member);
        return whole;
      }());
    name += " " + words[1];
    words.erase(words.begin());
  }
  const auto found = std::find_if(commands.begin(), commands.end(),
                                  [&](const CommandEntry& entry) { return entry.name == name; });
  if (found == commands.end()) {
    if (name.starts_with('-'))
      throw ConfigError(
          io::shown(name), "",
          "no such option here; options follow the command, as in nernst train --help");
    names.push_back("help");
    refuse(name, "command", names);
  }
  words.erase(words.begin());
  return *found;
}

// What CLI11 did not know what to do with.
void refuse_extras(const CLI::App& app) {
  const Words extras = app.remaining();
  if (extras.empty()) return;
  const auto option = std::find_if(extras.begin(), extras.end(), [](const std::string& extra) {
    return extra.size() > 1 && extra.starts_with('-');
  });
  if (option == extras.end())
    throw ConfigError(io::shown(extras.front()), "",
                      fmt::format("one argument too many; see {} --help", app.get_name()));
  Words known;
  for (const CLI::Option* candidate : app.get_options())
    for (const std::string& name : candidate->get_lnames()) known.push_back("--" + name);
  const auto near = nearest_name(option->substr(0, option->find('=')), known);
  throw ConfigError(io::shown(*option), "",
                    near ? fmt::format("no such option; did you mean \"{}\"?", *near)
                         : fmt::format("no such option; see {} --help", app.get_name()));
}

void do_command(Console& console, const CommandEntry& entry, Words words) {
  CLI::App app(entry.help, "nernst " + entry.name);
  app.get_formatter()->column_width(34);
  app.set_help_flag("-h,--help", "print this help");
  app.allow_extras();
  bool json = false, quiet = false;
  app.add_flag("--json", json, "one JSON object on standard output, and nothing else there");
  app.add_flag("--quiet", quiet, "no text; only errors are said");
  app.footer("Examples:\n" + indented(entry.examples) + "\n\n" + exit_code_help());
  instruction_set_from_environment();
  const std::unique_ptr<Command> command = entry.make();
  command->options(app);

  std::reverse(words.begin(), words.end());  // as CLI11 wants them
  try {
    app.parse(std::move(words));
  } catch (const CLI::CallForHelp&) {
    console.print(app.help());
    return;
  }
  refuse_extras(app);

  console.set_quiet(quiet);
  const Answer answer = command->run(console);
  if (json) {
    console.print(io::to_json(answer.json, io::JsonLayout::indented));
  } else if (!quiet) {
    console.print(answer.text);
  }
  if (!answer.diverged.empty()) throw Diverged(answer.diverged);
}

void run_words(Console& console, Words words) {
  const std::vector<CommandEntry> commands = all_commands();
  // `help X` is X --help
  if (!words.empty() && words.front() == "help") {
    words.erase(words.begin());
    if (!words.empty() && words.front() == "config") {
      words = {"info", "--config"};
    } else {
      words.push_back("--help");
    }
  }
  if (!words.empty() && (words.front() == "--help" || words.front() == "-h"))
    return console.print(program_help(commands));
  if (!words.empty() && words.front() == "--version")
    return console.print(fmt::format("nernst {}\n", kVersion));
  const CommandEntry& command = take_command(words, commands);
  do_command(console, command, std::move(words));
}

// Where the shell has closed standard input, output or error, the next file that is opened would
// get its number, and what is printed would go into it.
void open_standard_streams() {
  for (int descriptor = 0; descriptor <= 2; ++descriptor)
    if (::fcntl(descriptor, F_GETFD) < 0 && ::open("/dev/null", O_RDWR) < 0) return;
}

}  // namespace

ExitCode run_program(int argc, const char* const* argv) {
  open_standard_streams();
  // a file that may not grow and a reader that went away are errors of a write, not the end
  std::signal(SIGXFSZ, SIG_IGN);
  std::signal(SIGPIPE, SIG_IGN);
  Console console;
  try {
    run_words(console, Words(argv + std::min(argc, 1), argv + argc));
    return ExitCode::done;
  } catch (const std::exception& error) {
    const Failure failure = failure_of(error);
    console.complain("nernst: " + failure.sentence);
    return failure.code;
  }
}

}  // namespace nernst
