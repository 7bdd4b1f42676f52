// SPDX-License-Identifier: Apache-2.0
// A list of device laws as a type; CMake writes AllLaws (all_models.h) from the headers in models/.
#pragma once

namespace nernst {

template <class... Laws>
struct LawList {};

}  // namespace nernst
