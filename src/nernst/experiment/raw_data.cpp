// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/raw_data.h"

#include <fmt/format.h>

#include "nernst/base/error.h"
#include "nernst/io/text.h"

namespace nernst {

std::string in_quotes(std::string_view text) { return fmt::format("\"{}\"", io::shown(text, 200)); }

void refuse_too_large(std::size_t samples, std::size_t features) {
  // (compared by division, as the product may overflow)
  const std::size_t most_values = kMaxInputBytes / sizeof(float);
  if (features == 0 || samples <= most_values / features) return;
  throw ConfigError("data", fmt::format("{} samples of {} features", samples, features),
                    fmt::format("needs more than {} GiB of memory; give data.train_limit and "
                                "data.test_limit",
                                kMaxInputBytes >> 30));
}

}  // namespace nernst
