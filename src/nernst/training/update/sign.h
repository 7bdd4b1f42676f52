// SPDX-License-Identifier: Apache-2.0
// The Manhattan rule (Riedmiller and Braun 1993; on memristors Prezioso et al. 2015): every cell
// goes one step against the sign of its gradient, however large that is. With one sample at a time
// that is an outer product of signs, in parallel; a mini-batch is summed in digital memory first.
#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

#include "nernst/training/update_rule.h"

namespace nernst {

class Sign final : public UpdateRule {
 public:
  static constexpr std::string_view kName = "sign";
  static constexpr std::string_view kHelp =
      "Manhattan rule: one pulse against the sign of each gradient, whatever its size and the rate";

  void describe(Fields& f) override {
    f.real("threshold", threshold_,
           {.min = 0,
            .max = 1,
            .help = "gradients below this share of the array's largest give no pulse"});
  }

  void update(Chip& chip, std::size_t array, const OuterProducts& products, double rate) override {
    const auto& x = products.x;
    const auto& d = products.d;
    if (rate == 0) return;
    if (x.rows() == 1 && threshold_ == 0) {
      chip.outer_update(array, signs(x.row(0)), signs(d.row(0)), chip.weight_step(array));
      return;
    }
    const ArrayShape shape = chip.shape(array);
    HeldWeights held(chip.ledger(), shape.rows, shape.columns);
    Matrix<double>& sum = held.values();
    double largest = 0;
    for (std::size_t r = 0; r < shape.rows; ++r)
      for (std::size_t b = 0; b < x.rows(); ++b)
        for (std::size_t c = 0; c < shape.columns; ++c) sum(r, c) += d(b, r) * x(b, c);
    for (const double value : sum.values()) largest = std::max(largest, std::abs(value));
    const auto words = static_cast<std::int64_t>(sum.values().size());
    chip.enter_digital(words * static_cast<std::int64_t>(x.rows()), words);
    std::vector<std::int32_t> pulses(shape.columns);
    for (std::size_t r = 0; r < shape.rows; ++r) {
      for (std::size_t c = 0; c < shape.columns; ++c) {
        const double value = sum(r, c);
        const bool enough = value != 0 && std::abs(value) >= threshold_ * largest;
        pulses[c] = !enough ? 0 : value > 0 ? -1 : 1;
      }
      chip.write_row(array, r, pulses);
    }
  }

 private:
  static std::vector<double> signs(std::span<const double> values) {
    std::vector<double> result(values.size());
    std::transform(values.begin(), values.end(), result.begin(), [](double v) {
      return v > 0 ? 1.0 : v < 0 ? -1.0 : 0.0;
    });
    return result;
  }
  double threshold_ = 0;
};

}  // namespace nernst
