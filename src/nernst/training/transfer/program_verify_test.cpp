// SPDX-License-Identifier: Apache-2.0
#include "nernst/training/transfer/program_verify.h"

#include <gtest/gtest.h>

#include <cmath>

#include "nernst/base/statistics.h"
#include "nernst/chip/simulated_chip.h"
#include "nernst/training/transfer/zero_shift.h"

namespace nernst {
namespace {

constexpr std::size_t kRows = 17, kColumns = 59;
constexpr double kFullScale = 0.5;

SimulatedChip make(const std::string& name, const std::function<void(DeviceSpec&)>& change = {},
                   WeightCoding weight = WeightCoding::reference_cell) {
  ChipSpec spec;
  spec.device = name;
  spec.weight = weight;
  DeviceSpec device = load_device(name);
  if (change) change(device);
  return SimulatedChip(spec, device,
                       {{.shape = {kRows, kColumns},
                         .full_scale_weight = kFullScale,
                         .writable_references = weight == WeightCoding::reference_cell}},
                       7, Backend::fast, Threads(1));
}

// Within the middle 40 % of the window, so that cells can reach them.
Matrix<double> targets() {
  const NoiseStream stream(3, 1, Purpose::shuffle);
  Matrix<double> values(kRows, kColumns);
  for (std::size_t k = 0; k < values.values().size(); ++k)
    values.values()[k] = kFullScale * 0.4 * (2 * stream.uniform<double>(k, 0) - 1);
  return values;
}

double worst(const SimulatedChip& chip, const Matrix<double>& wanted) {
  const Matrix<double> got = chip.weights(0);
  double largest = 0;
  for (std::size_t k = 0; k < wanted.values().size(); ++k)
    largest = std::max(largest, std::abs(got.values()[k] - wanted.values()[k]));
  return largest;
}

TEST(ProgramVerify, EveryCellEndsWithinTheToleranceOrIsReported) {
  for (const VerifyBy by : {VerifyBy::row, VerifyBy::cell}) {
    SimulatedChip chip = make("organic_ecram_li2021");
    const Matrix<double> wanted = targets();
    const VerifySpec spec{.tolerance = 0.01, .tries = 50, .by = by};
    const ProgramReport report = program_verify(chip, 0, wanted.view(), spec);
    EXPECT_EQ(report.cells, static_cast<std::int64_t>(kRows * kColumns));
    EXPECT_EQ(report.failed, 0);
    // reads of this device are exact, so what it read last is what is there
    const double tolerance = 0.01 * 2 * kFullScale;
    EXPECT_LE(worst(chip, wanted), tolerance + 1e-6);
    EXPECT_LE(report.largest_error, tolerance);
    EXPECT_GT(report.largest_error, 0.8 * tolerance);
    const LedgerCounts& counts = chip.ledger().counts;
    EXPECT_EQ(counts.pulses, report.pulses);
    EXPECT_EQ(counts.verifies, report.reads);
    EXPECT_EQ(counts.cell_reads, report.reads);
    EXPECT_GT(counts.time_s, 0);
    EXPECT_EQ(counts.outer_updates, 0);
  }
}

TEST(ProgramVerify, CellByCellReadsLessAndTakesLonger) {
  SimulatedChip rows = make("organic_ecram_li2021"), cells = make("organic_ecram_li2021");
  const Matrix<double> wanted = targets();
  const auto by_row = program_verify(rows, 0, wanted.view(), {.tolerance = 0.01});
  const auto by_cell =
      program_verify(cells, 0, wanted.view(), {.tolerance = 0.01, .by = VerifyBy::cell});
  EXPECT_LT(by_cell.reads, by_row.reads);
  EXPECT_GT(cells.ledger().counts.time_s, 10 * rows.ledger().counts.time_s);
}

TEST(ProgramVerify, AToleranceFinerThanAStepIsMetAsWellAsTheStepAllows) {
  SimulatedChip chip = make("ideal", [](DeviceSpec& device) { device.cell.dw_min = 0.05; });
  const Matrix<double> wanted = targets();
  const ProgramReport report =
      program_verify(chip, 0, wanted.view(), {.tolerance = 1e-4, .tries = 20});
  // steps of an ideal cell are all alike: it ends at the nearest level, most often outside
  EXPECT_LE(worst(chip, wanted), 0.5 * 0.05 * kFullScale + 1e-6);
  EXPECT_GT(report.failed, 9 * report.cells / 10);
  EXPECT_EQ(chip.ledger().counts.pulses, report.pulses);
}

TEST(ProgramVerify, StuckCellsAreReportedAndTheOthersAreNot) {
  SimulatedChip chip =
      make("organic_ecram_li2021", [](DeviceSpec& device) { device.faults.stuck = 0.1; });
  const ProgramReport report = program_verify(chip, 0, targets().view(), {.tolerance = 0.02});
  // a tenth, within four sigma; a few of them happen to be stuck where they should be
  const double cells = kRows * kColumns, sigma = std::sqrt(cells * 0.1 * 0.9);
  EXPECT_NEAR(static_cast<double>(report.failed), 0.1 * cells * 0.95, 4 * sigma);
}

TEST(ProgramVerify, WhatItsReadsAreOffByIsLeftInTheWeights) {
  const DeviceSpec device = load_device("ideal");
  const Matrix<double> wanted = targets();
  constexpr double tolerance = 1e-3;
  for (const CellReads reads : {CellReads::calibrated, CellReads::through_circuits}) {
    ChipSpec spec;
    spec.periphery.dac_bits = spec.periphery.adc_bits = 0;
    spec.periphery.cell_reads = reads;
    spec.circuits.amplifier.enabled = true;
    spec.circuits.amplifier.offset_V = 1e-4;
    // next to no noise
    spec.circuits.amplifier.noise_V = 0;
    spec.circuits.amplifier.c_feedback_F = 1e-12;
    SimulatedChip chip(spec, device,
                       {{.shape = {kRows, kColumns}, .full_scale_weight = kFullScale}}, 7,
                       Backend::fast, Threads(1));
    // every weight is 0
    std::vector<double> offsets(kColumns);
    chip.read_row(0, 0, offsets, ReadReason::read);
    const ProgramReport report = program_verify(chip, 0, wanted.view(), {.tolerance = tolerance});
    EXPECT_EQ(report.failed, 0);
    const Matrix<double> got = chip.weights(0);
    for (std::size_t r = 0; r < kRows; ++r)
      for (std::size_t c = 0; c < kColumns; ++c)
        EXPECT_NEAR(got(r, c), wanted(r, c) - offsets[c], 2 * tolerance * 2 * kFullScale);
    EXPECT_EQ(worst(chip, wanted) > 0.02, reads == CellReads::through_circuits);
  }
}

TEST(ProgramVerify, OpenLoopKnowsNothingOfTheCells) {
  SimulatedChip ideal = make("ideal"), real = make("organic_ecram_li2021");
  const Matrix<double> wanted = targets(), zero(kRows, kColumns);
  write_open_loop(ideal, 0, zero.view(), wanted.view());
  write_open_loop(real, 0, zero.view(), wanted.view());
  EXPECT_LE(worst(ideal, wanted), 0.5 * ideal.weight_step(0) + 1e-6);
  EXPECT_GT(worst(real, wanted), 0.1);
  EXPECT_EQ(real.ledger().counts.cell_reads, 0);
}

TEST(ProgramVerify, ARefreshGivesAOneSidedPairRoomAndKeepsItsWeights) {
  SimulatedChip chip = make(
      "pcm", [](DeviceSpec& device) { device.cell.read_noise = device.cell.write_noise = 0; },
      WeightCoding::differential_pair);
  const Matrix<double> wanted = targets();
  const ProgramReport first = program_verify(chip, 0, wanted.view(), {.tolerance = 0.1});
  // as many pulses again on both sides: the weights stay about where they are, the cells fill up
  std::vector<std::int32_t> up(kColumns, 20), down(kColumns, -20);
  for (std::size_t r = 0; r < kRows; ++r) {
    chip.write_row(0, r, up);
    chip.write_row(0, r, down);
  }
  const Matrix<double> before = chip.weights(0);
  const ProgramReport report = refresh(chip, 0, {.tolerance = 0.1, .tries = 100});
  // some pairs of this device never come within the tolerance; a refresh adds none
  EXPECT_LT(report.failed, first.failed);
  const Matrix<double> after = chip.weights(0);
  std::vector<double> errors;
  for (std::size_t k = 0; k < before.values().size(); ++k)
    errors.push_back(std::abs(after.values()[k] - before.values()[k]));
  EXPECT_LT(median(errors), 0.1 * 2 * kFullScale);
  EXPECT_EQ(chip.ledger().counts.resets, static_cast<std::int64_t>(kRows * kColumns));
}

TEST(ZeroShift, CellsEndAtTheirSymmetryPointWithAReferenceThere) {
  const auto change = [](DeviceSpec& device) {
    device.cell.c2c = device.cell.write_noise = 0;
    device.spread.up_down = 0.2;
    device.spread.reference = 0;
  };
  SimulatedChip chip = make("reram_softbounds", change);
  zero_shift(chip, 4000);
  EXPECT_LT(worst(chip, Matrix<double>(kRows, kColumns)), 1e-6);
  // pulses up and down in turn leave such a cell where it is
  const std::vector<double> all(kColumns, 1.0), up(kRows, -1.0), down(kRows, 1.0);
  for (int k = 0; k < 500; ++k) {
    chip.outer_update(0, all, up, chip.weight_step(0));
    chip.outer_update(0, all, down, chip.weight_step(0));
  }
  EXPECT_LT(worst(chip, Matrix<double>(kRows, kColumns)), 0.01 * chip.weight_range(0));
  SimulatedChip unshifted = make("reram_softbounds", change);
  for (int k = 0; k < 4500; ++k) {
    unshifted.outer_update(0, all, up, unshifted.weight_step(0));
    unshifted.outer_update(0, all, down, unshifted.weight_step(0));
  }
  EXPECT_GT(worst(unshifted, Matrix<double>(kRows, kColumns)), 0.1);
}

TEST(ZeroShift, AReferenceIsAsExactAsTheDeviceAllows) {
  SimulatedChip chip = make("ideal", [](DeviceSpec& d) { d.spread.reference = 0.2; });
  chip.zero_references(0);
  const Matrix<double> zero = chip.weights(0);
  EXPECT_NEAR(deviation(zero.values()), 0.2 * kFullScale,
              4 * 0.2 * kFullScale / std::sqrt(2.0 * kRows * kColumns));
  SimulatedChip pair = make("ideal", {}, WeightCoding::differential_pair);
  EXPECT_THROW(pair.zero_references(0), ConfigError);
}

}  // namespace
}  // namespace nernst
