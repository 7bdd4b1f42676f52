// SPDX-License-Identifier: Apache-2.0
// The published devices, as the texts of presets/devices/*.toml; the program carries them with it.
#pragma once

#include <span>
#include <string_view>
#include <utility>

namespace nernst {

// Pairs of a preset's name (the stem of its file) and its TOML text, in alphabetical order.
std::span<const std::pair<std::string_view, std::string_view>> preset_texts();

}  // namespace nernst
