// SPDX-License-Identifier: Apache-2.0
// What the fuzz targets share: any bytes go in, a ConfigError may come out, and anything else is a
// crash.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "nernst/base/error.h"
#include "nernst/base/parameters.h"

namespace nernst::fuzz {

// Stops the fuzzer, which keeps the input, when `claim` does not hold.
inline void ensure(bool claim) {
  if (!claim) std::abort();
}

// Calls `parse` with the bytes. What a ConfigError says must be one line.
template <class Parse>
int run(const std::uint8_t* data, std::size_t size, Parse parse) {
  try {
    parse(std::string_view(reinterpret_cast<const char*>(data), size));
  } catch (const ConfigError& error) {
    ensure(std::string_view(error.what()).find('\n') == std::string_view::npos);
  }
  return 0;
}

// True when the trees are the same but for the order of their keys.
inline bool same_content(const Tree& a, const Tree& b) {
  return nlohmann::json(a) == nlohmann::json(b);
}

}  // namespace nernst::fuzz
