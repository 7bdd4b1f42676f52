// SPDX-License-Identifier: Apache-2.0
#include "nernst/chip/floorplan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "nernst/chip/simulated_chip.h"

namespace nernst {
namespace {

// 70 x 101 and 10 x 71 on tiles of 32 x 48: parts of tiles are left over everywhere.
ChipSpec chip_spec(bool circuits) {
  ChipSpec spec;
  spec.device = "li_ecram_tang2018";
  spec.tile = {32, 48};
  spec.circuits.amplifier.enabled = spec.circuits.sample_hold.enabled = circuits;
  spec.neuron.enabled = spec.error_circuit.enabled = circuits;
  return spec;
}
const std::vector<ArraySpec> kArrays = {{.shape = {70, 101}}, {.shape = {10, 71}}};

Floorplan plan_of(const ChipSpec& spec) {
  return make_floorplan(spec, load_device(spec.device), kArrays,
                        {.mean_square_input = 1, .slots = 3, .line_pulses = 3, .cell_pulses = 3});
}

TEST(Floorplan, CostsOfReadsAreThoseOfTheLedger) {
  for (const bool circuits : {false, true}) {
    const ChipSpec spec = chip_spec(circuits);
    const Floorplan plan = plan_of(spec);
    SimulatedChip chip(spec, load_device(spec.device), kArrays, 1, Backend::reference, Threads(1));
    const auto spent = [&](auto&& work) {
      const LedgerCounts before = chip.ledger().counts;
      work();
      const LedgerCounts& after = chip.ledger().counts;
      return std::pair{after.time_s - before.time_s,
                       after.energy.total_J() - before.energy.total_J()};
    };
    for (std::size_t l = 0; l < kArrays.size(); ++l) {
      const auto [rows, columns] = kArrays[l].shape;
      const LayerCost& layer = plan.layers[l];
      double forward_J = 0, backward_J = 0;
      for (const PartCost& part : layer.parts)
        forward_J += part.forward_J, backward_J += part.backward_J;
      // every input at full scale
      const auto [forward_s, spent_forward_J] = spent([&] {
        Matrix<double> in(1, columns, 1.0), out(1, rows);
        chip.mvm(l, in.view(), out.view());
        chip.enter_neurons(static_cast<std::int64_t>(rows), NeuronWork::activation);
      });
      EXPECT_NEAR(layer.forward_s, forward_s, 1e-9 * forward_s);
      EXPECT_NEAR(forward_J, spent_forward_J, 1e-9 * forward_J);
      if (l == 0) {
        EXPECT_EQ(layer.backward_s, 0);
        EXPECT_EQ(backward_J, 0);
        continue;
      }
      const auto [backward_s, spent_backward_J] = spent([&] {
        Matrix<double> in(1, rows, 1.0), out(1, columns);
        chip.mvm_transposed(l, in.view(), out.view());
        chip.enter_neurons(static_cast<std::int64_t>(columns - 1), NeuronWork::activation);
      });
      const double error_J =
          circuits ? static_cast<double>(rows) * spec.error_circuit.energy_J() : 0;
      EXPECT_NEAR(layer.backward_s, backward_s, 1e-9 * backward_s);
      EXPECT_NEAR(backward_J, spent_backward_J + error_J, 1e-9 * backward_J);
    }
    // the clock by what it was spent on
    const LedgerCounts& book = chip.ledger().counts;
    EXPECT_GT(book.time.neurons_s, 0);
    EXPECT_NEAR(book.time.reads_s + book.time.neurons_s, book.time_s, 1e-12 * book.time_s);
  }
}

TEST(Floorplan, AnUpdateCostsItsPulses) {
  const ChipSpec spec = chip_spec(false);
  const Floorplan plan = plan_of(spec);
  const DeviceSpec device = load_device(spec.device);
  EXPECT_NEAR(plan.layers[0].update_s, 3 * device.physical.t_pulse_s, 1e-18);
  EXPECT_NEAR(plan.part(ChipPart::cells).update_J,
              3 * (70 * 101 + 10 * 71) * device.physical.e_pulse_J, 1e-20);
  EXPECT_NEAR(plan.part(ChipPart::drivers).update_J,
              3 * (70 + 101 + 10 + 71) * spec.technology.e_line_pulse_J, 1e-20);
}

TEST(Floorplan, PartsAreCountedOnWholeTiles) {
  const Floorplan plan = plan_of(chip_spec(false));
  EXPECT_EQ(plan.layers[0].tiles, 9u);
  EXPECT_EQ(plan.layers[1].tiles, 2u);
  EXPECT_NEAR(plan.layers[0].used, 70.0 * 101 / (9 * 32 * 48), 1e-12);
  EXPECT_EQ(plan.part(ChipPart::cells).number, 11.0 * 32 * 48 * 2);
  EXPECT_EQ(plan.part(ChipPart::dac).number, 11.0 * (32 + 48));
  EXPECT_EQ(plan.part(ChipPart::adc).number, 11.0 * (4 + 6));  // eight lines to one
  EXPECT_EQ(plan.part(ChipPart::neurons).number, 80);
  ChipSpec pair = chip_spec(false);
  pair.weight = WeightCoding::reference_column;
  EXPECT_EQ(plan_of(pair).part(ChipPart::cells).number, 11.0 * (32 * 48 + 32));
}

TEST(Floorplan, WhatIsDrawnIsAsLargeAsItSaysAndNothingOverlaps) {
  for (const bool circuits : {false, true}) {
    const Floorplan plan = plan_of(chip_spec(circuits));
    ASSERT_EQ(plan.macros.size(), 11u + 2u);
    std::vector<double> drawn_m2(kChipParts, 0.0);
    std::vector<ChipRectangle> all;
    for (const ChipMacro& macro : plan.macros)
      for (const ChipRectangle& part : macro.parts) {
        drawn_m2[static_cast<std::size_t>(part.part)] += part.width_m * part.height_m;
        all.push_back(part);
      }
    double total_m2 = 0;
    for (std::size_t k = 0; k < kChipParts; ++k) {
      const double area_m2 = plan.part(static_cast<ChipPart>(k)).area_m2;
      EXPECT_NEAR(drawn_m2[k], area_m2, 1e-9 * area_m2) << k;
      total_m2 += area_m2;
    }
    EXPECT_NEAR(plan.area_m2(), total_m2, 1e-9 * total_m2);
    EXPECT_LT(total_m2, plan.width_m * plan.height_m);
    const double least_m = 1e-12;
    for (std::size_t i = 0; i < all.size(); ++i) {
      EXPECT_GE(all[i].x_m, -least_m);
      EXPECT_LE(all[i].x_m + all[i].width_m, plan.width_m + least_m);
      EXPECT_LE(all[i].y_m + all[i].height_m, plan.height_m + least_m);
      for (std::size_t j = 0; j < i; ++j) {
        const double wide = std::min(all[i].x_m + all[i].width_m, all[j].x_m + all[j].width_m) -
                            std::max(all[i].x_m, all[j].x_m);
        const double high = std::min(all[i].y_m + all[i].height_m, all[j].y_m + all[j].height_m) -
                            std::max(all[i].y_m, all[j].y_m);
        EXPECT_FALSE(wide > least_m && high > least_m) << i << " " << j;
      }
    }
  }
}

TEST(Floorplan, TasksOfASampleAreThoseOfProgressive) {
  const Floorplan plan = plan_of(chip_spec(true));
  std::string names;
  for (const PipelineTask& task : plan.training)
    names += task.name + " " + std::to_string(task.layer) + ", ";
  EXPECT_EQ(names, "forward 0, forward 1, error 1, update 1, backward 1, update 0, ");
  EXPECT_EQ(plan.inference.size(), 2u);
}

}  // namespace
}  // namespace nernst
