// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/read_circuits.h"

#include <gtest/gtest.h>

#include <cmath>
#include <utility>
#include <vector>

#include "nernst/base/error.h"

namespace nernst {
namespace {

ReadSide side() {
  return {.inputs = 100,
          .outputs = 2000,
          .unit_A = 1e-7,
          .g_crossing_S = 2e-6,
          .dac_bits = 8,
          .adc_bits = 9,
          .lines_per_adc = 8,
          .t_conversion_s = 10e-9,
          .seed = 4,
          .owner = 7,
          .number = 0};
}

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double v : values) sum += v;
  return sum / static_cast<double>(values.size());
}
double spread(const std::vector<double>& values) {
  double squares = 0;
  for (const double v : values) squares += std::pow(v - mean(values), 2);
  return std::sqrt(squares / static_cast<double>(values.size()));
}

TEST(ReadCircuits, PartsThatAreNotEnabledAreIdeal) {
  const ReadCircuits circuits({}, side());
  std::vector<double> in(100), lines(100);
  for (std::size_t k = 0; k < 100; ++k) in[k] = std::sin(static_cast<double>(k));
  circuits.drive(in, 1.0, 3, lines);
  for (std::size_t k = 0; k < 100; ++k) EXPECT_EQ(lines[k], Converter::dac(8, 1.0).convert(in[k]));
  std::vector<double> sums = {0.31, -7, 25};
  EXPECT_EQ(circuits.take(sums, 20, 0.5, 3), 1u);
  EXPECT_NEAR(sums[0], 0.5 * Converter::adc(9, 20.0).convert(0.31), 1e-12);
  EXPECT_EQ(sums[2], 10);
  const TechnologySpec technology;
  EXPECT_EQ(circuits.cost(20, technology).t_s, technology.t_read_s);
  EXPECT_EQ(circuits.cost(20, technology).e_amplifier_J, technology.e_amplifier_J);
}

TEST(ReadCircuits, OffsetsOfAmplifiersComeThroughTheNoiseGain) {
  ReadCircuitSpec spec;
  spec.amplifier.enabled = true;
  spec.amplifier.noise_V = 0;
  spec.amplifier.offset_V = 1e-5;
  ReadSide ideal_adc = side();
  ideal_adc.adc_bits = 0;
  const ReadCircuits circuits(spec, ideal_adc);
  const AmplifierLoop loop = circuits.loop(20);
  // 0.5 V / (20 units of 0.1 uA), on 100 crossings of 2 uS
  EXPECT_NEAR(loop.r_feedback_Ohm, 250e3, 1e-6);
  EXPECT_NEAR(loop.noise_gain(), 51, 0.1);
  std::vector<double> sums(2000, 1.0);
  EXPECT_EQ(circuits.take(sums, 20, 1, 3), 0u);
  const double thermal = loop.output_noise_V(0, 300), offset = 1e-5 * loop.noise_gain();
  EXPECT_NEAR(spread(sums), std::hypot(thermal, offset) / 0.5 * 20, 4e-2 * spread(sums));
  EXPECT_NEAR(mean(sums), loop.gain(), 4 * spread(sums) / std::sqrt(2000));
  // offsets stay, noise does not
  std::vector<double> again(2000, 1.0), difference;
  circuits.take(again, 20, 1, 4);
  for (std::size_t k = 0; k < 2000; ++k) difference.push_back(again[k] - sums[k]);
  EXPECT_NEAR(spread(difference), std::sqrt(2.0) * thermal / 0.5 * 20, 4e-2 * spread(difference));
}

TEST(ReadCircuits, AnAmplifierClipsAtItsSwingAndThatCounts) {
  ReadCircuitSpec spec;
  spec.amplifier.enabled = true;
  spec.amplifier.noise_V = spec.amplifier.offset_V = 0;
  spec.amplifier.swing_V = 0.25;
  const ReadCircuits circuits(spec, side());
  std::vector<double> sums = {5, 15, -15};
  EXPECT_EQ(circuits.take(sums, 20, 1, 3), 2u);
  EXPECT_NEAR(sums[1], 10, 0.1);
  EXPECT_NEAR(sums[2], -10, 0.1);
}

