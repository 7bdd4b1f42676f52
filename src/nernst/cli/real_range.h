// SPDX-License-Identifier: Apache-2.0
// What a real number of the command line may be.
#pragma once

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <string>

#include "nernst/io/text.h"

namespace nernst {

// From `min` to `max`; unlike CLI::Range it takes no "nan", which no comparison finds outside.
class RealRange : public CLI::Validator {
 public:
  RealRange(double min, double max)
      : CLI::Validator(
            [min, max](std::string& text) {
              const auto value = io::parse_number(text);
              if (value && *value >= min && *value <= max) return std::string();
              return fmt::format("Value {} not in range [{:g} - {:g}]", text, min, max);
            },
            fmt::format("FLOAT in [{:g} - {:g}]", min, max), "") {}
};

}  // namespace nernst
