// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/wires/wired_tile.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "nernst/circuit/wires/wire_solver.h"

namespace nernst {

namespace {

// Cells that conduct well beside their wires; `noise` of a read.
DeviceSpec some_device(double noise = 0) {
  DeviceSpec device = load_device("ideal");
  device.cell.read_noise = noise;
  device.physical.g_min_S = 2e-5;
  device.physical.g_max_S = 8e-5;
  return device;
}

TileSpec some_tile(std::size_t rows = 17, std::size_t columns = 29) {
  return {.rows = rows, .columns = columns, .seed = 3, .id = 2};
}

WireSpec some_wires(double r_Ohm = 4) {
  WireSpec wires;
  wires.enabled = true;
  wires.r_row_Ohm = r_Ohm;
  wires.r_column_Ohm = r_Ohm / 2;
  wires.tolerance = 1e-11;
  return wires;
}

std::vector<double> wave(std::size_t size, double phase = 0) {
  std::vector<double> values(size);
  for (std::size_t k = 0; k < size; ++k) values[k] = std::cos(static_cast<double>(k) + phase);
  return values;
}

std::unique_ptr<WiredTile> make_wired(const DeviceSpec& device, const TileSpec& tile,
                                      const WireSpec& wires, Backend backend) {
  auto wired = std::make_unique<WiredTile>(make_tile(device, tile, backend, Threads(1)), device,
                                           tile, wires, backend, Threads(1));
  Matrix<double> net(tile.rows, tile.columns);
  for (std::size_t k = 0; k < net.values().size(); ++k)
    net.values()[k] = 0.8 * std::sin(static_cast<double>(k));
  wired->fabricate(net.view());
  return wired;
}

std::vector<double> read(const Tile& tile, ReadDirection direction, const std::vector<double>& x,
                         std::size_t outputs) {
  std::vector<double> y(outputs);
  const std::uint64_t event = 5;
  const MatrixView<const double> in(x.data(), 1, x.size());
  const MatrixView<double> out(y.data(), 1, y.size());
  direction == ReadDirection::forward ? tile.mvm(in, out, {&event, 1})
                                      : tile.mvm_transposed(in, out, {&event, 1});
  return y;
}

// Conductances of a tile's cells, and of what is subtracted.
std::vector<Matrix<double>> conductances(const Tile& tile, const DeviceSpec& device,
                                         const TileSpec& spec) {
  std::vector<Matrix<double>> planes(2, Matrix<double>(spec.rows, spec.columns));
  tile.copy_cells(planes[0].view(), planes[1].view());
  for (Matrix<double>& plane : planes)
    for (double& w : plane.values()) w = device.physical.g_S(w);
  return planes;
}

WireSolution solve_directly(const WireNetwork& network, const Matrix<double>& g_S,
                            const std::vector<double>& row_V, const std::vector<double>& column_V) {
  const auto solver =
      make_wire_solver(network, g_S.rows(), g_S.columns(), {.method = WireMethod::exact});
  solver->set_conductances(g_S.view());
  WireSolution s;
  solver->solve(row_V, column_V, s);
  return s;
}

// What two crossbars and a subtraction give, by the direct solver.
std::vector<double> by_kirchhoff(const Tile& tile, const DeviceSpec& device, const TileSpec& spec,
                                 const WireSpec& wires, ReadDirection direction,
                                 const std::vector<double>& x) {
  const auto planes = conductances(tile, device, spec);
  const bool forward = direction == ReadDirection::forward;
  const bool pair = spec.weight == WeightCoding::differential_pair;
  const double slope_S = (device.physical.g_max_S - device.physical.g_min_S) / 2 * (pair ? 2 : 1);
  std::vector<double> y(forward ? spec.rows : spec.columns);
  for (std::size_t p = 0; p < 2; ++p) {
    const WireSolution s = solve_directly(wires.read_network(direction), planes[p],
                                          forward ? std::vector<double>(spec.rows) : x,
                                          forward ? x : std::vector<double>(spec.columns));
    for (std::size_t k = 0; k < y.size(); ++k)
      y[k] += (p == 0 ? 1 : -1) * (forward ? s.row_A : s.column_A)[k] / slope_S;
  }
  return y;
}

class Wired : public testing::TestWithParam<Backend> {
 protected:
  double rounding() const { return GetParam() == Backend::reference ? 1e-9 : 2e-5; }
};
INSTANTIATE_TEST_SUITE_P(Backends, Wired,
                         testing::Values(Backend::reference, Backend::scalar, Backend::fast));

void expect_near(const std::vector<double>& a, const std::vector<double>& b, double tolerance) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t k = 0; k < a.size(); ++k) EXPECT_NEAR(a[k], b[k], tolerance) << k;
}

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

