// SPDX-License-Identifier: Apache-2.0
// Mixed precision (Nandakumar et al. 2020; Le Gallo et al. 2018): gradients are summed in a digital
// memory as large as the weights, and a cell is given whole pulses when its sum has grown to them.
#pragma once

#include <cmath>
#include <string_view>
#include <vector>

#include "nernst/training/update_rule.h"

namespace nernst {

class MixedPrecision final : public UpdateRule {
 public:
  static constexpr std::string_view kName = "mixed_precision";
  static constexpr std::string_view kHelp =
      "gradients summed in digital memory; cells get the whole pulses of the sum, row by row";

  void describe(Fields& f) override {
    f.real("granularity", granularity_,
           {.min = 1e-6, .max = 1e6, .help = "sum that gives a pulse, in nominal pulses"});
  }
  void prepare(Chip& chip, std::uint64_t) override {
    sums_.clear();
    for (std::size_t a = 0; a < chip.arrays(); ++a)
      sums_.emplace_back(chip.ledger(), chip.shape(a).rows, chip.shape(a).columns);
  }
  std::vector<PlaneView> state() override {
    std::vector<PlaneView> planes;
    for (std::size_t a = 0; a < sums_.size(); ++a)
      planes.push_back({"rule/chi_" + std::to_string(a), std::span(sums_[a].values().values())});
    return planes;
  }

  // chi += rate / B d x^T; n = trunc(chi / epsilon) pulses down, chi -= n epsilon
  void update(Chip& chip, std::size_t array, const OuterProducts& products, double rate) override {
    const auto& [x, d, samples] = products;
    Matrix<double>& chi = sums_[array].values();
    const double share = rate / static_cast<double>(samples);
    const double epsilon = granularity_ * chip.weight_step(array);
    const auto words = static_cast<std::int64_t>(chi.values().size());
    chip.enter_digital(words * static_cast<std::int64_t>(x.rows() + 1), 2 * words);
    std::vector<std::int32_t> pulses(chi.columns());
    for (std::size_t r = 0; r < chi.rows(); ++r) {
      const auto sums = chi.row(r);
      for (std::size_t b = 0; b < x.rows(); ++b) {
        const double scale = share * d(b, r);
        if (scale == 0) continue;
        const auto line = x.row(b);
        for (std::size_t c = 0; c < sums.size(); ++c) sums[c] += scale * line[c];
      }
      bool any = false;
      for (std::size_t c = 0; c < sums.size(); ++c) {
        pulses[c] = 0;
        if (std::abs(sums[c]) < epsilon) continue;
        constexpr double most = 1 << 20;
        const double whole = std::min(std::floor(std::abs(sums[c]) / epsilon), most);
        const double signed_whole = sums[c] > 0 ? whole : -whole;
        sums[c] -= signed_whole * epsilon;
        pulses[c] = -static_cast<std::int32_t>(signed_whole);
        any = true;
      }
      if (any) chip.write_row(array, r, pulses);
    }
  }

 private:
  double granularity_ = 1;
  std::vector<HeldWeights> sums_;
};

}  // namespace nernst
