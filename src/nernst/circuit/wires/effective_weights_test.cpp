// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/wires/test_wires.h"

namespace nernst {

namespace {

using WeightsBehindWires = OnEveryBackend;
INSTANTIATE_TEST_SUITE_P(Backends, WeightsBehindWires,
                         testing::Values(Backend::reference, Backend::scalar, Backend::fast));

TEST_P(WeightsBehindWires, WithoutResistanceAReadSeesTheVeryNetWeights) {
  for (const WeightCoding weight : {WeightCoding::reference_cell, WeightCoding::reference_column,
                                    WeightCoding::differential_pair}) {
    DeviceSpec device = load_device("organic_ecram_li2021");
    device.spread.offset_shared = 1;  // (in w; some cells end below 0 S)
    device.physical.g_min_S = 1e-9;
    TileSpec tile = some_tile();
    tile.weight = weight;
    const auto wired = make_wired(device, tile, some_wires(0), GetParam());
    Matrix<double> net(tile.rows, tile.columns), effective(tile.rows, tile.columns);
    wired->copy_net(net.view());
    wired->copy_effective(ReadDirection::transposed, effective.view());
    EXPECT_GT(std::abs(*std::ranges::max_element(net.values())), 0.5);
    for (std::size_t k = 0; k < net.values().size(); ++k)
      EXPECT_NEAR(effective.values()[k], net.values()[k], 1e-6);
    EXPECT_LT(wired->report().rms_effect(), 1e-6);
    EXPECT_EQ(wired->report().solutions, 1);
  }
}

TEST_P(WeightsBehindWires, ASharedReferenceIsOneMoreRowOfTheCrossbar) {
  DeviceSpec device = some_device();
  device.spread.offset_shared = 0.1;
  TileSpec tile = some_tile();
  tile.weight = WeightCoding::reference_column;
  const auto wired = make_wired(device, tile, some_wires(), GetParam());
  const auto planes = conductances(*wired, device, tile);
  // one reference for all rows; what a row's is off from it is a part of its cell
  Matrix<double> all_S(tile.rows + 1, tile.columns);
  for (std::size_t c = 0; c < tile.columns; ++c) {
    double& reference_S = all_S(tile.rows, c);
    for (std::size_t r = 0; r < tile.rows; ++r)
      reference_S += planes[1](r, c) / static_cast<double>(tile.rows);
    for (std::size_t r = 0; r < tile.rows; ++r)
      all_S(r, c) = planes[0](r, c) - planes[1](r, c) + reference_S;
  }
  EXPECT_GT(std::abs(planes[1](0, 0) - planes[1](1, 0)), 1e-7);
  const auto x = wave(tile.columns);
  const WireSolution s = solve_directly(some_wires().read_network(ReadDirection::forward), all_S,
                                        std::vector<double>(tile.rows + 1), x);
  const double slope_S = (device.physical.g_max_S - device.physical.g_min_S) / 2;
  std::vector<double> y(tile.rows);
  for (std::size_t r = 0; r < tile.rows; ++r) y[r] = (s.row_A[r] - s.row_A[tile.rows]) / slope_S;
  expect_near(read(*wired, ReadDirection::forward, x, tile.rows), y, 10 * rounding());
}

TEST_P(WeightsBehindWires, TilesOnTheSameLinesLoadThemTogether) {
  const DeviceSpec device = some_device();
  const TileSpec tile = some_tile();
  TileSpec second = tile;
  second.id = 3;
  const auto a = make_wired(device, tile, some_wires(), GetParam());
  const auto c = make_wired(device, second, some_wires(), GetParam());
  const std::vector<double> gains = {1, -0.4};
  EffectiveWeights both({{&a->bare(), gains[0]}, {&c->bare(), gains[1]}}, device, tile,
                        some_wires(), GetParam(), Threads(1));
  for (WiredTile* one : {a.get(), c.get()}) one->also_tell(both);
  CodingSpec coding;
  coding.coding = Coding::exact;
  for (std::uint64_t event = 1; event <= 2; ++event) {
    // a part changes between the reads
    c->outer_update(encode_update(coding, wave(tile.columns), wave(tile.rows), 0.3 * event,
                                  c->net_step(), 3, 2, event),
                    event);
    const auto first = conductances(*a, device, tile), other = conductances(*c, device, tile);
    const double slope_S = (device.physical.g_max_S - device.physical.g_min_S) / 2;
    for (const ReadDirection direction : {ReadDirection::forward, ReadDirection::transposed}) {
      const bool forward = direction == ReadDirection::forward;
      const auto x = wave(forward ? tile.columns : tile.rows);
      std::vector<double> wanted(forward ? tile.rows : tile.columns), y(wanted.size());
      for (std::size_t p = 0; p < 2; ++p) {
        Matrix<double> g_S = first[p];
        // the gain is negative: cells of the second part stand where the first has references
        for (std::size_t k = 0; k < g_S.values().size(); ++k)
          g_S.values()[k] += 0.4 * other[1 - p].values()[k];
        const WireSolution s = solve_directly(some_wires().read_network(direction), g_S,
                                              forward ? std::vector<double>(tile.rows) : x,
                                              forward ? x : std::vector<double>(tile.columns));
        for (std::size_t k = 0; k < y.size(); ++k)
          wanted[k] += (p == 0 ? 1 : -1) * (forward ? s.row_A : s.column_A)[k] / slope_S;
      }
      both.read(direction, MatrixView<const double>(x.data(), 1, x.size()),
                MatrixView<double>(y.data(), 1, y.size()));
      // (kept between solutions: the wires take 5 % of a weight, and the second update moved it)
      expect_near(y, wanted, event == 1 ? 10 * rounding() : 2e-3);
    }
  }
}

TEST_P(WeightsBehindWires, TheDriversBringThePowerThatTheReadTakes) {
  const DeviceSpec device = some_device();
  const TileSpec tile = some_tile(40, 50);
  const WireSpec wires = some_wires(6);
  const auto wired = make_wired(device, tile, wires, GetParam());
  const auto planes = conductances(*wired, device, tile);
  for (const ReadDirection direction : {ReadDirection::forward, ReadDirection::transposed}) {
    const bool forward = direction == ReadDirection::forward;
    const std::size_t lines = forward ? tile.columns : tile.rows;
    // signals with a mean and without, and what Kirchhoff has drivers bring
    for (const double mean : {0.0, 0.5, 1.0}) {
      std::vector<double> x = wave(lines, 2);
      for (double& v : x) v = mean == 1.0 ? 1 : mean + 0.4 * v;
      double ideal = 0, brought = 0, sum = 0, square = 0;
      for (const Matrix<double>& g_S : planes) {
        const WireSolution s = solve_directly(wires.read_network(direction), g_S,
                                              forward ? std::vector<double>(tile.rows) : x,
                                              forward ? x : std::vector<double>(tile.columns));
        for (std::size_t k = 0; k < lines; ++k)
          brought -= x[k] * (forward ? s.column_A : s.row_A)[k];
        for (std::size_t r = 0; r < tile.rows; ++r)
          for (std::size_t c = 0; c < tile.columns; ++c)
            ideal += g_S(r, c) * std::pow(x[forward ? c : r], 2);
      }
      for (const double v : x) sum += v, square += v * v;
      const double alike = sum * sum / static_cast<double>(lines) / square;
      const ReadPower power = wired->power(direction);
      const double estimate = alike * power.together + (1 - alike) * power.apart;
      EXPECT_NEAR(estimate, brought / ideal, mean == 1.0 ? 1e-6 : 0.02) << mean;
      EXPECT_LT(estimate, 0.95);
    }
    EXPECT_LT(wired->power(direction).together, wired->power(direction).apart - 0.02);
  }
}

TEST_P(WeightsBehindWires, BetweenSolutionsTheErrorIsSmallAndReported) {
  const DeviceSpec device = some_device();
  const TileSpec tile = some_tile();
  WireSpec exact = some_wires(), kept = some_wires();
  exact.refresh_change = 0;
  kept.refresh_change = 0.1;
  const auto always = make_wired(device, tile, exact, GetParam());
  const auto sometimes = make_wired(device, tile, kept, GetParam());
  Matrix<double> a(tile.rows, tile.columns), b(tile.rows, tile.columns),
      net(tile.rows, tile.columns);
  double used_error = 0, effect = 0;
  for (std::uint64_t event = 1; event <= 40; ++event) {
    CodingSpec coding;
    coding.coding = Coding::exact;
    const auto pulses = encode_update(coding, wave(tile.columns, 0.05 * static_cast<double>(event)),
                                      wave(tile.rows, 0.1 * static_cast<double>(event)), 0.02,
                                      always->net_step(), 3, 2, event);
    for (WiredTile* one : {always.get(), sometimes.get()}) one->outer_update(pulses, event);
    always->copy_effective(ReadDirection::forward, a.view());
    sometimes->copy_effective(ReadDirection::forward, b.view());
    always->copy_net(net.view());
    for (std::size_t k = 0; k < net.values().size(); ++k) {
      used_error = std::max(used_error, std::abs(a.values()[k] - b.values()[k]));
      effect = std::max(effect, std::abs(a.values()[k] - net.values()[k]));
    }
  }
  EXPECT_EQ(always->report().solutions, 40);
  EXPECT_GT(sometimes->report().solutions, 1);
  EXPECT_LT(sometimes->report().solutions, 40);
  // a tenth of what the wires do, and the report knows it
  EXPECT_GT(used_error, 0);
  EXPECT_LT(used_error, 0.1 * effect);
  EXPECT_GT(sometimes->report().largest_error, used_error / 3);
  EXPECT_LT(sometimes->report().rms_error(), 0.1 * sometimes->report().rms_effect());
}

TEST_P(WeightsBehindWires, CellsThatDoNotConductTakeNothing) {
  DeviceSpec device = load_device("organic_ecram_li2021");
  device.faults.dead = 1;
  TileSpec tile = some_tile();
  tile.weight = WeightCoding::differential_pair;
  const auto wired = make_wired(device, tile, some_wires(), GetParam());
  for (Matrix<double>& g_S : conductances(*wired, device, tile))
    for (const double g : g_S.values()) ASSERT_LT(g, 1e-13);
  for (const double y : read(*wired, ReadDirection::forward, wave(tile.columns), tile.rows))
    EXPECT_NEAR(y, 0, 1e-4);
  for (const ReadDirection direction : {ReadDirection::forward, ReadDirection::transposed}) {
    EXPECT_NEAR(wired->power(direction).together, 1, 1e-6);
    EXPECT_NEAR(wired->power(direction).apart, 1, 1e-6);
  }
}

}  // namespace

}  // namespace nernst
