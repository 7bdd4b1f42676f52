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

  void update(Chip& chip, std::size_t array, MatrixView<const double> x, MatrixView<const double> d,
              double rate) override {
    const double share = rate / static_cast<double>(x.rows());
    for (std::size_t b = 0; b < x.rows(); ++b) chip.outer_update(array, x.row(b), d.row(b), share);
  }
  double read_rate(double rate) const override { return rate; }
};

}  // namespace nernst
