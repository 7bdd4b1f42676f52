// SPDX-License-Identifier: Apache-2.0
// An experiment to start from: a commented config, and made-up files in the place of one's own.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nernst {

struct Starter {
  std::string name, text;                                  // of the config, NAME.toml
  std::vector<std::pair<std::string, std::string>> files;  // that it reads: names and contents
};

// The kinds there are: "csv", "device", "transfer", ...
std::vector<std::string> starter_kinds();

// Throws ConfigError for a kind that there is not.
Starter make_starter(std::string_view kind);

// The comment that begins a config: what it is, in one sentence of its first line or lines.
std::string title_of_config(std::string_view toml);

// The command for a config of ours, a starter or an example, where it lies in `file`: "nernst train
// FILE", or compare.
std::string command_for(std::string_view toml, const std::string& file);

}  // namespace nernst
