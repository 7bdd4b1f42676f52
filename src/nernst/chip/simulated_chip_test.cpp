// SPDX-License-Identifier: Apache-2.0
#include "nernst/chip/simulated_chip.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "nernst/chip/test_chips.h"

namespace nernst {
namespace {

TEST(SimulatedChip, AMatrixOnManyTilesIsTheMatrix) {
  ChipSpec one = ideal_chip(), many = ideal_chip();
  many.tile = {5, 7};
  SimulatedChip a = make(one, {{{17, 23}, 2.0}}), b = make(many, {{{17, 23}, 2.0}});
  const Matrix<double> weights = ramp(17, 23);
  const std::vector<double> x = wave(23), d = wave(17);
  for (SimulatedChip* chip : {&a, &b}) {
    chip->fabricate(0, weights.view());
    chip->outer_update(0, x, d, 0.1);
  }
  Matrix<double> ya(1, 17), yb(1, 17), xa(1, 23), xb(1, 23);
  const MatrixView<const double> in(x.data(), 1, 23), back(d.data(), 1, 17);
  a.mvm(0, in, ya.view());
  b.mvm(0, in, yb.view());
  a.mvm_transposed(0, back, xa.view());
  b.mvm_transposed(0, back, xb.view());
  for (std::size_t r = 0; r < 17; ++r) {
    double exact = 0;
    for (std::size_t c = 0; c < 23; ++c) exact += (weights(r, c) - 0.1 * d[r] * x[c]) * x[c];
    EXPECT_NEAR(ya(0, r), exact, 1e-12);
    EXPECT_NEAR(yb(0, r), exact, 1e-12);
  }
  for (std::size_t c = 0; c < 23; ++c) EXPECT_NEAR(xa(0, c), xb(0, c), 1e-12);
  EXPECT_EQ(a.ledger().counts.tile_reads, 2);
  EXPECT_EQ(b.ledger().counts.tile_reads, 2 * 4 * 4);
  // tiles work side by side
  EXPECT_DOUBLE_EQ(a.ledger().counts.time_s, b.ledger().counts.time_s);
}

TEST(SimulatedChip, ATransposedProductMayOverwriteItsInput) {
  SimulatedChip chip = make(ideal_chip(), {{{4, 6}, 1.0}});
  chip.fabricate(0, ramp(4, 6).view());
  Matrix<double> apart(1, 6), storage(1, 6);
  const std::vector<double> d = wave(4);
  chip.mvm_transposed(0, {d.data(), 1, 4}, apart.view());
  std::copy(d.begin(), d.end(), storage.row(0).begin());
  const MatrixView<double> in(storage.row(0).data(), 1, 4, 6);
  chip.mvm_transposed(0, in, storage.view());
  for (std::size_t c = 0; c < 6; ++c) EXPECT_DOUBLE_EQ(storage(0, c), apart(0, c));
}

TEST(SimulatedChip, TheLedgerCountsEveryOperation) {
  ChipSpec spec = ideal_chip();
  spec.coding.coding = Coding::stochastic;
  SimulatedChip chip = make(spec, {{{4, 6}, 1.0}});
  const LedgerCounts& book = chip.ledger().counts;
  Matrix<double> x(3, 6, 0.5), y(3, 4);
  chip.mvm(0, x.view(), y.view());
  EXPECT_EQ(book.mvm, 3);
  EXPECT_EQ(book.dac_conversions, 18);
  EXPECT_EQ(book.adc_conversions, 12);
  const TechnologySpec& technology = chip.spec().technology;
  EXPECT_NEAR(book.time_s, 3 * technology.t_read_s, 1e-18);
  EXPECT_NEAR(book.energy.adc_J, 12 * 4096 * technology.e_adc_step_J, 1e-18);
  // inputs are driven at their largest magnitude, which is scaled to 1
  const PhysicalSpec& physical = chip.device().physical;
  EXPECT_NEAR(
      book.energy.cells_read_J,
      3 * 6 * 1.0 * 4 * 2 * std::pow(physical.v_read_V, 2) * physical.g_S(0) * technology.t_read_s,
      1e-6 * book.energy.cells_read_J);

  const std::vector<double> in(6, 1.0), d(4, 1.0);
  chip.outer_update(0, in, d, 3 * chip.weight_step(0));
  // three pulses on each of 24 cells, on all lines in all slots
  EXPECT_EQ(book.pulses, 72);
  EXPECT_EQ(book.line_pulses, 30);
  EXPECT_EQ(chip.most_pulses(), 3);
  EXPECT_NEAR(book.energy.cells_write_J, 72 * physical.e_pulse_J, 1e-20);
  EXPECT_EQ(book.cell_reads, 0);

  const std::vector<std::int32_t> pulses = {1, -2, 0, 0, 4, 0};
  chip.write_row(0, 1, pulses);
  EXPECT_EQ(book.cell_writes, 3);
  EXPECT_EQ(book.pulses, 79);
  std::vector<double> row(6);
  chip.read_row(0, 1, row, ReadReason::verify);
  EXPECT_EQ(book.cell_reads, 6);
  EXPECT_EQ(book.verifies, 6);
  EXPECT_NEAR(row[1] - row[0], -3 * chip.weight_step(0), 1e-12);
  EXPECT_NEAR(chip.read(0, 1, 4, ReadReason::read), row[4], 1e-15);
  EXPECT_EQ(book.cell_reads, 7);
  EXPECT_EQ(book.verifies, 6);
  chip.pulse(0, 1, 4, -1);
  EXPECT_NEAR(chip.read(0, 1, 4, ReadReason::read), row[4] - chip.weight_step(0), 1e-12);
  chip.reset_row(0, 1);
  EXPECT_EQ(book.resets, 6);
  chip.enter_host_bytes(100);
  EXPECT_EQ(book.host_bytes, 100);
  EXPECT_GT(book.energy.total_J(), book.energy.cells_read_J + book.energy.adc_J);
}

TEST(SimulatedChip, HeldWordsAreCountedAsLongAsTheyLive) {
  Ledger ledger;
  {
    HeldSignals a(ledger, 2, 30);
    { HeldSignals b(ledger, 1, 5); }
    const HeldSignals moved = std::move(a);
    EXPECT_EQ(ledger.signal_words(), 60);
  }
  HeldWeights weights(ledger, 4, 5);
  EXPECT_EQ(ledger.signal_words(), 0);
  EXPECT_EQ(ledger.signal_words_peak(), 65);
  EXPECT_EQ(ledger.weight_words_peak(), 20);
}

TEST(SimulatedChip, TheChipsOwnClockDrivesRetention) {
  ChipSpec spec = ideal_chip();
  spec.technology.t_read_s = 0.5;
  DeviceSpec device = load_device("ideal");
  device.retention.tau_s = 2;
  SimulatedChip chip(spec, device, {{{3, 3}, 1.0}}, 7, Backend::reference, Threads(1));
  chip.fabricate(0, Matrix<double>(3, 3, 0.8).view());
  Matrix<double> x(1, 3, 1.0), y(1, 3);
  // the third read comes one second after the first
  for (int k = 0; k < 3; ++k) chip.mvm(0, x.view(), y.view());
  EXPECT_NEAR(y(0, 0), 3 * 0.8 * std::exp(-0.5), 1e-9);
  chip.wait(2);
  EXPECT_NEAR(chip.weights(0)(1, 1), 0.8 * std::exp(-1.75), 1e-9);
}

TEST(SimulatedChip, PulsesThatCannotBeSentAreCountedForEveryCell) {
  for (const WeightCoding weight :
       {WeightCoding::reference_cell, WeightCoding::differential_pair}) {
    ChipSpec spec = ideal_chip();
    spec.weight = weight;
    spec.coding.coding = Coding::count;
    spec.coding.count_max = 1;
    SimulatedChip chip(spec, load_device("ideal"), {{{3, 3}, 1.0}}, 7, Backend::fast, Threads(1));
    const std::vector<double> ones(3, 1.0);
    chip.outer_update({0, 0}, ones, ones, 0.1);
    const LedgerCounts& book = chip.ledger().counts;
    const bool pair = weight == WeightCoding::differential_pair;
    EXPECT_EQ(book.pulses, pair ? 18 : 9);
    EXPECT_EQ(book.short_cells, pair ? 18 : 9);
    // of 0.1 / 0.001 pulses for each weight (of a pair as many for each cell) one is sent
    EXPECT_NEAR(book.unsent_pulses / static_cast<double>(book.pulses), 99, 1e-6);
  }
}

TEST(SimulatedChip, AOneSidedDeviceNeedsAPair) {
  ChipSpec spec = ideal_chip();
  DeviceSpec device = load_device("ideal");
  device.cell.one_sided = true;
  EXPECT_THROW(SimulatedChip(spec, device, {{{3, 3}, 1.0}}, 7, Backend::fast, Threads(1)),
               ConfigError);
  spec.weight = WeightCoding::differential_pair;
  EXPECT_NO_THROW(SimulatedChip(spec, device, {{{3, 3}, 1.0}}, 7, Backend::fast, Threads(1)));
}

TEST(SimulatedChip, FabricatedWeightsAreAsNearAsTheWindowAllows) {
  ChipSpec spec = ideal_chip();
  spec.device = "organic_ecram_li2021";
  SimulatedChip chip = make(spec, {{{13, 11}, 0.5}}, Backend::fast);
  const Matrix<double> wanted = ramp(13, 11);
  chip.fabricate(0, wanted.view());
  const Matrix<double> got = chip.weights(0);
  for (std::size_t k = 0; k < wanted.values().size(); ++k)
    EXPECT_NEAR(got.values()[k], wanted.values()[k], 0.15);
  EXPECT_EQ(chip.ledger().counts.pulses, 0);
}

TEST(SimulatedChip, CurrentNoiseHasTheVarianceOfItsFormulas) {
  ChipSpec spec = ideal_chip();
  spec.tile = {100, 100};
  spec.periphery.noise_management = NoiseManagement::none;
  spec.read_noise.enabled = true;
  spec.read_noise.flicker = 1e-5;
  SimulatedChip chip = make(spec, {{{100, 30}, 1.0}});
  chip.fabricate(0, Matrix<double>(100, 30).view());
  const DeviceSpec device = load_device("ideal");
  const ReadNoise noise =
      read_noise(spec.read_noise, device.physical,
                 (device.physical.g_max_S - device.physical.g_min_S) / 2, spec.technology.t_read_s);
  constexpr std::size_t reads = 400;
  for (const double input : {0.3, 1.0}) {
    Matrix<double> x(reads, 30, input), y(reads, 100);
    chip.mvm(0, x.view(), y.view());
    double squares = 0;
    for (const double value : y.values()) squares += value * value;
    const double variance = squares / static_cast<double>(y.values().size());
    // 40,000 draws: five sigmas are 3.5 %
    EXPECT_NEAR(variance / noise.variance(30, 30 * input, 30 * input * input), 1, 0.036);
  }
}

}  // namespace
}  // namespace nernst
