// SPDX-License-Identifier: Apache-2.0
// What the commands `nernst bench ...` share.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "nernst/cli/console.h"

namespace nernst {

// --device NAME and --batch B.
void add_bench_options(CLI::App& app, std::string& device, std::int64_t& batch);

// Says what is being timed: in place on a terminal, else on a line; not where `json` was given.
void tell(Console& console, const CLI::Option* json, std::string_view what);

}  // namespace nernst
