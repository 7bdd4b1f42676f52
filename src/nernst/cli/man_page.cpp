// SPDX-License-Identifier: Apache-2.0
#include "nernst/cli/man_page.h"

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <string_view>

#include "nernst/cli/exit_code.h"
#include "nernst/io/file.h"
#include "nernst/version.h"

namespace nernst {

namespace {

// As roff prints it: a backslash or a hyphen itself, and no dot or quote that begins a request.
std::string escaped(std::string_view text) {
  std::string result;
  bool begins = true;
  for (const char c : text) {
    if (begins && (c == '.' || c == '\'')) result += "\\&";
    if (c == '\\')
      result += "\\e";
    else if (c == '-')
      result += "\\-";
    else
      result += c;
    begins = c == '\n';
  }
  return result;
}

std::string bold(std::string_view text) { return fmt::format("\\fB{}\\fR", escaped(text)); }

// "nernst-device-show"
std::string title_of(std::string name) {
  for (char& c : name) c = c == ' ' ? '-' : c;
  return name;
}

std::string heading(const std::string& name, std::string_view help) {
  const std::string title = title_of(name);
  std::string upper = title;
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return fmt::format(".TH {} 1 \"\" \"Nernst {}\" \"User Commands\"\n.SH NAME\n{} \\- {}\n", upper,
                     kVersion, escaped(title), escaped(help));
}

std::string entry(const std::string& name, std::string_view help) {
  return fmt::format(".TP\n{}\n{}\n", name, escaped(help));
}

std::string as_typed(std::string_view text) { return ".PP\n.nf\n" + escaped(text) + "\n.fi\n"; }

std::string exit_status() {
  std::string text = ".SH EXIT STATUS\n";
  for (const auto& [code, help] : exit_codes())
    text += entry(bold(std::to_string(static_cast<int>(code))), help);
  return text;
}

}  // namespace

std::string man_page(const std::vector<CommandEntry>& commands) {
  std::string text =
      heading("nernst", "trains neural networks in situ on electrochemical (ECRAM) crossbar chips");
  text += ".SH SYNOPSIS\n" + bold("nernst") + " \\fICOMMAND\\fR [\\fIOPTIONS\\fR]\n";
  text += ".SH COMMANDS\n";
  for (const CommandEntry& command : commands) text += entry(bold(command.name), command.help);
  text += entry(bold("help"), "the options of a command, or the keys of a config: help config");
  text += entry(bold("completion"), "a script for bash, zsh or fish");
  text += entry(bold("man"), "this page, or that of a command");
  text += ".SH OPTIONS\n";
  CLI::App app;
  bool ignored = false;
  add_common_options(app, ignored, ignored);
  for (const CLI::Option* option : app.get_options())
    text += entry(bold(option->get_name(false, true)), option->get_description());
  text += ".SH ENVIRONMENT\n";
  text += entry(bold("NERNST_BACKEND"),
                "fast (default), scalar (the same bits) or reference (double precision)");
  text += entry(bold("NERNST_INSTRUCTION_SET"),
                "one of those that nernst info lists; the bits are the same");
  return text + exit_status();
}

std::string man_page(const CommandEntry& command) {
  std::string text = heading("nernst " + command.name, command.help);
  CLI::App app;
  bool ignored = false;
  const std::unique_ptr<Command> made = make_with_options(command, app, ignored, ignored);
  std::string arguments, options;
  text += ".SH SYNOPSIS\n" + bold("nernst " + command.name);
  for (const CLI::Option* option : app.get_options()) {
    const std::string type =
        option->get_option_text().empty() ? option->get_type_name() : option->get_option_text();
    if (option->nonpositional()) {
      const bool value = option->get_items_expected_max() > 0 && !type.empty();
      options += entry(bold(option->get_name(false, true)) +
                           (value ? fmt::format(" \\fI{}\\fR", escaped(type)) : ""),
                       option->get_description());
    } else {
      const std::string name = fmt::format("\\fI{}\\fR", escaped(option->get_name(true)));
      text += option->get_required() ? " " + name : " [" + name + "]";
      arguments += entry(name, option->get_description());
    }
  }
  text += " [\\fIOPTIONS\\fR]\n";
  if (!arguments.empty()) text += ".SH ARGUMENTS\n" + arguments;
  text += ".SH OPTIONS\n" + options;
  text += ".SH EXAMPLES\n" + as_typed(command.examples) + exit_status();
  return text + ".SH SEE ALSO\n" + bold("nernst") + "(1)\n";
}

void write_man_pages(const std::string& folder, const std::vector<CommandEntry>& commands) {
  const std::filesystem::path path = folder;
  io::make_folder(path);
  io::write_file_atomically(path / "nernst.1", man_page(commands));
  for (const CommandEntry& command : commands)
    io::write_file_atomically(path / (title_of("nernst " + command.name) + ".1"),
                              man_page(command));
}

}  // namespace nernst
