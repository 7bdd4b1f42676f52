// SPDX-License-Identifier: Apache-2.0
// Small tiles behind wires, and their networks solved directly, for the tests of a wired tile.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "nernst/circuit/wires/wire_solver.h"
#include "nernst/circuit/wires/wired_tile.h"

namespace nernst {

// Cells that conduct well beside their wires; `noise` of a read.
inline DeviceSpec some_device(double noise = 0) {
  DeviceSpec device = load_device("ideal");
  device.cell.read_noise = noise;
  device.physical.g_min_S = 2e-5;
  device.physical.g_max_S = 8e-5;
  return device;
}

inline TileSpec some_tile(std::size_t rows = 17, std::size_t columns = 29) {
  return {.rows = rows, .columns = columns, .seed = 3, .id = 2};
}

inline WireSpec some_wires(double r_Ohm = 4) {
  WireSpec wires;
  wires.enabled = true;
  wires.r_row_Ohm = r_Ohm;
  wires.r_column_Ohm = r_Ohm / 2;
  wires.tolerance = 1e-11;
  return wires;
}

inline std::vector<double> wave(std::size_t size, double phase = 0) {
  std::vector<double> values(size);
  for (std::size_t k = 0; k < size; ++k) values[k] = std::cos(static_cast<double>(k) + phase);
  return values;
}

inline std::unique_ptr<WiredTile> make_wired(const DeviceSpec& device, const TileSpec& tile,
                                             const WireSpec& wires, Backend backend) {
  auto wired = std::make_unique<WiredTile>(make_tile(device, tile, backend, Threads(1)), device,
                                           tile, wires, backend, Threads(1));
  Matrix<double> net(tile.rows, tile.columns);
  for (std::size_t k = 0; k < net.values().size(); ++k)
    net.values()[k] = 0.8 * std::sin(static_cast<double>(k));
  wired->fabricate(net.view());
  return wired;
}

inline std::vector<double> read(const Tile& tile, ReadDirection direction,
                                const std::vector<double>& x, std::size_t outputs) {
  std::vector<double> y(outputs);
  const std::uint64_t event = 5;
  const MatrixView<const double> in(x.data(), 1, x.size());
  const MatrixView<double> out(y.data(), 1, y.size());
  direction == ReadDirection::forward ? tile.mvm(in, out, {&event, 1})
                                      : tile.mvm_transposed(in, out, {&event, 1});
  return y;
}

// Conductances of a tile's cells, and of what is subtracted.
inline std::vector<Matrix<double>> conductances(const Tile& tile, const DeviceSpec& device,
                                                const TileSpec& spec) {
  std::vector<Matrix<double>> planes(2, Matrix<double>(spec.rows, spec.columns));
  tile.copy_cells(planes[0].view(), planes[1].view());
  for (Matrix<double>& plane : planes)
    for (double& w : plane.values()) w = device.physical.g_S(w);
  return planes;
}

inline WireSolution solve_directly(const WireNetwork& network, const Matrix<double>& g_S,
                                   const std::vector<double>& row_V,
                                   const std::vector<double>& column_V) {
  const auto solver =
      make_wire_solver(network, g_S.rows(), g_S.columns(), {.method = WireMethod::exact});
  solver->set_conductances(g_S.view());
  WireSolution s;
  solver->solve(row_V, column_V, s);
  return s;
}

// What two crossbars and a subtraction give, by the direct solver.
inline std::vector<double> by_kirchhoff(const Tile& tile, const DeviceSpec& device,
                                        const TileSpec& spec, const WireSpec& wires,
                                        ReadDirection direction, const std::vector<double>& x) {
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

inline void expect_near(const std::vector<double>& a, const std::vector<double>& b,
                        double tolerance) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t k = 0; k < a.size(); ++k) EXPECT_NEAR(a[k], b[k], tolerance) << k;
}

// A test on every back-end.
class OnEveryBackend : public testing::TestWithParam<Backend> {
 protected:
  double rounding() const { return GetParam() == Backend::reference ? 1e-9 : 2e-5; }
};

}  // namespace nernst
