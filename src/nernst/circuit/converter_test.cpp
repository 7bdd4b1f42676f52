// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/converter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace nernst {
namespace {

using Side = ConverterBank::Side;
const ConverterErrors kNone = {
    .enabled = true, .dnl = 0, .inl = 0, .offset = 0, .gain = 0, .noise = 0};

// How many different values there are between far below and far above the full scale.
std::size_t levels(const Converter& converter) {
  std::set<double> values;
  for (double v = -2; v <= 2; v += 1.0 / 4096) values.insert(converter.convert(v));
  return values.size();
}

TEST(Converter, HasAsManyLevelsAsItsHelpSays) {
  EXPECT_EQ(levels(Converter::adc(1, 1)), 2u);
  EXPECT_EQ(levels(Converter::dac(1, 1)), 3u);
  for (const std::int64_t bits : {2, 3, 8, 9}) {
    const std::size_t expected = (std::size_t{1} << bits) - 1;
    EXPECT_EQ(levels(Converter::adc(bits, 1)), expected) << bits;
    EXPECT_EQ(levels(Converter::dac(bits, 1)), expected) << bits;
  }
}

TEST(Converter, OfOneBitIsAComparatorOrASignAndASwitch) {
  const Converter adc = Converter::adc(1, 3), dac = Converter::dac(1, 3);
  EXPECT_EQ(adc.convert(1e-9), 1.5);
  EXPECT_EQ(adc.convert(100), 1.5);
  EXPECT_EQ(adc.convert(-1e-9), -1.5);
  EXPECT_FALSE(adc.saturates(100));
  EXPECT_TRUE(std::isnan(adc.convert(std::nan(""))));
  EXPECT_EQ(dac.convert(0), 0);
  EXPECT_EQ(dac.convert(1.4), 0);
  EXPECT_EQ(dac.convert(1.6), 3);
  EXPECT_EQ(dac.convert(-1.6), -3);
}

TEST(ConverterBank, WithoutErrorsIsTheConverter) {
  for (const std::int64_t bits : {1, 2, 5, 9}) {
    const Converter ideal_dac = Converter::dac(bits, 3.0), ideal_adc = Converter::adc(bits, 3.0);
    const ConverterBank dac(kNone, Side::dac, bits, 3.0, 2, 1, 1, 0);
    const ConverterBank adc(kNone, Side::adc, bits, 3.0, 2, 1, 1, 0);
    for (double v = -3.5; v < 3.5; v += 0.00937) {
      EXPECT_NEAR(dac.output(1, v), ideal_dac.convert(v), 1e-12) << bits << " " << v;
      EXPECT_NEAR(adc.code(1, v), ideal_adc.convert(v), 1e-12) << bits << " " << v;
    }
  }
}

TEST(ConverterBank, TheLargestStepHasTheSpreadOfTheDnl) {
  // spread of step - 1 where the top element takes over, and half of it or so at the next; the
  // integral over unit elements is largest at half scale, sqrt(2^(b-1)) / 2 unit spreads
  const std::size_t converters = 20000;
  ConverterErrors errors = kNone;
  errors.dnl = 0.25;
  const ConverterBank bank(errors, Side::dac, 9, 1.0, converters, 5, 1, 0);
  const auto spread = [&](auto&& value) {
    double sum = 0, squares = 0;
    for (std::size_t k = 0; k < converters; ++k) {
      const double v = value(k);
      sum += v, squares += v * v;
    }
    EXPECT_NEAR(sum / converters, 0, 4 * std::sqrt(squares) / converters);
    return std::sqrt(squares / converters);
  };
  const auto step = [&](std::int64_t m) {
    return spread([&, m](std::size_t k) { return bank.level(k, m) - bank.level(k, m - 1) - 1; });
  };
  const double four_sigma = 4 / std::sqrt(2.0 * converters);
  EXPECT_NEAR(step(128), 0.25, 0.25 * four_sigma);
  EXPECT_NEAR(step(64), 0.25 * std::sqrt(127.0 / 255), 0.2 * four_sigma);
  EXPECT_NEAR(step(1), 0.25 * std::sqrt(1.0 / 255), 0.02 * four_sigma);
  const double at_half = spread([&](std::size_t k) { return bank.level(k, 128) - 128; });
  EXPECT_NEAR(at_half, 0.25 / 2, 0.13 * four_sigma);
  for (std::size_t k = 0; k < 100; ++k) EXPECT_NEAR(bank.level(k, 255), 255, 1e-9);
}

TEST(ConverterBank, BowOffsetAndGainAreWhatTheySay) {
  ConverterErrors errors = kNone;
  errors.inl = 2;
  const ConverterBank bowed(errors, Side::dac, 8, 1.0, 200, 5, 1, 0);
  std::size_t up = 0;
  for (std::size_t k = 0; k < 200; ++k) {
    EXPECT_NEAR(std::abs(bowed.level(k, 64) - 64), 2, 1e-3);
    up += bowed.level(k, 64) > 64 ? 1 : 0;
  }
  EXPECT_GT(up, 70u);
  EXPECT_LT(up, 130u);
  errors = kNone;
  errors.gain = 0.1, errors.offset = 3;
  const ConverterBank tilted(errors, Side::dac, 8, 1.0, 4000, 5, 1, 0);
  double gains = 0, offsets = 0;
  for (std::size_t k = 0; k < 4000; ++k) {
    const double offset = tilted.output(k, 0), gain = tilted.output(k, 1) - offset;
    gains += std::pow(gain - 1, 2) / 4000;
    offsets += std::pow(offset / tilted.step(), 2) / 4000;
  }
  EXPECT_NEAR(std::sqrt(gains), 0.1, 0.1 * 4 / std::sqrt(8000));
  EXPECT_NEAR(std::sqrt(offsets), 3, 3 * 4 / std::sqrt(8000));
}

TEST(ConverterBank, AnAdcReadsItsOwnLevelsAndIsMonotonic) {
  ConverterErrors errors = kNone;
  errors.dnl = 0.1, errors.inl = 1;
  const ConverterBank bank(errors, Side::adc, 8, 1.0, 20, 9, 2, 1);
  for (std::size_t k = 0; k < 20; ++k) {
    for (std::int64_t m = 0; m <= bank.largest_magnitude(); ++m) {
      const double value = bank.level(k, m) * bank.step();
      EXPECT_NEAR(bank.code(k, value), static_cast<double>(m) * bank.step(), 1e-12);
      EXPECT_NEAR(bank.code(k, -value), -static_cast<double>(m) * bank.step(), 1e-12);
    }
    double last = -2;
    for (double v = -1.2; v < 1.2; v += 1e-3) {
      EXPECT_GE(bank.code(k, v), last);
      last = bank.code(k, v);
    }
  }
  EXPECT_TRUE(std::isnan(bank.code(0, std::nan(""))));
  EXPECT_EQ(bank.code(0, HUGE_VAL), 1);
}

}  // namespace
}  // namespace nernst
