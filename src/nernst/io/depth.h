// SPDX-License-Identifier: Apache-2.0
// How deep tables and lists may lie within each other: what walks a Tree recurses, and a stack is
// finite.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>

#include "nernst/base/parameters.h"

namespace nernst::io {

// Levels of tables and lists below the outermost one, at most, in TOML and JSON.
inline constexpr std::size_t kMaxDepth = 32;

inline std::string too_deep() {
  return fmt::format("has more than {} levels of tables and lists in each other", kMaxDepth);
}

// Levels of tables and lists below `tree`: 0 for a single value and for an empty table.
inline std::size_t depth_of(const Tree& tree) {
  std::size_t depth = 0;
  for (const Tree& entry : tree)
    if (entry.is_structured()) depth = std::max(depth, 1 + depth_of(entry));
  return depth;
}

}  // namespace nernst::io
