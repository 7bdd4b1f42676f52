// SPDX-License-Identifier: Apache-2.0
// What an update gives in the mean of very many cells, against the law and the normal distribution.
#include "nernst/tile/kernels/update.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "nernst/base/matrix_view.h"
#include "nernst/tile/tile.h"

namespace nernst {
namespace {

constexpr std::size_t kRows = 1003, kColumns = 997;
constexpr double kCells = kRows * kColumns;

// `device` without differences between its cells, so that all draws have one distribution.
DeviceSpec uniform_device(const std::string& name) {
  DeviceSpec device = load_device(name);
  device.spread = {};
  device.faults = {};
  if (auto* const law = std::get_if<LinearStep>(&device.law))
    law->gamma_up_spread = law->gamma_down_spread = 0;
  return device;
}

struct Moments {
  double mean = 0, spread = 0, beyond_4 = 0;
};

// `count` pulses up on every cell of a tile of about a million, in one update.
Moments change(const DeviceSpec& device, Backend backend, double count) {
  const TileSpec spec{.rows = kRows, .columns = kColumns, .seed = 17, .id = 2};
  const auto tile = make_tile(device, spec, backend, Threads(1));
  Matrix<double> before(kRows, kColumns), after(kRows, kColumns);
  tile->copy_net(before.view());
  UpdatePulses pulses;
  pulses.coding = Coding::count;
  pulses.count_max = 127;
  pulses.slots = 127;
  pulses.row.assign(kRows, 1.0);
  pulses.column.assign(kColumns, count);
  const PulseCounts counts = tile->outer_update(pulses, 5);
  EXPECT_EQ(static_cast<double>(counts.pulses), count * kCells);
  tile->copy_net(after.view());

  Moments m;
  double square = 0;
  for (std::size_t r = 0; r < kRows; ++r)
    for (std::size_t c = 0; c < kColumns; ++c) {
      const double moved = after(r, c) - before(r, c);
      m.mean += moved / kCells;
      square += moved * moved / kCells;
    }
  m.spread = std::sqrt(square - m.mean * m.mean);
  for (std::size_t r = 0; r < kRows; ++r)
    for (std::size_t c = 0; c < kColumns; ++c)
      m.beyond_4 += std::abs(after(r, c) - before(r, c) - m.mean) > 4 * m.spread ? 1 : 0;
  return m;
}

class UpdateDistribution : public testing::TestWithParam<double> {};

TEST_P(UpdateDistribution, HasMeanSpreadAndTailsOfTheLawAndTheReference) {
  const double count = GetParam();
  const DeviceSpec device = uniform_device("li_ecram_tang2018");
  const Moments fast = change(device, Backend::fast, count);
  const Moments exact = change(device, Backend::reference, count);

  // the same draws, so they differ by rounding only
  EXPECT_NEAR(fast.mean, exact.mean, 1e-6 * exact.mean);
  EXPECT_NEAR(fast.spread, exact.spread, 1e-5 * exact.spread);

  // one pulse at w = 0: mean dw_min, spread c2c dw_min; n pulses: n and sqrt n times, but for the
  // slope of the step, which is below 0.2 % here
  const double step = device.cell.dw_min, sigma = device.cell.c2c * step * std::sqrt(count);
  const double slope = 0.1153 / 1.1724 * step * count;
  EXPECT_NEAR(fast.mean, count * step, 3 * sigma / std::sqrt(kCells) + slope * count * step);
  EXPECT_NEAR(fast.spread, sigma, sigma * (3 / std::sqrt(2 * kCells) + slope));

  // P(|z| > 4) = 6.334e-5: 63 of a million, and the root of that as its spread
  const double tail = 6.334248e-5 * kCells;
  EXPECT_NEAR(fast.beyond_4, tail, 3 * std::sqrt(tail));
}

INSTANTIATE_TEST_SUITE_P(Pulses, UpdateDistribution, testing::Values(1.0, 4.0, 25.0));

// 10^9 cells must fit in 24 GiB.
TEST(Tile, ACellTakesSixteenBytesOrLess) {
  for (const char* const name : {"li_ecram_tang2018", "organic_ecram_li2021", "ideal"}) {
    const DeviceSpec device = load_device(name);
    const TileSpec spec{.rows = 512, .columns = 512, .count_pulses = false, .seed = 1, .id = 1};
    const double bytes = static_cast<double>(tile_bytes(device, spec, Backend::fast));
    EXPECT_LE(bytes / (512.0 * 512.0), 16) << name;
  }
}

}  // namespace
}  // namespace nernst
