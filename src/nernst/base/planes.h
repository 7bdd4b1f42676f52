// SPDX-License-Identifier: Apache-2.0
// State as plain arrays with names, so that checkpoint, restart, digest and comparison are one
// function each.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <variant>

namespace nernst {

// A named array of the state of something, open for reading and for restoring.
struct PlaneView {
  using Values = std::variant<std::span<float>, std::span<double>, std::span<std::uint32_t>,
                              std::span<std::uint64_t>>;
  std::string name;
  Values values;
};

}  // namespace nernst
