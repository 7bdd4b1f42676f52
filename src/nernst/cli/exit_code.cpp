// SPDX-License-Identifier: Apache-2.0
#include "nernst/cli/exit_code.h"

#include <CLI/Error.hpp>
#include <algorithm>
#include <filesystem>
#include <new>

#include "nernst/base/error.h"
#include "nernst/experiment/evaluation.h"
#include "nernst/experiment/run.h"

namespace nernst {

namespace {

template <class Error>
bool is(const std::exception& error) {
  return dynamic_cast<const Error*>(&error) != nullptr;
}

ExitCode code_of(const std::exception& error) {
  if (is<ConfigError>(error) || is<CLI::ParseError>(error)) return ExitCode::mistake;
  if (is<IoError>(error) || is<std::filesystem::filesystem_error>(error)) return ExitCode::refused;
  if (is<Diverged>(error)) return ExitCode::diverged;
  if (is<Interrupted>(error) || is<Stopped>(error)) return ExitCode::interrupted;
  return ExitCode::our_fault;
}

}  // namespace

std::span<const ExitCodeHelp> exit_codes() {
  static constexpr ExitCodeHelp codes[] = {
      {ExitCode::done, "the job was done"},
      {ExitCode::our_fault, "a fault of Nernst, or no memory left"},
      {ExitCode::mistake, "a mistake in the command, the config or the data"},
      {ExitCode::diverged, "training diverged; the last checkpoint is kept"},
      {ExitCode::refused, "the file system refused: disk full, no permission"},
      {ExitCode::interrupted, "interrupted (Ctrl-C), after a checkpoint"},
  };
  return codes;
}

Failure failure_of(const std::exception& error) {
  std::string sentence = error.what();
  if (is<std::bad_alloc>(error))
    sentence = "no memory left; give a smaller network or fewer samples";
  // whatever an error of a library says, it stays one line
  std::replace(sentence.begin(), sentence.end(), '\n', ' ');
  return {code_of(error), sentence};
}

}  // namespace nernst
