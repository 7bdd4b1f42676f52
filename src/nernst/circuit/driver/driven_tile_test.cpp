// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/driver/driven_tile.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <numbers>

#include "nernst/base/error.h"
#include "nernst/base/noise.h"

namespace nernst {
namespace {

// A tile of ideal cells: what it holds is the sum of the doses, times its step.
constexpr std::size_t kRows = 13, kColumns = 37;
const TileSpec kSpec = {.rows = kRows, .columns = kColumns, .seed = 5, .id = 3};
constexpr double kPulse_s = 1e-8;

std::unique_ptr<Tile> cells() {
  DeviceSpec device = load_device("ideal");
  auto tile = make_tile(device, kSpec, Backend::reference, Threads(1));
  tile->fabricate({});
  return tile;
}

DriverSpec drivers(double half_select_dose) {
  return {.enabled = true,
          .t_rise_s = 0,
          .jitter_s = 0,
          .half_select_dose = half_select_dose,
          .half_select_step = 0};
}

UpdatePulses trains(std::uint64_t event, bool signs) {
  const NoiseStream stream(9, 1, Purpose::split);
  UpdatePulses pulses;
  pulses.coding = Coding::stochastic;
  pulses.slots = 8;
  for (std::size_t k = 0; k < kRows + kColumns; ++k) {
    const std::uint32_t word = stream.word(k, event);
    const std::uint32_t train = word & word >> 8 & 0xff;
    (k < kRows ? pulses.row_train : pulses.column_train).push_back(train);
    (k < kRows ? pulses.row : pulses.column).push_back(signs && (word >> 31) != 0 ? -1.0 : 1.0);
  }
  return pulses;
}

Matrix<double> doses(const Tile& tile) {
  Matrix<double> net(kRows, kColumns);
  tile.copy_net(net.view());
  for (double& value : net.values()) value /= tile.net_step();
  return net;
}

std::vector<double> dose_list(const Tile& tile) {
  const Matrix<double> all = doses(tile);
  return {all.values().begin(), all.values().end()};
}

TEST(Driver, EdgesTakeTheirPartOfTheIntegral) {
  for (const double power : {1.0, 2.0, 4.5}) {
    double sum = 0;
    const double rise_s = 3e-9, step_s = 1e-13;
    // half of the edge lies outside of the width at half height
    for (double t_s = step_s / 2; t_s < kPulse_s + rise_s; t_s += step_s)
      sum += std::pow(std::min({t_s / rise_s, 1.0, (kPulse_s + rise_s - t_s) / rise_s}), power);
    EXPECT_NEAR(edge_dose(rise_s, kPulse_s, power), sum * step_s / kPulse_s, 1e-4);
  }
  EXPECT_EQ(edge_dose(1e-9, kPulse_s, 1), 1);
}

TEST(Driver, JitterTakesItsMean) {
  const NoiseStream stream(3, 1, Purpose::split);
  const int pairs = 200000;
  double sum = 0, squares = 0;
  for (std::uint64_t k = 0; k < pairs; ++k) {
    const double one =
        overlap_dose(5e-10 * (stream.normal<double>(k, 0) - stream.normal<double>(k, 1)), kPulse_s);
    sum += one / pairs, squares += one * one / pairs;
  }
  const double sigma = std::sqrt((squares - sum * sum) / pairs);
  EXPECT_NEAR(mean_overlap_dose(5e-10, kPulse_s), sum, 4 * sigma);
}

TEST(DrivenTile, WithoutErrorsIsTheTile) {
  auto plain = cells();
  DrivenTile driven(cells(), kSpec, drivers(0), kPulse_s, 1);
  for (std::uint64_t event = 1; event < 4; ++event) {
    plain->outer_update(trains(event, true), event);
    driven.outer_update(trains(event, true), event);
  }
  EXPECT_EQ(dose_list(*plain), dose_list(driven));
}

TEST(DrivenTile, JitterTakesFromEachCoincidenceAndIsDrawnByLine) {
  auto plain = cells();
  DriverSpec spec = drivers(0);
  spec.jitter_s = 5e-10;
  DrivenTile driven(cells(), kSpec, spec, kPulse_s, 1);
  double sent = 0, arrived = 0;
  for (std::uint64_t event = 1; event < 200; ++event) {
    plain->outer_update(trains(event, false), event);
    driven.outer_update(trains(event, false), event);
  }
  for (const double dose : dose_list(*plain)) sent += dose;
  for (const double dose : dose_list(driven)) arrived += dose;
  EXPECT_NEAR(arrived / sent, mean_overlap_dose(5e-10, kPulse_s), 0.003);
}

// What the cells get pulse by pulse, from the definition in driven_tile.h.
Matrix<double> by_definition(const UpdatePulses& pulses, double h) {
  Matrix<double> sum(kRows, kColumns);
  for (const double row_sign : {1.0, -1.0})
    for (const double column_sign : {1.0, -1.0}) {
      const auto fires = [&](double sign, double phase, std::uint32_t train, std::uint32_t slot) {
        return sign == phase && (train >> slot & 1) != 0;
      };
      // a phase without lines to meet is left out
      bool rows = false, columns = false;
      for (std::size_t r = 0; r < kRows; ++r)
        rows = rows || (pulses.row[r] == row_sign && pulses.row_train[r] != 0);
      for (std::size_t c = 0; c < kColumns; ++c)
        columns = columns || (pulses.column[c] == column_sign && pulses.column_train[c] != 0);
      if (!rows || !columns) continue;
      for (std::uint32_t slot = 0; slot < pulses.slots; ++slot)
        for (std::size_t r = 0; r < kRows; ++r)
          for (std::size_t c = 0; c < kColumns; ++c) {
            const bool on_row = fires(pulses.row[r], row_sign, pulses.row_train[r], slot);
            const bool on_column =
                fires(pulses.column[c], column_sign, pulses.column_train[c], slot);
            const double dose = on_row && on_column ? 1 : on_row || on_column ? h : 0;
            sum(r, c) += row_sign * column_sign * dose;
          }
    }
  return sum;
}

TEST(DrivenTile, HalfSelectedCellsTakeTheDosesOfTheirLines) {
  for (const bool signs : {false, true}) {
    const double h = 0.1;
    DrivenTile driven(cells(), kSpec, drivers(h), kPulse_s, 1);
    Matrix<double> expected(kRows, kColumns);
    for (std::uint64_t event = 1; event < 6; ++event) {
      const UpdatePulses pulses = trains(event, signs);
      const PulseCounts counts = driven.outer_update(pulses, event);
      EXPECT_GT(counts.half_doses, 0);
      const Matrix<double> one = by_definition(pulses, h);
      for (std::size_t k = 0; k < one.values().size(); ++k) expected.values()[k] += one.values()[k];
    }
    for (std::size_t k = 0; k < expected.values().size(); ++k)
      EXPECT_NEAR(dose_list(driven)[k], expected.values()[k], 1e-9) << signs << " " << k;
  }
}

TEST(DrivenTile, WhatIsCollectedArrivesLater) {
  DriverSpec later = drivers(0.1);
  later.half_select_step = 5;
  DrivenTile at_once(cells(), kSpec, drivers(0.1), kPulse_s, 1);
  DrivenTile collected(cells(), kSpec, later, kPulse_s, 1);
  double largest = 0;
  for (std::uint64_t event = 1; event < 60; ++event) {
    at_once.outer_update(trains(event, false), event);
    collected.outer_update(trains(event, false), event);
    for (std::size_t k = 0; k < kRows * kColumns; ++k)
      largest = std::max(largest, std::abs(dose_list(at_once)[k] - dose_list(collected)[k]));
  }
  EXPECT_GT(largest, 1);
  EXPECT_LE(largest, 5);
}

TEST(DrivenTile, RowWritesDisturbTheOtherRows) {
  const double h = 0.05;
  DrivenTile driven(cells(), kSpec, drivers(h), kPulse_s, 1);
  std::vector<double> written(kColumns, 0.0);
  written[2] = 4, written[5] = -3;
  driven.write_row(6, written, 1);
  const Matrix<double> got = doses(driven);
  EXPECT_NEAR(got(6, 2), 4 - 3 * h, 1e-9);  // and half-selected while the row goes down
  EXPECT_NEAR(got(6, 5), -3 + 4 * h, 1e-9);
  EXPECT_NEAR(got(6, 9), 4 * h - 3 * h, 1e-9);  // on the row alone
  EXPECT_NEAR(got(1, 2), 4 * h, 1e-9);          // on the columns alone
  EXPECT_NEAR(got(1, 5), -3 * h, 1e-9);
  EXPECT_NEAR(got(1, 9), 0, 1e-12);
}

TEST(DrivenTile, RefusesEdgesLongerThanThePulse) {
  DriverSpec slow = drivers(0);
  slow.t_rise_s = 2 * kPulse_s;
  EXPECT_THROW(DrivenTile(cells(), kSpec, slow, kPulse_s, 1), ConfigError);
}

}  // namespace
}  // namespace nernst
