// SPDX-License-Identifier: Apache-2.0
// Options that more than one command has.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "nernst/cli/console.h"
#include "nernst/experiment/unread_keys.h"

namespace nernst {

// --set table.key=value, any number of times.
void add_set_option(CLI::App& app, std::vector<std::string>& settings);

// --strict: a key that has no effect is an error and not a warning.
void add_strict_option(CLI::App& app, bool& strict);

// Warns of keys that have no effect, or throws ConfigError where `strict`. Returns the sentences.
std::vector<std::string> heed_unread(Console& console, const std::vector<WrittenKey>& unread,
                                     bool strict);

// --threads N; 0 becomes the number of cores that the program may use.
void add_threads_option(CLI::App& app, int& threads);

// `text` as one word of a shell command.
std::string shell_word(const std::string& text);

}  // namespace nernst
