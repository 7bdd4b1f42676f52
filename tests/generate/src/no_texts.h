// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>
#include <utility>

namespace nernst {

std::span<const std::pair<std::string_view, std::string_view>> no_texts();

}  // namespace nernst
