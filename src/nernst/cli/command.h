// SPDX-License-Identifier: Apache-2.0
// A command of the program. Each is one header in `command/`: a class with
//   kName      "train"; "device show" stands in the group `device`
//   kHelp      one line, for the list of commands
//   kExamples  lines for the end of its --help
// Dropping the file in is all it takes. It is compiled once, into program.cpp.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "nernst/base/parameters.h"
#include "nernst/cli/console.h"

namespace nernst {

// What a command has to say, once for people and once for programs (--json).
struct Answer {
  std::string text;
  Tree json = Tree::object();
  std::string diverged = {};  // a training beside the job that diverged; it decides the exit code
};

class Command {
 public:
  virtual ~Command() = default;

  // Adds the options and arguments of the command; --json, --quiet and --help are there already.
  virtual void options(CLI::App& app) = 0;

  // Does the job. Any failure is an exception.
  virtual Answer run(Console& console) = 0;
};

}  // namespace nernst
