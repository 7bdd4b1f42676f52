// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/wires/test_wires.h"

namespace nernst {

namespace {

using Wired = OnEveryBackend;
INSTANTIATE_TEST_SUITE_P(Backends, Wired,
                         testing::Values(Backend::reference, Backend::scalar, Backend::fast));

TEST_P(Wired, WithoutResistanceItIsTheTile) {
  const DeviceSpec device = some_device(0.1);
  const TileSpec tile = some_tile();
  const auto wired = make_wired(device, tile, some_wires(0), GetParam());
  const auto bare = make_tile(device, tile, GetParam(), Threads(1));
  Matrix<double> net(tile.rows, tile.columns);
  wired->copy_net(net.view());
  bare->fabricate(net.view());
  expect_near(read(*wired, ReadDirection::forward, wave(tile.columns), tile.rows),
              read(*bare, ReadDirection::forward, wave(tile.columns), tile.rows), rounding());
  expect_near(read(*wired, ReadDirection::transposed, wave(tile.rows), tile.columns),
              read(*bare, ReadDirection::transposed, wave(tile.rows), tile.columns), rounding());
  EXPECT_EQ(wired->dose_scale()(3, 4), 1);
}

TEST_P(Wired, AReadIsWhatKirchhoffGives) {
  const DeviceSpec device = some_device();
  for (const WeightCoding weight : {WeightCoding::reference_cell, WeightCoding::differential_pair})
    for (const bool unequal_ends : {false, true}) {
      TileSpec tile = some_tile();
      tile.weight = weight;
      WireSpec wires = some_wires();
      if (unequal_ends) {
        wires.r_driver_Ohm = 30;
        wires.driven_ends = DrivenEnds::both;
      }
      const auto wired = make_wired(device, tile, wires, GetParam());
      for (const ReadDirection direction : {ReadDirection::forward, ReadDirection::transposed}) {
        const bool forward = direction == ReadDirection::forward;
        const auto x = wave(forward ? tile.columns : tile.rows);
        const auto y = read(*wired, direction, x, forward ? tile.rows : tile.columns);
        expect_near(y, by_kirchhoff(*wired, device, tile, wires, direction, x), 10 * rounding());
      }
    }
}

TEST_P(Wired, TransposeIsTheAdjointWhereTheEndsAreEqual) {
  const TileSpec tile = some_tile();
  WireSpec wires = some_wires();
  wires.r_driver_Ohm = wires.r_sense_Ohm = 12;
  const auto wired = make_wired(some_device(), tile, wires, GetParam());
  const auto x = wave(tile.columns), d = wave(tile.rows, 1);
  const auto y = read(*wired, ReadDirection::forward, x, tile.rows);
  const auto back = read(*wired, ReadDirection::transposed, d, tile.columns);
  double left = 0, right = 0;
  for (std::size_t r = 0; r < tile.rows; ++r) left += d[r] * y[r];
  for (std::size_t c = 0; c < tile.columns; ++c) right += back[c] * x[c];
  EXPECT_NEAR(left, right, 10 * rounding());
}

TEST_P(Wired, ARestartGoesOnBitByBit) {
  const DeviceSpec device = some_device(0.1);
  const TileSpec tile = some_tile();
  WireSpec wires = some_wires();
  wires.refresh_change = 0.05;
  const auto whole = make_wired(device, tile, wires, GetParam());
  const auto update = [&](WiredTile& one, std::uint64_t event) {
    one.outer_update(encode_update({}, wave(tile.columns, 0.05 * static_cast<double>(event)),
                                   wave(tile.rows, 0.1 * static_cast<double>(event)), 0.02,
                                   one.net_step(), 3, 2, event),
                     event);
    return read(one, ReadDirection::forward, wave(tile.columns), tile.rows);
  };
  std::unique_ptr<WiredTile> restarted;
  for (std::uint64_t event = 1; event <= 30; ++event) {
    if (event == 14) {
      restarted = make_wired(device, tile, wires, GetParam());
      const auto from = whole->state(), to = restarted->state();
      ASSERT_EQ(from.size(), to.size());
      for (std::size_t k = 0; k < from.size(); ++k)
        std::visit(
            [&](const auto& source) {
              std::ranges::copy(source,
                                std::get<std::decay_t<decltype(source)>>(to[k].values).begin());
            },
            from[k].values);
    }
    const auto y = update(*whole, event);
    if (restarted) {
      EXPECT_EQ(update(*restarted, event), y) << event;
    }
  }
  EXPECT_GT(whole->report().solutions, 1);
  EXPECT_EQ(restarted->report().solutions, whole->report().solutions);
}

TEST_P(Wired, ARowIsReadThroughItsWires) {
  const TileSpec tile = some_tile();
  const auto wired = make_wired(some_device(), tile, some_wires(), GetParam());
  Matrix<double> effective(tile.rows, tile.columns);
  wired->copy_effective(ReadDirection::transposed, effective.view());
  std::vector<double> net(tile.columns);
  wired->read_row(7, net, 1);
  for (std::size_t c = 0; c < tile.columns; ++c) EXPECT_NEAR(net[c], effective(7, c), 1e-6);
}

}  // namespace

}  // namespace nernst
