// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/periphery.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace nernst {
namespace {

// One output that is twice the sum of the inputs.
void doubled_sum(MatrixView<const double> x, MatrixView<double> y, std::span<const std::uint64_t>) {
  for (std::size_t b = 0; b < x.rows(); ++b) {
    y(b, 0) = 0;
    for (const double v : x.row(b)) y(b, 0) += 2 * v;
  }
}

double read_one(const PeripherySpec& spec, std::vector<double> in, ReadCounts* counts = nullptr,
                std::uint64_t event = 1) {
  std::vector<double> out(1);
  const ReadCounts made = read_through(spec, {in.data(), 1, in.size()}, {out.data(), 1, 1}, 1, 1,
                                       {&event, 1}, doubled_sum)[0];
  if (counts != nullptr) *counts = made;
  return out[0];
}

PeripherySpec ideal() {
  PeripherySpec spec;
  spec.dac_bits = spec.adc_bits = 0;
  spec.adc_bound = 1e9;
  spec.noise_management = NoiseManagement::none;
  spec.bound_management = BoundManagement::none;
  return spec;
}

TEST(Converter, HasTheResolutionOfItsBits) {
  // 7 bits: steps of 1 / 63 of the bound, 1 / 126 of the range (aihwkit's default)
  EXPECT_DOUBLE_EQ(Converter::dac(7, 1.0).step(), 1.0 / 63);
  EXPECT_DOUBLE_EQ(Converter::dac(7, 1.0).convert(0.5), 32.0 / 63);
  EXPECT_DOUBLE_EQ(Converter::adc(9, 12.0).convert(100.0), 12.0);
  EXPECT_DOUBLE_EQ(Converter::dac(1, 1.0).convert(0.6), 1.0);
  EXPECT_DOUBLE_EQ(Converter::dac(0, 1.0).convert(0.123), 0.123);
  for (double v = -1; v <= 1; v += 0.01)
    EXPECT_LE(std::abs(Converter::dac(5, 1.0).convert(v) - v), 0.5 / 15 + 1e-12);
}

TEST(Periphery, IdealPartsChangeNothing) {
  EXPECT_DOUBLE_EQ(read_one(ideal(), {0.25, -0.75, 0.125}), 2 * (0.25 - 0.75 + 0.125));
}

TEST(Periphery, AnAdcOfOneBitGivesTheSign) {
  PeripherySpec spec = ideal();
  spec.adc_bits = 1;
  spec.adc_bound = 4;
  spec.noise_management = NoiseManagement::abs_max;
  spec.bound_management = BoundManagement::iterative;
  ReadCounts counts;
  EXPECT_DOUBLE_EQ(read_one(spec, {0.5, 0.25}, &counts), 0.5 * 2);  // half of 4, times the largest
  EXPECT_DOUBLE_EQ(read_one(spec, {-0.5, 0.25}, &counts), -0.5 * 2);
  EXPECT_DOUBLE_EQ(read_one(spec, {3, 3}, &counts), 3 * 2);
  EXPECT_EQ(counts.repeats + counts.saturated, 0u);
}

TEST(Periphery, WithoutNoiseManagementLargeInputsAreClipped) {
  EXPECT_DOUBLE_EQ(read_one(ideal(), {3.0}), 2.0);
  PeripherySpec managed = ideal();
  managed.noise_management = NoiseManagement::abs_max;
  EXPECT_DOUBLE_EQ(read_one(managed, {3.0}), 6.0);
  EXPECT_DOUBLE_EQ(read_one(managed, {3e-7}), 6e-7);
}

TEST(Periphery, BoundManagementRepeatsASaturatedRead) {
  PeripherySpec spec = ideal();
  spec.adc_bound = 1;
  ReadCounts counts;
  EXPECT_DOUBLE_EQ(read_one(spec, {1, 1, 1}, &counts), 1);
  EXPECT_EQ(counts.saturated, 1u);
  spec.bound_management = BoundManagement::iterative;
  EXPECT_DOUBLE_EQ(read_one(spec, {1, 1, 1}, &counts), 6);
  EXPECT_EQ(counts.saturated, 0u);
  EXPECT_EQ(counts.repeats, 3u);
  EXPECT_EQ(counts.reads, 4u);
  EXPECT_EQ(counts.dac_conversions, 12u);
  EXPECT_EQ(counts.adc_conversions, 4u);
  // |x|^2 falls by four each time
  EXPECT_DOUBLE_EQ(counts.drive, 3 * (1 + 0.25 + 0.0625 + 0.015625));
}

TEST(Periphery, ASilentInputGivesSilence) {
  PeripherySpec spec;
  spec.output_noise = 1;
  ReadCounts counts;
  EXPECT_EQ(read_one(spec, {0, 0}, &counts), 0);
  EXPECT_EQ(counts.reads, 1u);
}

TEST(Periphery, NoiseHasItsSpreadAndItsOwnEvents) {
  PeripherySpec spec = ideal();
  spec.input_noise = 0.1;
  spec.output_noise = 0.3;
  EXPECT_EQ(read_one(spec, {0.5}, nullptr, 7), read_one(spec, {0.5}, nullptr, 7));
  constexpr int reads = 20000;
  double sum = 0, squares = 0;
  for (int k = 0; k < reads; ++k) {
    const double error = read_one(spec, {0.5}, nullptr, static_cast<std::uint64_t>(k)) - 1;
    sum += error;
    squares += error * error;
  }
  const double sigma = std::sqrt(0.2 * 0.2 + 0.3 * 0.3);
  EXPECT_NEAR(sum / reads, 0, 4 * sigma / std::sqrt(reads));
  EXPECT_NEAR(std::sqrt(squares / reads) / sigma, 1, 4 / std::sqrt(2.0 * reads));
}

}  // namespace
}  // namespace nernst
