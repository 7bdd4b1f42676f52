// SPDX-License-Identifier: Apache-2.0
// How the program ends: the exit codes, and the one sentence that goes with each failure.
#pragma once

#include <exception>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace nernst {

enum class ExitCode : int {
  done = 0,
  our_fault = 1,
  mistake = 2,
  diverged = 3,
  refused = 4,
  interrupted = 130,
};

struct ExitCodeHelp {
  ExitCode code;
  std::string_view help;
};
// What each code means, for --help.
std::span<const ExitCodeHelp> exit_codes();

// Somebody asked the program to stop, and this is how to go on.
class Stopped : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Failure {
  ExitCode code;
  std::string sentence;  // one line
};
Failure failure_of(const std::exception& error);

}  // namespace nernst
