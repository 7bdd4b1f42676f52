// SPDX-License-Identifier: Apache-2.0
// How the name of a device preset is told from the path of a device file.
#pragma once

#include <string_view>

namespace nernst {

// A path has a slash, or ends in .toml.
inline bool is_device_path(std::string_view name) {
  return name.find('/') != std::string_view::npos || name.ends_with(".toml");
}

}  // namespace nernst
