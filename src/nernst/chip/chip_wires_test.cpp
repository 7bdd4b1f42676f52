// SPDX-License-Identifier: Apache-2.0
// A chip whose lines have resistance.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "nernst/chip/test_chips.h"

namespace nernst {
namespace {

ChipSpec wired_chip(double r_Ohm) {
  ChipSpec spec = ideal_chip();
  spec.device = "li_ecram_tang2018";
  spec.tile = {20, 30};
  spec.wires.enabled = true;
  spec.wires.r_row_Ohm = spec.wires.r_column_Ohm = r_Ohm;
  spec.wires.tolerance = 1e-10;
  return spec;
}

TEST(ChipWires, PartsOfACompoundArrayLoadTheirLinesTogether) {
  const std::vector<double> x(40, 1.0);
  const MatrixView<const double> in(x.data(), 1, 40);
  const auto sum_of_outputs = [&](SimulatedChip& chip, std::size_t array) {
    Matrix<double> y(1, 25);
    chip.mvm(array, in, y.view());
    return std::accumulate(y.values().begin(), y.values().end(), 0.0);
  };
  // gamma A + C on shared lines; the same matrices on lines of their own; and without resistance
  SimulatedChip together = make(wired_chip(300), {{{25, 40}, 1.0, {0.5, 1.0}}});
  SimulatedChip alone = make(wired_chip(300), {{{25, 40}, 1.0}, {{25, 40}, 1.0}});
  for (std::size_t k = 0; k < 2; ++k) {
    const Matrix<double> weights(25, 40, k == 0 ? 0.6 : 0.4);
    together.fabricate({0, k}, weights.view());
    alone.fabricate(k, weights.view());
  }
  const Matrix<double> a = together.part_weights({0, 0}), c = together.part_weights({0, 1});
  double ideal = 0;
  for (std::size_t k = 0; k < a.values().size(); ++k) ideal += 0.5 * a.values()[k] + c.values()[k];
  const double apart = 0.5 * sum_of_outputs(alone, 0) + sum_of_outputs(alone, 1);
  const double shared = sum_of_outputs(together, 0);
  EXPECT_LT(apart, 0.9 * ideal);
  // one and a half times the load, and next to as much of the loss (which saturates)
  EXPECT_LT(shared, ideal - 1.3 * (ideal - apart));
  EXPECT_GT(shared, ideal - 1.5 * (ideal - apart));

  // what changes in a part is seen by the next read
  together.outer_update({0, 1}, x, std::vector(25, -1.0), 0.1);
  EXPECT_GT(sum_of_outputs(together, 0), shared + 0.05 * 25 * 40);

  // a part alone is read as if the others were not there
  std::vector<double> one(40);
  one[7] = 1;
  Matrix<double> y(1, 25), y_alone(1, 25);
  const MatrixView<const double> line(one.data(), 1, 40);
  together.mvm_part({0, 0}, line, y.view());
  alone.mvm(0, line, y_alone.view());
  for (std::size_t r = 0; r < 25; ++r) EXPECT_NEAR(y(0, r), y_alone(0, r), 0.02);
}

TEST(ChipWires, ACompoundArrayThroughWiresGoesOnBitByBit) {
  ChipSpec spec = wired_chip(300);
  spec.coding.coding = Coding::stochastic;
  spec.wires.refresh_change = 0.01;
  const std::vector<ArraySpec> arrays = {{{25, 40}, 1.0, {0.5, 1.0}}};
  SimulatedChip whole = make(spec, arrays, Backend::fast);
  SimulatedChip restarted = make(spec, arrays, Backend::fast);
  const std::vector<double> x = wave(40), d = wave(25);
  const auto train = [&](SimulatedChip& chip) {
    Matrix<double> y(1, 25), back(1, 40);
    for (int step = 0; step < 12; ++step) {
      chip.mvm(0, {x.data(), 1, 40}, y.view());
      chip.outer_update({0, static_cast<std::size_t>(step % 2)}, x, d, 0.02);
      chip.mvm_transposed(0, {d.data(), 1, 25}, back.view());
    }
    return back;
  };
  train(whole);
  const auto from = whole.state(), to = restarted.state();
  ASSERT_EQ(from.size(), to.size());
  for (std::size_t k = 0; k < from.size(); ++k)
    std::visit(
        [&](const auto& source) {
          std::ranges::copy(source, std::get<std::decay_t<decltype(source)>>(to[k].values).begin());
        },
        from[k].values);
  restarted.ledger().counts = whole.ledger().counts;
  const double solutions = whole.wire_report().solutions;
  const Matrix<double> restarted_back = train(restarted), back = train(whole);
  EXPECT_EQ(restarted_back.values(), back.values());
  EXPECT_GT(whole.wire_report().solutions, solutions);
  EXPECT_EQ(restarted.wire_report().solutions, whole.wire_report().solutions);
  EXPECT_EQ(restarted.ledger().counts.energy.cells_read_J,
            whole.ledger().counts.energy.cells_read_J);
}

TEST(ChipWires, EnergyIsWhatTheWiresLetThrough) {
  ChipSpec ideal = wired_chip(2000), wired = wired_chip(2000);
  ideal.wires.enabled = false;
  SimulatedChip without = make(ideal, {{{20, 30}, 1.0}}), with = make(wired, {{{20, 30}, 1.0}});
  const std::vector<double> x(30, 0.5), d(20, 0.5);
  Matrix<double> y(1, 20);
  for (SimulatedChip* chip : {&without, &with}) {
    chip->mvm(0, {x.data(), 1, 30}, y.view());
    chip->outer_update(0, x, d, 0.01);
    chip->write_row(0, 3, std::vector<std::int32_t>(30, 2));
  }
  const LedgerCounts &a = without.ledger().counts, &b = with.ledger().counts;
  EXPECT_LT(b.energy.cells_read_J, 0.95 * a.energy.cells_read_J);
  EXPECT_GT(b.energy.cells_read_J, 0.5 * a.energy.cells_read_J);
  EXPECT_EQ(b.pulses, a.pulses);
  EXPECT_LT(b.energy.cells_write_J, a.energy.cells_write_J);
  EXPECT_EQ(b.energy.drivers_J, a.energy.drivers_J);
  EXPECT_EQ(b.time_s, a.time_s);
}

}  // namespace
}  // namespace nernst
