// SPDX-License-Identifier: Apache-2.0
// Experiments to start from (presets/experiments/*.toml) and the files of theirs (my_*.toml); the
// program carries them with it.
#pragma once

#include <span>
#include <string_view>
#include <utility>

namespace nernst {

// Pairs of a name (the stem of its file) and its TOML text, in alphabetical order.
std::span<const std::pair<std::string_view, std::string_view>> starter_texts();

}  // namespace nernst