TEST_P(Wired, WithoutResistanceAReadSeesTheVeryNetWeights) {
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

TEST_P(Wired, ASharedReferenceIsOneMoreRowOfTheCrossbar) {
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

TEST_P(Wired, TilesOnTheSameLinesLoadThemTogether) {
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

TEST_P(Wired, TheDriversBringThePowerThatTheReadTakes) {
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

TEST_P(Wired, BetweenSolutionsTheErrorIsSmallAndReported) {
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

TEST_P(Wired, AnUpdateBringsTheVoltageThatTheLinesLeave) {
  const DeviceSpec device = some_device();
  const TileSpec tile = some_tile();
  WireSpec wires = some_wires(2000);
  wires.write_activity = 0.7;
  wires.dose_power = 2;
  const auto wired = make_wired(device, tile, wires, GetParam());
  // the same array by the direct solver
  const double gate_S =
      device.physical.e_pulse_J /
      (device.physical.v_write_V * device.physical.v_write_V * device.physical.t_pulse_s);
  const auto solver = make_wire_solver(wires.write_network(), tile.rows, tile.columns,
                                       {.method = WireMethod::exact});
  solver->set_conductances(Matrix<double>(tile.rows, tile.columns, 0.7 * gate_S).view());
  WireSolution s;
  solver->solve(std::vector(tile.rows, -0.5), std::vector(tile.columns, 0.5), s);
  Matrix<double> before(tile.rows, tile.columns), after(tile.rows, tile.columns);
  wired->copy_net(before.view());
  CodingSpec coding;
  coding.coding = Coding::exact;
  wired->outer_update(encode_update(coding, std::vector(tile.columns, 1.0),
                                    std::vector(tile.rows, -1.0), 0.1, wired->net_step(), 3, 2, 1),
                      1);
  wired->copy_net(after.view());
  double least = 1;
  for (std::size_t r = 0; r < tile.rows; ++r)
    for (std::size_t c = 0; c < tile.columns; ++c) {
      const double part = s.column_V(r, c) - s.row_V(r, c);
      least = std::min(least, part);
      EXPECT_NEAR(after(r, c) - before(r, c), 0.1 * part * part, rounding());
    }
  EXPECT_LT(least, 0.97);  // (so that there is something to see)
}

TEST_P(Wired, EverySlotOfATrainIsSolvedWhereNothingIsKept) {
  const DeviceSpec device = some_device();
  const TileSpec tile = some_tile(9, 11);
  WireSpec wires = some_wires(3000);
  wires.refresh_change = 0;
  const auto wired = make_wired(device, tile, wires, GetParam());
  Matrix<double> before(tile.rows, tile.columns), after(tile.rows, tile.columns);
  wired->copy_net(before.view());
  // two slots: all lines in the first, one row and one column in the second; a row of the other
  // sign has a phase of its own
  UpdatePulses pulses;
  pulses.coding = Coding::stochastic;
  pulses.row.assign(tile.rows, 1);
  pulses.column.assign(tile.columns, 1);
  pulses.row_train.assign(tile.rows, 1);
  pulses.column_train.assign(tile.columns, 1);
  pulses.row_train[8] = pulses.column_train[10] = 3;
  pulses.row[0] = -1;
  pulses.slots = 2;
  wired->outer_update(pulses, 1);
  wired->copy_net(after.view());

  const double gate_S =
      device.physical.e_pulse_J /
      (device.physical.v_write_V * device.physical.v_write_V * device.physical.t_pulse_s);
  const auto solver = make_wire_solver(wires.write_network(), tile.rows, tile.columns,
                                       {.method = WireMethod::exact});
  WireSolution s;
  Matrix<double> drawn_S(tile.rows, tile.columns, gate_S);
  for (double& g_S : drawn_S.row(0)) g_S = 0;
  solver->set_conductances(drawn_S.view());
  solver->solve(std::vector(tile.rows, -0.5), std::vector(tile.columns, 0.5), s);
  const double step = wired->net_step();
  EXPECT_NEAR(after(2, 3) - before(2, 3), step * (s.column_V(2, 3) - s.row_V(2, 3)), rounding());
  // alone, the far corner has its two lines, 11 segments of a row and 9 of a column, in series
  const double alone = 1 / (1 + gate_S * (11 * wires.r_row_Ohm + 9 * wires.r_column_Ohm));
  EXPECT_NEAR(after(8, 10) - before(8, 10), step * (s.column_V(8, 10) - s.row_V(8, 10) + alone),
              rounding());
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

TEST_P(Wired, ARowThatIsWrittenAloneLoadsNoOther) {
  const DeviceSpec device = some_device();
  const TileSpec tile = some_tile();
  const std::size_t row = 11;
  for (const WriteLoad load : {WriteLoad::gate, WriteLoad::channel})
    for (const DrivenEnds ends : {DrivenEnds::one, DrivenEnds::both}) {
      WireSpec wires = some_wires(load == WriteLoad::gate ? 15000 : 100);
      wires.write_load = load;
      wires.driven_ends = ends;
      wires.r_driver_Ohm = 25;
      const auto wired = make_wired(device, tile, wires, GetParam());
      const Matrix<double> cell_S = conductances(*wired, device, tile)[0];
      std::vector<double> doses(tile.columns);
      for (std::size_t c = 0; c < tile.columns; ++c)
        doses[c] = 2 * (static_cast<double>(c % 3) - 1);  // down, none, up
      Matrix<double> before(tile.rows, tile.columns), after(tile.rows, tile.columns);
      wired->copy_net(before.view());
      const PulseCounts counts = wired->write_row(row, doses, 1);
      wired->copy_net(after.view());
      double charge = 0, least = 1;
      for (const double sign : {-1.0, 1.0}) {
        // cells that are pulsed in this phase draw, by the direct solver
        Matrix<double> drawn_S(tile.rows, tile.columns);
        for (std::size_t c = 0; c < tile.columns; ++c)
          if (doses[c] * sign > 0)
            drawn_S(row, c) =
                load == WriteLoad::gate ? WireSpec::gate_S(device.physical) : cell_S(row, c);
        std::vector<double> row_V(tile.rows);
        row_V[row] = -0.5;
        const WireSolution s =
            solve_directly(wires.write_network(), drawn_S, row_V, std::vector(tile.columns, 0.5));
        for (std::size_t c = 0; c < tile.columns; ++c) {
          if (doses[c] * sign <= 0) continue;
          const double volts = s.column_V(row, c) - s.row_V(row, c);
          EXPECT_NEAR(after(row, c) - before(row, c), doses[c] * volts * wired->net_step(),
                      rounding());
          charge += std::abs(doses[c]) * volts;
          least = std::min(least, volts);
        }
      }
      EXPECT_NEAR(counts.charge, charge, 1e-6);
      EXPECT_LT(least, 0.97);
      EXPECT_EQ(after(row, 1), before(row, 1));
      EXPECT_EQ(after(row - 1, 0), before(row - 1, 0));
    }
}

TEST_P(Wired, TheDriversBringAsMuchChargeAsTheVoltagesAtTheCells) {
  const DeviceSpec device = some_device();
  for (const WeightCoding weight : {WeightCoding::reference_cell, WeightCoding::differential_pair})
    for (const Coding kind : {Coding::stochastic, Coding::count, Coding::exact}) {
      TileSpec tile = some_tile();
      tile.weight = weight;
      WireSpec wires = some_wires(2000);
      wires.write_activity = 0.7;
      const auto wired = make_wired(device, tile, wires, GetParam());
      const auto bare = make_tile(device, tile, GetParam(), Threads(1));
      CodingSpec coding;
      coding.coding = kind;
      const UpdatePulses pulses =
          encode_update(coding, std::vector(tile.columns, 0.7), std::vector(tile.rows, -1.0), 0.1,
                        bare->net_step(), 3, 2, 1);
      double volts = 0;  // (a dose is a charge here)
      const auto dose = wired->dose_scale();
      for (std::size_t r = 0; r < tile.rows; ++r)
        for (const double part : dose.row(r))
          volts += part / static_cast<double>(tile.rows * tile.columns);
      EXPECT_LT(volts, 0.98);
      const double sent = bare->outer_update(pulses, 1).charge;
      const double cells = weight == WeightCoding::differential_pair ? 2 : 1;
      EXPECT_NEAR(sent, cells * sent_doses(pulses), kind == Coding::count ? 0.05 * sent : 1e-9);
      EXPECT_NEAR(wired->outer_update(pulses, 1).charge, cells * sent_doses(pulses) * volts,
                  1e-9 * sent);
    }
}

TEST_P(Wired, CellsThatDoNotConductTakeNothing) {
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
