// SPDX-License-Identifier: Apache-2.0
#include "nernst/cli/duration.h"

#include <array>
#include <string_view>
#include <utility>

#include "nernst/base/error.h"
#include "nernst/io/text.h"

namespace nernst {

double duration_s(const std::string& option, const std::string& text) {
  constexpr std::array<std::pair<std::string_view, double>, 8> units = {{{"", 1.0},
                                                                         {"ms", 1e-3},
                                                                         {"s", 1.0},
                                                                         {"min", 60.0},
                                                                         {"h", 3600.0},
                                                                         {"d", 86400.0},
                                                                         {"w", 604800.0},
                                                                         {"y", 31557600.0}}};
  constexpr double most_s = 1e12;
  const std::string_view all = text;
  const std::size_t last = all.find_last_of("0123456789.");
  const std::size_t size = last == std::string_view::npos ? 0 : last + 1;
  const std::string_view unit = io::trimmed(all.substr(size));
  const auto number = io::parse_number(io::trimmed(all.substr(0, size)));
  for (const auto& [name, seconds] : units)
    if (number && *number >= 0 && name == unit && *number * seconds <= most_s)
      return *number * seconds;
  throw ConfigError(option, text, "give a time of 0 s to 1e12 s, as 90s, 15min, 8h, 1d or 10y");
}

}  // namespace nernst
