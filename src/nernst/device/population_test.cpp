// SPDX-License-Identifier: Apache-2.0
#include "nernst/device/population.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "nernst/device/relaxation.h"
#include "nernst/device/some_device_test.h"

namespace nernst {
namespace {

constexpr std::size_t kCells = 1003;

std::vector<double> copy(std::span<const double> values) { return {values.begin(), values.end()}; }

template <class Law>
class EveryPopulationTest : public testing::Test {};
TYPED_TEST_SUITE(EveryPopulationTest, EveryLaw);

TYPED_TEST(EveryPopulationTest, SplittingATrainChangesNothing) {
  DeviceSpec device = scattered_device<TypeParam>();
  device.cell.write_noise = 3;
  const auto whole = make_population(device, kCells, 5), split = make_population(device, kCells, 5);
  whole->pulse(Direction::potentiate, 37);
  split->pulse(Direction::potentiate, 20);
  split->pulse(Direction::potentiate, 0);
  split->pulse(Direction::potentiate, 17);
  EXPECT_EQ(copy(whole->w()), copy(split->w()));
  EXPECT_EQ(whole->read(ReadAgainst::nothing), split->read(ReadAgainst::nothing));
}

TYPED_TEST(EveryPopulationTest, PulsesMoveTheMeanTheirWay) {
  const auto cells = make_population(scattered_device<TypeParam>(), kCells, 5);
  const auto mean = [&] {
    double sum = 0;
    for (const double w : cells->w()) sum += w;
    return sum / kCells;
  };
  const double start = mean();
  cells->pulse(Direction::potentiate, 20);
  const double high = mean();
  EXPECT_GT(high, start);
  cells->pulse(Direction::depress, 20);
  EXPECT_LT(mean(), high);
}

DeviceSpec leaking() {
  DeviceSpec device = typical_device<LinearStep>();
  device.cell.c2c = 0;
  device.retention = {.tau_s = 10, .beta = 0.5, .w_rest = -0.2};
  return device;
}

TEST(Population, RelaxesToWhereItRests) {
  const auto cells = make_population(leaking(), 3, 1);
  cells->place_all(0.6);
  cells->relax(2.5);
  EXPECT_NEAR(cells->w()[1], -0.2 + 0.8 * std::exp(-0.5), 1e-12);
  cells->relax(87.5);  // in parts or at once
  EXPECT_NEAR(cells->w()[1], -0.2 + 0.8 * std::exp(-3.0), 1e-12);
  cells->relax(1e9);
  EXPECT_NEAR(cells->w()[1], -0.2, 1e-12);
}

TEST(Population, WhatAPulseWroteIsYoung) {
  const auto cells = make_population(leaking(), 3, 1);
  cells->place_all(0.6);
  cells->relax(1000);
  const double before = cells->w()[0];
  cells->pulse(Direction::potentiate, 10);
  const double change = cells->w()[0] - before;
  cells->relax(2.5);
  const double old = -0.2 + 0.8 * std::exp(-std::sqrt(100.25));
  EXPECT_NEAR(cells->w()[0], old + change * std::exp(-0.5), change * kRelaxationError);
}

TEST(Population, AFaultyCellDoesNotRelax) {
  DeviceSpec device = leaking();
  device.faults.dead = 1;
  const auto cells = make_population(device, 3, 1);
  cells->relax(1e9);
  EXPECT_EQ(cells->w()[0], device.physical.w_open());
  EXPECT_NEAR(cells->g_S()[0], 0, 1e-18);
}

TEST(Population, KeepsItsWriteNoiseUntilTheNextPulse) {
  DeviceSpec device = typical_device<ConstantStep>();
  device.cell.write_noise = 10;
  const std::size_t many = 20011;
  const auto cells = make_population(device, many, 1);
  EXPECT_EQ(cells->read(ReadAgainst::nothing), copy(cells->w()));
  cells->pulse(Direction::potentiate, 1);
  const auto first = cells->read(ReadAgainst::nothing);
  EXPECT_EQ(first, cells->read(ReadAgainst::nothing));
  double square = 0;
  for (std::size_t k = 0; k < many; ++k) square += std::pow(first[k] - cells->w()[k], 2);
  EXPECT_NEAR(std::sqrt(square / many), 10 * device.cell.dw_min, 0.02 * 10 * device.cell.dw_min);
  cells->pulse(Direction::potentiate, 1);
  EXPECT_NE(first[0] - cells->w()[0], cells->read(ReadAgainst::nothing)[0] - cells->w()[0]);
}

TEST(Population, ReadsZeroAtTheSymmetryPointWhenTheReferenceStandsThere) {
  DeviceSpec device = without_noise(scattered_device<SoftBounds>());
  device.cell.reference = Reference::symmetry_point;
  device.spread.offset = 0;
  const auto cells = make_population(device, kCells, 1);
  cells->place_all(0.9);
  for (int pair = 0; pair < 5000; ++pair) {
    cells->pulse(Direction::potentiate, 1);
    cells->pulse(Direction::depress, 1);
  }
  const auto seen = cells->read(ReadAgainst::own_reference);
  double furthest = 0, scatter = 0;
  for (std::size_t k = 0; k < kCells; ++k) {
    furthest = std::max(furthest, std::abs(seen[k]));
    scatter = std::max(scatter, std::abs(cells->w()[k]));
  }
  EXPECT_LT(furthest, 0.01);  // a few steps, although the cells themselves stand far apart
  EXPECT_GT(scatter, 0.1);
}

TEST(Population, ResetsToTheResetPlace) {
  DeviceSpec device = typical_device<ConstantStep>();
  device.cell.w_reset = 0.25;
  const auto cells = make_population(device, 3, 1);
  cells->pulse(Direction::depress, 50);
  cells->reset();
  EXPECT_EQ(cells->w()[2], 0.25);
}

TEST(Population, WithoutSpreadEveryCellIsTypical) {
  const DeviceSpec device = without_noise(without_spread(load_device("organic_ecram_li2021")));
  const auto cells = make_population(device, 11, 1);
  cells->pulse(Direction::potentiate, 150);
  for (const double w : cells->w()) EXPECT_EQ(w, cells->w()[0]);
}

}  // namespace
}  // namespace nernst
