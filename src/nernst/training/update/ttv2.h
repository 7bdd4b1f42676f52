// SPDX-License-Identifier: Apache-2.0
// TTv2 (Gokmen 2021): as Tiki-Taka, with a digital buffer in between that filters what A adds of
// its own noise; the slow array gets single pulses.
#pragma once

#include <string_view>

#include "nernst/training/buffered_transfer.h"

namespace nernst {

class Ttv2 final : public BufferedTransfer {
 public:
  static constexpr std::string_view kName = "ttv2";
  static constexpr std::string_view kHelp =
      "as tiki_taka, through a digital buffer H that gives C one pulse where |H| reaches 1";
  Ttv2() : BufferedTransfer(0.1) {}

 protected:
  void transfer(Chip& chip, std::size_t array, std::size_t column,
                const std::vector<double>& read) override {
    buffer(chip, array, column, read);
  }
};

}  // namespace nernst
