// SPDX-License-Identifier: Apache-2.0
// The page of `nernst report`, as CMake put it together from web/report and its libraries.
#pragma once

#include <string_view>

namespace nernst {

// The whole HTML, without data; "" where the libraries were missing when the program was built.
std::string_view report_page();

}  // namespace nernst
