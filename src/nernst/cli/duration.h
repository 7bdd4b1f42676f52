// SPDX-License-Identifier: Apache-2.0
// Times as people type them: 90, 90s, 15min, 8h, 1d, 10y.
#pragma once

#include <string>

namespace nernst {

// In seconds. Throws ConfigError that names `option` for anything else, and for less than 0.
double duration_s(const std::string& option, const std::string& text);

}  // namespace nernst
