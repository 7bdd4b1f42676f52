// SPDX-License-Identifier: Apache-2.0
#include "nernst/chip/simulated_chip.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "nernst/base/lane_math.h"
#include "nernst/base/statistics.h"
#include "nernst/chip/operation_cost.h"

namespace nernst {
namespace {

ChipSpec ideal_chip() {
  ChipSpec spec;
  spec.device = "ideal";
  spec.coding.coding = Coding::exact;
  spec.periphery.dac_bits = spec.periphery.adc_bits = 0;
  spec.periphery.adc_bound = 1e9;
  return spec;
}

SimulatedChip make(const ChipSpec& spec, std::vector<ArraySpec> arrays,
                   Backend backend = Backend::reference) {
  return SimulatedChip(spec, load_device(spec.device), arrays, 7, backend, Threads(1));
}

Matrix<double> ramp(std::size_t rows, std::size_t columns) {
  Matrix<double> weights(rows, columns);
  for (std::size_t k = 0; k < rows * columns; ++k)
    weights.values()[k] = 0.3 * std::sin(static_cast<double>(k));
  return weights;
}

std::vector<double> wave(std::size_t size) {
  std::vector<double> x(size);
  for (std::size_t k = 0; k < size; ++k) x[k] = std::cos(static_cast<double>(k));
  return x;
}

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

ChipSpec wired_chip(double r_Ohm) {
  ChipSpec spec = ideal_chip();
  spec.device = "li_ecram_tang2018";
  spec.tile = {20, 30};
  spec.wires.enabled = true;
  spec.wires.r_row_Ohm = spec.wires.r_column_Ohm = r_Ohm;
  spec.wires.tolerance = 1e-10;
  return spec;
}

TEST(SimulatedChip, PartsOfACompoundArrayLoadTheirLinesTogether) {
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

TEST(SimulatedChip, ACompoundArrayThroughWiresGoesOnBitByBit) {
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

TEST(SimulatedChip, EnergyIsWhatTheWiresLetThrough) {
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

std::vector<double> row_of(SimulatedChip& chip, std::size_t row) {
  std::vector<double> weights(chip.shape(0).columns);
  chip.read_row(0, row, weights, ReadReason::read);
  return weights;
}

TEST(SimulatedChip, ACellReadAloneMeetsTheNoiseOfItsWholeColumn) {
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

TEST(SimulatedChip, CurrentNoiseOfACellIsThatOfNoOtherRead) {
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

TEST(SimulatedChip, CellsReadThroughIdealCircuitsReadAsCalibratedOnes) {
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

TEST(SimulatedChip, ReadingsOfCellsStandOnTheGridOfTheirAdc) {
  ChipSpec spec = ideal_chip();
  spec.periphery.adc_bits = 6;
  spec.periphery.cell_reads = CellReads::through_circuits;
  SimulatedChip chip = make(spec, {{{5, 101}, 0.5}});
  const Matrix<double> weights = ramp(5, 101);
  chip.fabricate(0, weights.view());
  const Converter adc(6, spec.periphery.line_bound);
  const std::vector<double> readings = row_of(chip, 2);
  for (std::size_t c = 0; c < 101; ++c)
    EXPECT_NEAR(readings[c], 0.5 * adc.convert(weights(2, c) / 0.5), 1e-12);
}

TEST(SimulatedChip, AnAmplifiersOffsetIsInEveryReadingOfItsColumn) {
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

TEST(SimulatedChip, ReadingsOfCellsThatWereClippedAreCounted) {
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

TEST(SimulatedChip, EveryReadingOfACellMeetsNewNoiseOfItsCircuits) {
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
  const double dac = 0.5 * 5 * Converter(8, 1.0).step();
  const double adc = 5 * Converter(12, spec.periphery.line_bound).step();
  EXPECT_NEAR(std::sqrt(within) / adc, 1, 0.02);
  // five sigmas of 500 draws; the ADCs' noise is in the means, too
  EXPECT_NEAR(deviation(of_reads) / std::hypot(dac, adc / std::sqrt(500)), 1,
              5 / std::sqrt(2.0 * reads));
}

TEST(SimulatedChip, ACellsReadTakesTheTimeAndEnergyOfASingleLinesCircuits) {
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
