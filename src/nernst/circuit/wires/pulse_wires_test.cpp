// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/wires/test_wires.h"

namespace nernst {

namespace {

using PulsesThroughWires = OnEveryBackend;
INSTANTIATE_TEST_SUITE_P(Backends, PulsesThroughWires,
                         testing::Values(Backend::reference, Backend::scalar, Backend::fast));

TEST_P(PulsesThroughWires, AnUpdateBringsTheVoltageThatTheLinesLeave) {
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

TEST_P(PulsesThroughWires, EverySlotOfATrainIsSolvedWhereNothingIsKept) {
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

TEST_P(PulsesThroughWires, ARowThatIsWrittenAloneLoadsNoOther) {
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

TEST_P(PulsesThroughWires, TheDriversBringAsMuchChargeAsTheVoltagesAtTheCells) {
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

}  // namespace

}  // namespace nernst
