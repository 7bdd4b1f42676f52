// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace nernst {

struct Line {};

}  // namespace nernst
