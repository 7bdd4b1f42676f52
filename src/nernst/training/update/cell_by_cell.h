// SPDX-License-Identifier: Apache-2.0
// What conventional in-situ training of stochastic cells does, and progressive training replaces:
// every update is written cell by cell (or row by row) and each cell is checked and corrected.
#pragma once

#include <string_view>
#include <vector>

#include "nernst/base/noise.h"
#include "nernst/tile/coding.h"
#include "nernst/training/transfer/program_verify.h"
#include "nernst/training/update_rule.h"

namespace nernst {

class CellByCell final : public UpdateRule {
 public:
  static constexpr std::string_view kName = "cell_by_cell";
  static constexpr std::string_view kHelp =
      "each update is written in whole pulses, and every cell read and corrected";

  void describe(Fields& f) override { verify_.describe(f); }
  void prepare(Chip& chip, std::uint64_t seed) override {
    seed_ = seed;
    updates_.assign(chip.arrays(), 0);
  }
  std::vector<PlaneView> state() override { return {{"rule/updates", std::span(updates_)}}; }

  // Each row is read; targets are what was read less the mean gradient, in whole pulses rounded
  // stochastically (a cell that is left alone is not read again); then the row is program-verified.
  void update(Chip& chip, std::size_t array, const OuterProducts& products, double rate) override {
    const auto& [x, d, samples] = products;
    const ArrayShape shape = chip.shape(array);
    const double share = rate / static_cast<double>(samples), step = chip.weight_step(array);
    const NoiseStream rounding(seed_, static_cast<std::uint32_t>(array),
                               Purpose::gradient_rounding);
    const std::uint64_t event = updates_[array]++;
    HeldWeights held(chip.ledger(), 1, shape.columns);
    std::span<double> change = held.values().values();
    std::vector<double> weights(shape.columns);
    constexpr std::int64_t most = 1 << 16;
    for (std::size_t r = 0; r < shape.rows; ++r) {
      std::fill(change.begin(), change.end(), 0.0);
      for (std::size_t b = 0; b < x.rows(); ++b)
        for (std::size_t c = 0; c < shape.columns; ++c) change[c] -= share * d(b, r) * x(b, c);
      chip.enter_digital(static_cast<std::int64_t>(x.rows() * shape.columns), 0);
      bool any = false;
      for (std::size_t c = 0; c < shape.columns; ++c) {
        const double uniform = rounding.uniform<double>(r * shape.columns + c, event);
        change[c] = step * round_count(change[c] / step, most, uniform);
        any = any || change[c] != 0;
      }
      if (!any) continue;
      chip.read_row(array, r, weights, ReadReason::verify);
      for (std::size_t c = 0; c < shape.columns; ++c) weights[c] += change[c];
      write_and_verify(chip, array, r, weights, change, step);
    }
  }

 private:
  // The first pulses are sent whatever the tolerance: the change is often smaller than that.
  void write_and_verify(Chip& chip, std::size_t array, std::size_t row,
                        std::span<const double> targets, std::span<const double> change,
                        double step) const {
    std::vector<std::int32_t> pulses(change.size());
    for (std::size_t c = 0; c < change.size(); ++c) {
      pulses[c] = static_cast<std::int32_t>(std::nearbyint(change[c] / step));
      if (verify_.by == VerifyBy::cell && pulses[c] != 0) chip.pulse(array, row, c, pulses[c]);
    }
    if (verify_.by == VerifyBy::row) chip.write_row(array, row, pulses);
    program_row(chip, array, row, targets, verify_);
  }

  VerifySpec verify_{.tolerance = 0.02, .tries = 10};
  std::uint64_t seed_ = 0;
  std::vector<std::uint64_t> updates_;
};

}  // namespace nernst
