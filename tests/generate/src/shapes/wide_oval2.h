// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace nernst {

struct WideOval2 {};

}  // namespace nernst
