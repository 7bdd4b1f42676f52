// SPDX-License-Identifier: Apache-2.0
// The published chips, as the texts of presets/chips/*.toml; the program carries them with it.
#pragma once

#include <span>
#include <string_view>
#include <utility>

namespace nernst {

// Pairs of a preset's name (the stem of its file) and its TOML text, in alphabetical order.
std::span<const std::pair<std::string_view, std::string_view>> chip_preset_texts();

}  // namespace nernst
