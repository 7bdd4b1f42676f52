// SPDX-License-Identifier: Apache-2.0
// The program: finds the command, reads its options, does the job and says how it ended.
#pragma once

#include "nernst/cli/exit_code.h"

namespace nernst {

// The whole program but for the exit itself. Never throws.
ExitCode run_program(int argc, const char* const* argv);

}  // namespace nernst
