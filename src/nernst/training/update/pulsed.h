// SPDX-License-Identifier: Apache-2.0
// Plain parallel pulses: every sample's outer product goes to the array at once (analog SGD; Gokmen
// and Vlasov 2016).
#pragma once

#include <string_view>

#include "nernst/training/update_rule.h"

namespace nernst {

class Pulsed final : public UpdateRule {
 public:
  static constexpr std::string_view kName = "pulsed";
  static constexpr std::string_view kHelp =
      "each sample's outer product as pulses on the whole array";

  void update(Chip& chip, std::size_t array, const OuterProducts& products, double rate) override {
    chip.outer_update(array, products.x, products.d, rate / static_cast<double>(products.samples));
  }
  double read_rate(double rate) const override { return rate; }
};

}  // namespace nernst
