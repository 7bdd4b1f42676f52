// SPDX-License-Identifier: Apache-2.0
#include "nernst/cli/quantity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace nernst {

namespace {

// Three significant digits of a number from 1 to 1000.
std::string three_digits(double value) {
  return fmt::format("{:.{}f}", value, value < 9.995 ? 2 : value < 99.95 ? 1 : 0);
}

}  // namespace

std::string quantity(double value, std::string_view unit, const Look& look) {
  const auto with_unit = [&](const std::string& number, std::string_view prefix) {
    return unit.empty() && prefix.empty() ? number : fmt::format("{} {}{}", number, prefix, unit);
  };
  if (value == 0 || !std::isfinite(value)) return with_unit(fmt::format("{}", value), "");
  const double size = std::abs(value);
  const std::string sign = value < 0 ? "-" : "";
  if (unit.empty() || unit == "K") return with_unit(fmt::format("{:.6g}", value), "");
  // an energy of one charge is given in electron-volts
  constexpr double attojoule = 1e-18, electron_volt_J = 1.602176634e-19;
  if (unit == "J" && size < attojoule) return quantity(value / electron_volt_J, "eV", look);
  if (unit == "s" && size >= 999.5) return with_unit(sign + rounded_count(size), "");

  static constexpr std::string_view prefixes[] = {"a", "f", "p", "n", "µ", "m",
                                                  "",  "k", "M", "G", "T", "P"};
  constexpr int unprefixed = 6, last = 11;
  // the first prefix that leaves less than 1000 after rounding
  int place = 0;
  while (place < last && size / std::pow(1000.0, place - unprefixed) >= 999.5) ++place;
  const double scaled = size / std::pow(1000.0, place - unprefixed);
  if (scaled < 0.995 || scaled >= 999.5) return with_unit(fmt::format("{:.3g}", value), "");
  std::string_view prefix = prefixes[place];
  if (prefix == "µ" && !look.unicode) prefix = "u";
  return with_unit(sign + three_digits(scaled), prefix);
}

std::string count(std::int64_t value) {
  std::string digits = fmt::format("{}", value);
  const std::ptrdiff_t first = value < 0 ? 1 : 0;
  for (auto place = static_cast<std::ptrdiff_t>(digits.size()) - 3; place > first; place -= 3)
    digits.insert(static_cast<std::size_t>(place), ",");
  return digits;
}

std::string rounded_count(double value) {
  // (above, a double no longer tells one whole number from the next)
  constexpr double most = 1e15;
  if (std::abs(value) < most) return count(static_cast<std::int64_t>(std::llround(value)));
  return fmt::format("{:.3g}", value);
}

std::string percent(double fraction, int decimals) {
  return fmt::format("{:.{}f} %", 100 * fraction, decimals);
}

std::string minutes(double seconds) {
  constexpr double longest = 100 * 24 * 3600.0;
  if (!(seconds >= 0 && seconds < longest)) return "-:--";
  const auto whole = static_cast<std::int64_t>(std::llround(seconds));
  const std::int64_t hours = whole / 3600, rest = whole % 3600;
  if (hours > 0) return fmt::format("{}:{:02}:{:02}", hours, rest / 60, rest % 60);
  return fmt::format("{}:{:02}", rest / 60, rest % 60);
}

}  // namespace nernst