TEST(ReadCircuits, LinesThatWaitForTheirAdcDroop) {
  ReadCircuitSpec spec;
  spec.sample_hold.enabled = true;
  spec.sample_hold.temperature_K = 0;
  spec.sample_hold.leak_A = 1e-7;
  ReadSide ideal_adc = side();
  ideal_adc.adc_bits = 0;
  const ReadCircuits circuits(spec, ideal_adc);
  std::vector<double> sums(16, 4.0);
  circuits.take(sums, 20, 1, 3);
  const double acquired = spec.sample_hold.acquired();
  for (std::size_t k = 0; k < 16; ++k) {
    const double droop_V = 1e-7 * 10e-9 * static_cast<double>(k % 8) / 100e-15;
    EXPECT_NEAR(sums[k], 4 * acquired - droop_V / 0.5 * 20, 1e-9) << k;
  }
  // k T / C
  spec.sample_hold = {.enabled = true, .leak_A = 0};
  const ReadCircuits noisy(spec, ideal_adc);
  sums.assign(20000, 4.0);
  noisy.take(sums, 20, 1, 3);
  EXPECT_NEAR(spread(sums), spec.sample_hold.noise_V() / 0.5 * 20, 0.02 * spread(sums));
}

TEST(ReadCircuits, LinesAloneAreAsTheyAreAmongOthers) {
  ReadCircuitSpec spec;
  spec.dac.enabled = spec.adc.enabled = spec.amplifier.enabled = spec.sample_hold.enabled = true;
  spec.sample_hold.leak_A = 1e-7;
  const ReadCircuits circuits(spec, side());
  std::vector<double> in(100, 0.7), lines(100), sums(2000), some;
  circuits.drive(in, 1.0, 3, lines);
  for (const std::size_t k : {0, 1, 17, 63, 99})
    EXPECT_EQ(circuits.drive_line(k, 0.7, 3), lines[k]) << k;
  for (std::size_t k = 0; k < 2000; ++k) sums[k] = 25 * std::sin(static_cast<double>(k));
  for (const auto& [first, count] : {std::pair{0u, 13u}, {501u, 1u}, {1003u, 997u}}) {
    some.assign(sums.begin() + first, sums.begin() + first + count);
    std::vector<double> all = sums;
    circuits.take(all, 20, 1, 3);
    circuits.take(some, 20, 1, 3, first);
    for (std::size_t k = 0; k < count; ++k) EXPECT_EQ(some[k], all[first + k]) << k;
  }
}

TEST(ReadCircuits, AReadTakesWhatItsPartsTake) {
  ReadCircuitSpec spec;
  spec.amplifier.enabled = spec.sample_hold.enabled = true;
  const ReadCircuits circuits(spec, side());
  const TechnologySpec technology;
  const double settle_s = circuits.t_settle_s(20);
  EXPECT_LE(1 - circuits.loop(20).settled(settle_s), 0.25 / 255 * (1 + 1e-9));
  const ReadCost cost = circuits.cost(20, technology);
  EXPECT_NEAR(cost.t_s, settle_s + 5e-9 + 8 * 10e-9, 1e-15);
  EXPECT_NEAR(cost.e_amplifier_J, 20e-6 * (settle_s + 5e-9) + 100e-15 * 0.25, 1e-20);
  spec.amplifier.t_settle_s = 1e-6;
  EXPECT_EQ(ReadCircuits(spec, side()).t_settle_s(20), 1e-6);
}

TEST(ReadCircuits, ErrorsOfAConverterNeedBits) {
  ReadCircuitSpec spec;
  spec.adc.enabled = true;
  ReadSide none = side();
  none.adc_bits = 0;
  EXPECT_THROW(ReadCircuits(spec, none), ConfigError);
}

}  // namespace
}  // namespace nernst
