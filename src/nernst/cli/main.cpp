// SPDX-License-Identifier: Apache-2.0
#include "nernst/cli/program.h"

int main(int argc, char** argv) { return static_cast<int>(nernst::run_program(argc, argv)); }
