// SPDX-License-Identifier: Apache-2.0
// The confusion table: what was taken for what.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nernst/base/matrix_view.h"
#include "nernst/cli/console.h"

namespace nernst {

// A line for each true class: how many of it were taken for each class, and the share that was
// right. With many classes only that share.
std::string confusion_text(const Matrix<std::int64_t>& confusion,
                           const std::vector<std::string>& classes, const Look& look);

}  // namespace nernst
