// SPDX-License-Identifier: Apache-2.0
// Numbers as people read them: 85.0 nS, 1,234,567, 83.12 %, 4:07. Only text for people uses these.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "nernst/cli/console.h"

namespace nernst {

// Three significant digits with the prefix that suits: quantity(8.5e-8, "S", look) is "85.0 nS".
// Seconds above 1000 and kelvins have no prefix; energies below an attojoule are in electron-volts.
std::string quantity(double value, std::string_view unit, const Look& look);

// A whole number with a comma between every three digits.
std::string count(std::int64_t value);
// The same of a number that is rounded to a whole one; one beyond 1e15 as "1.23e+20".
std::string rounded_count(double value);

// A fraction as a percentage with so many decimals: percent(0.5, 1) is "50.0 %".
std::string percent(double fraction, int decimals);

// Minutes and seconds as 4:07, from an hour on 1:04:07.
std::string minutes(double seconds);

}  // namespace nernst
