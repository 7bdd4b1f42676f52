// SPDX-License-Identifier: Apache-2.0
#include "nernst/cli/program.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "nernst/base/error.h"
#include "nernst/cli/all_commands.h"
#include "nernst/cli/clock.h"
#include "nernst/cli/command.h"
#include "nernst/cli/command_list.h"
#include "nernst/cli/completion.h"
#include "nernst/cli/man_page.h"
#include "nernst/cli/progress_bar.h"
#include "nernst/experiment/waiting.h"
#include "nernst/io/json.h"
#include "nernst/io/text.h"
#include "nernst/version.h"

namespace nernst {

namespace {

using Words = std::vector<std::string>;

template <class... Commands, template <class...> class List>
std::vector<CommandEntry> entries(List<Commands...>) {
  return {{std::string(Commands::kName), std::string(Commands::kHelp),
           std::string(Commands::kExamples), [] { return std::make_unique<Commands>(); }}...};
}

// The commands, in the order of a first visit.
std::vector<CommandEntry> all_commands() {
  std::vector<CommandEntry> commands = entries(AllCommands());
  static constexpr std::array<std::string_view, 6> first = {"init",     "examples", "train",
                                                            "evaluate", "report",   "runs"};
  const auto rank = [](const CommandEntry& entry) {
    return std::find(first.begin(), first.end(), entry.name) - first.begin();
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
  std::size_t width = 0;
  for (const CommandEntry& command : commands) width = std::max(width, command.name.size());
  const auto line = [&](std::string_view name, std::string_view help) {
    text += fmt::format("  {:<{}}  {}\n", name, width, help);
  };
  for (const CommandEntry& command : commands) line(command.name, command.help);
  line("help",
       "of a command: nernst help train; of config keys: nernst help config, or one table: nernst "
       "help config chip.wires");
  line("completion", "for a shell: source <(nernst completion bash), or zsh, or fish");
  line("man", "the manual page, or that of a command: nernst man train | man -l -");
  text +=
      "\nEvery command takes\n"
      "  --json         one JSON object on standard output, and nothing else there\n"
      "  --quiet        no text; only errors are said\n"
      "  -h, --help     its options, with examples\n\n";
  text += exit_code_help();
  text +=
      "\nExamples:\n"
      "  nernst init && nernst train csv.toml\n"
      "  nernst train csv.toml --set training.schedule=conventional\n"
      "  nernst device show organic_ecram_li2021\n";
  return text;
}

// The commands of a group, for `nernst device --help`.
std::string group_help(const std::string& group, const std::vector<CommandEntry>& commands) {
  std::string text = fmt::format("Usage: nernst {} COMMAND [OPTIONS]\n\nCommands:\n", group);
  std::size_t width = 0;
  for (const CommandEntry& command : commands)
    if (command.name.starts_with(group + " ")) width = std::max(width, command.name.size());
  for (const CommandEntry& command : commands)
    if (command.name.starts_with(group + " "))
      text += fmt::format("  {:<{}}  {}\n", command.name, width, command.help);
  return text + fmt::format("\nOf one: nernst {} COMMAND --help\n", group);
}

// Takes the name of the command from the front of `words`.
const CommandEntry& take_command(Words& words, const std::vector<CommandEntry>& commands) {
  Words names = first_words(commands);
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
    names.insert(names.end(), kBuiltIns.begin(), kBuiltIns.end());
    refuse(name, "command", names);
  }
  words.erase(words.begin());
  return *found;
}

// What CLI11 did not know what to do with.
// An option that was given with nothing ("--out $UNSET") is not one that was left out.
void refuse_empty(const CLI::App& app) {
  for (const CLI::Option* option : app.get_options())
    for (const std::string& value : option->results())
      if (value.empty() && option->get_expected_min() > 0)
        throw ConfigError(option->get_name(), "",
                          "was given as \"\"; give a value or leave it out");
}

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

// What CLI11 says of the value of an option, as one of our sentences.
ConfigError in_our_words(const std::string& said, const std::string& command) {
  const std::string remedy = fmt::format("see nernst {} --help", command);
  // "Could not convert: --wire = 1Ohm"
  constexpr std::string_view convert = "Could not convert: ";
  if (said.starts_with(convert)) {
    const std::string rest = said.substr(convert.size());
    const std::size_t equals = rest.find(" = ");
    if (equals != std::string::npos)
      return ConfigError(rest.substr(0, equals), io::shown(rest.substr(equals + 3)),
                         "is no number that this option takes, without a unit; " + remedy);
  }
  // "--threads: Value 9999 not in range 0 to 1024", "--drive: diagonal not in {rows,columns}"
  if (const std::size_t colon = said.find(": ");
      colon != std::string::npos && said.starts_with("--"))
    return ConfigError(said.substr(0, colon), "",
                       io::shown(said.substr(colon + 2), 200) + "; " + remedy);
  return ConfigError("nernst " + command, "", io::shown(said, 200) + "; " + remedy);
}

void do_command(Console& console, const CommandEntry& entry, Words words) {
  CLI::App app(entry.help, "nernst " + entry.name);
  app.get_formatter()->column_width(34);
  app.allow_extras();
  bool json = false, quiet = false;
  app.footer("Examples:\n" + indented(entry.examples) + "\n\n" + exit_code_help());
  instruction_set_from_environment();
  const std::unique_ptr<Command> command = make_with_options(entry, app, json, quiet);

  std::reverse(words.begin(), words.end());  // as CLI11 wants them
  try {
    app.parse(std::move(words));
  } catch (const CLI::CallForHelp&) {
    console.print(app.help());
    return;
  } catch (const CLI::ParseError& error) {
    throw in_our_words(error.what(), entry.name);
  }
  refuse_extras(app);
  refuse_empty(app);

  console.set_quiet(quiet);
  // what takes long says at least that, where the command says nothing better
  ProgressReport report(console);
  RunHooks hooks;
  hooks.now_s = stopwatch();
  hooks.progress = [&](const Progress& progress) { report.show(progress, progress.spent_s); };
  const Waiting working(hooks, RunPhase::working);
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
      // help config [TABLE] [--json]
      words.erase(words.begin());
      if (!words.empty() && !words.front().starts_with('-')) words.insert(words.begin(), "--table");
      words.insert(words.begin(), {"info", "--config"});
    } else {
      words.push_back("--help");
    }
  }
  if (!words.empty() && (words.front() == "--help" || words.front() == "-h"))
    return console.print(program_help(commands));
  if (!words.empty() && words.front() == "completion") {
    if (words.size() != 2) throw ConfigError("completion", "", "give one of bash, zsh, fish");
    return console.print(completion_script(words[1], commands));
  }
  if (!words.empty() && words.front() == "man") {
    words.erase(words.begin());
    if (words.empty()) return console.print(man_page(commands));
    if (words.size() == 2 && words.front() == "--out") return write_man_pages(words[1], commands);
    const CommandEntry& command = take_command(words, commands);
    if (!words.empty())
      throw ConfigError(io::shown(words.front()), "",
                        "one argument too many; give nernst man COMMAND, or --out FOLDER for all");
    return console.print(man_page(command));
  }
  if (words.size() == 2 && (words[1] == "--help" || words[1] == "-h") &&
      !members_of(words[0], commands).empty())
    return console.print(group_help(words[0], commands));
  if (!words.empty() && (words.front() == "--version" || words.front() == "-V"))
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
