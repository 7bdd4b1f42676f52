// SPDX-License-Identifier: Apache-2.0
// Cells of a chip that are read one by one.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "nernst/base/lane_math.h"
#include "nernst/base/statistics.h"
#include "nernst/chip/operation_cost.h"
#include "nernst/chip/test_chips.h"

namespace nernst {
namespace {

std::vector<double> row_of(SimulatedChip& chip, std::size_t row) {
  std::vector<double> weights(chip.shape(0).columns);
  chip.read_row(0, row, weights, ReadReason::read);
  return weights;
}

TEST(CellReads, ACellReadAloneMeetsTheNoiseOfItsWholeColumn) {
  ChipSpec spec = ideal_chip();
  spec.tile = {40, 500};
  spec.read_noise.enabled = true;
  spec.circuits.amplifier.enabled = true;
  SimulatedChip chip = make(spec, {{{40, 500}, 1.0}});
  chip.fabricate(0, Matrix<double>(40, 500).view());
  // the amplifiers settle in another time where single lines are read
  const auto t_s = [&](double bound) {
    return read_circuits(spec, chip.device(), 40, 500, ReadDirection::transposed, 7, 1)
        .cost(bound, spec.technology)
        .t_s;
  };
  const double line_s = t_s(spec.periphery.line_bound);
  ASSERT_GT(std::abs(line_s / t_s(spec.periphery.adc_bound) - 1), 0.1);
  const ReadNoise noise = read_noise(spec.read_noise, chip.device().physical,
                                     weight_slope_S(spec, chip.device()), line_s);
  double squares = 0;
  for (std::size_t r = 0; r < 40; ++r) squares += square_norm(row_of(chip, r));
  // 20,000 draws: five sigmas are 5 %; a cell without its column has a variance far below
  EXPECT_NEAR(squares / 20000 / noise.variance(40, 1, 1), 1, 0.05);
  EXPECT_LT(noise.variance(1, 1, 1), 0.8 * noise.variance(40, 1, 1));
}

TEST(CellReads, CurrentNoiseOfACellIsThatOfNoOtherRead) {
  ChipSpec spec = ideal_chip();
  spec.read_noise.enabled = true;
  SimulatedChip chip = make(spec, {{{5, 400}, 1.0}});
  chip.fabricate(0, Matrix<double>(5, 400).view());
  Matrix<double> driven(1, 5), sums(1, 400);
  driven(0, 0) = 1;
  std::vector<std::vector<double>> lines;
  for (int k = 0; k < 6; ++k) {
    chip.mvm_transposed(0, driven.view(), sums.view());
    lines.emplace_back(sums.row(0).begin(), sums.row(0).end());
  }
  for (int k = 0; k < 6; ++k) {
    const std::vector<double> cells = row_of(chip, 0);
    // five sigmas of 400 draws
    for (const std::vector<double>& line : lines)
      EXPECT_LT(std::abs(correlation(cells, line)), 0.25);
  }
}

TEST(CellReads, CellsReadThroughIdealCircuitsReadAsCalibratedOnes) {
  ChipSpec spec = ideal_chip();
  spec.tile = {5, 7};
  spec.read_noise.enabled = true;
  DeviceSpec device = load_device("ideal");
  device.cell.read_noise = 0.01;
  const auto read = [&](CellReads reads) {
    spec.periphery.cell_reads = reads;
    SimulatedChip chip(spec, device, {{{13, 17}, 0.5}}, 7, Backend::fast, Threads(1));
    chip.fabricate(0, ramp(13, 17).view());
    std::vector<double> readings = row_of(chip, 11);
    for (const std::size_t column : {0, 6, 7, 16})
      readings.push_back(chip.read(0, 3, column, ReadReason::read));
    return readings;
  };
  const std::vector<double> calibrated = read(CellReads::calibrated);
  const std::vector<double> through = read(CellReads::through_circuits);
  for (std::size_t k = 0; k < calibrated.size(); ++k) EXPECT_NEAR(through[k], calibrated[k], 1e-12);
}

TEST(CellReads, ReadingsOfCellsStandOnTheGridOfTheirAdc) {
  ChipSpec spec = ideal_chip();
  spec.periphery.adc_bits = 6;
  spec.periphery.cell_reads = CellReads::through_circuits;
  SimulatedChip chip = make(spec, {{{5, 101}, 0.5}});
  const Matrix<double> weights = ramp(5, 101);
  chip.fabricate(0, weights.view());
  const Converter adc = Converter::adc(6, spec.periphery.line_bound);
  const std::vector<double> readings = row_of(chip, 2);
  for (std::size_t c = 0; c < 101; ++c)
    EXPECT_NEAR(readings[c], 0.5 * adc.convert(weights(2, c) / 0.5), 1e-12);
}

TEST(CellReads, AnAmplifiersOffsetIsInEveryReadingOfItsColumn) {
  ChipSpec spec = ideal_chip();
  spec.tile = {64, 500};
  spec.circuits.amplifier.enabled = true;
  spec.circuits.amplifier.noise_V = 0;
  spec.periphery.cell_reads = CellReads::through_circuits;
  SimulatedChip chip = make(spec, {{{70, 1000}, 0.5}});
  chip.fabricate(0, Matrix<double>(70, 1000).view());
  // (what is left is the thermal noise of the feedback)
  const AmplifierLoop loop =
      read_circuits(spec, chip.device(), 64, 500, ReadDirection::transposed, 7, 1)
          .loop(spec.periphery.line_bound);
  const double volt = 0.5 * spec.periphery.line_bound / spec.circuits.amplifier.full_scale_V;
  const double offset = volt * spec.circuits.amplifier.offset_V * loop.noise_gain();
  const double thermal = volt * loop.output_noise_V(0, 300);
  ASSERT_LT(thermal, 0.1 * offset);
  const std::vector<double> first = row_of(chip, 0), last = row_of(chip, 63);
  EXPECT_NEAR(square_norm(first), 1000 * (offset * offset + thermal * thermal),
              4 * 1000 * offset * offset * std::sqrt(2.0 / 1000));
  EXPECT_GT(correlation(first, last), 0.98);
  EXPECT_NEAR(chip.read(0, 5, 700, ReadReason::read), first[700], 6 * thermal);
  // the last rows are on tiles of their own
  EXPECT_LT(std::abs(correlation(first, row_of(chip, 64))), 0.16);

  spec.periphery.cell_reads = CellReads::calibrated;
  SimulatedChip calibrated = make(spec, {{{70, 1000}, 0.5}});
  calibrated.fabricate(0, Matrix<double>(70, 1000).view());
  EXPECT_EQ(square_norm(row_of(calibrated, 0)), 0);
}

TEST(CellReads, ReadingsOfCellsThatWereClippedAreCounted) {
  ChipSpec spec = ideal_chip();
  spec.periphery.line_bound = 0.1;
  spec.periphery.cell_reads = CellReads::through_circuits;
  SimulatedChip chip = make(spec, {{{4, 30}, 1.0}});
  const Matrix<double> weights = ramp(4, 30);
  chip.fabricate(0, weights.view());
  const auto clipped = [](double w) { return std::abs(w) > 0.1; };
  const std::vector<double> readings = row_of(chip, 1);
  for (std::size_t c = 0; c < 30; ++c)
    EXPECT_NEAR(readings[c], std::clamp(weights(1, c), -0.1, 0.1), 1e-12);
  const std::int64_t of_row = std::ranges::count_if(weights.row(1), clipped);
  EXPECT_GT(of_row, 0);
  EXPECT_EQ(chip.ledger().counts.saturated_outputs, of_row);
  // a cell alone counts for itself
  std::int64_t all = of_row;
  for (std::size_t c = 0; c < 30; ++c) {
    chip.read(0, 2, c, ReadReason::verify);
    all += clipped(weights(2, c)) ? 1 : 0;
    EXPECT_EQ(chip.ledger().counts.saturated_outputs, all);
  }
}

TEST(CellReads, EveryReadingOfACellMeetsNewNoiseOfItsCircuits) {
  ChipSpec spec = ideal_chip();
  spec.periphery.dac_bits = 8;
  spec.periphery.adc_bits = 12;
  spec.circuits.adc = {.enabled = true, .dnl = 0, .inl = 0, .offset = 0, .gain = 0, .noise = 5};
  spec.circuits.dac = {.enabled = true, .dnl = 0, .inl = 0, .offset = 0, .gain = 0, .noise = 5};
  spec.periphery.cell_reads = CellReads::through_circuits;
  SimulatedChip chip = make(spec, {{{4, 500}, 1.0}});
  // the noise of a DAC is one for all cells of its row, that of an ADC is not
  chip.fabricate(0, Matrix<double>(4, 500, 0.5).view());
  constexpr std::size_t reads = 500;
  std::vector<double> of_reads;
  double within = 0;
  for (std::size_t k = 0; k < reads; ++k) {
    const std::vector<double> readings = row_of(chip, 3);
    of_reads.push_back(mean(readings) - 0.5);
    within += std::pow(deviation(readings), 2) / reads;
  }
  const double dac = 0.5 * 5 * Converter::dac(8, 1.0).step();
  const double adc = 5 * Converter::adc(12, spec.periphery.line_bound).step();
  EXPECT_NEAR(std::sqrt(within) / adc, 1, 0.02);
  // five sigmas of 500 draws; the ADCs' noise is in the means, too
  EXPECT_NEAR(deviation(of_reads) / std::hypot(dac, adc / std::sqrt(500)), 1,
              5 / std::sqrt(2.0 * reads));
}

TEST(CellReads, ACellsReadTakesTheTimeAndEnergyOfASingleLinesCircuits) {
  ChipSpec spec = ideal_chip();
  spec.periphery.adc_bits = 9;
  spec.circuits.amplifier.enabled = spec.circuits.sample_hold.enabled = true;
  SimulatedChip chip = make(spec, {{{64, 30}, 1.0}});
  const TechnologySpec& technology = chip.spec().technology;
  const ReadCost cost = read_circuits(spec, chip.device(), 64, 30, ReadDirection::transposed, 7, 1)
                            .cost(spec.periphery.line_bound, technology);
  row_of(chip, 0);
  const LedgerCounts& book = chip.ledger().counts;
  EXPECT_DOUBLE_EQ(book.time_s, technology.t_cell_access_s + cost.t_s);
  EXPECT_DOUBLE_EQ(book.energy.amplifiers_J, 30 * cost.e_amplifier_J);
  EXPECT_DOUBLE_EQ(book.energy.adc_J, 30 * cost.e_adc_J);
  EXPECT_DOUBLE_EQ(book.energy.dac_J, cost.e_dac_J);
}

}  // namespace
}  // namespace nernst
