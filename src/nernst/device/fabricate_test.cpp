// SPDX-License-Identifier: Apache-2.0
#include "nernst/device/fabricate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <vector>

#include "nernst/device/some_device_test.h"

namespace nernst {
namespace {

constexpr std::size_t kCells = 20011;  // a 2 % error of a sigma is four standard errors

struct Moments {
  double mean = 0, deviation = 0;
};
Moments moments(const std::vector<double>& values) {
  Moments m;
  for (const double x : values) m.mean += x / static_cast<double>(values.size());
  for (const double x : values) m.deviation += (x - m.mean) * (x - m.mean);
  m.deviation = std::sqrt(m.deviation / static_cast<double>(values.size()));
  return m;
}

// A quantity of each of many constant-step cells of `device`.
template <class Quantity>
std::vector<double> over_cells(const DeviceSpec& device, Quantity quantity) {
  const NoiseStream stream(77, 3, Purpose::fabrication);
  std::vector<double> values;
  for (std::size_t k = 0; k < kCells; ++k)
    values.push_back(quantity(fabricate_cell(device, ConstantStep{}, CellDraws(stream, k))));
  return values;
}

DeviceSpec plain() {
  DeviceSpec device = typical_device<ConstantStep>();
  device.cell.up_down = 0;
  return device;
}

TEST(Fabricate, WithoutSpreadsMakesTheNominalCell) {
  const DeviceSpec device = plain();
  const NoiseStream stream(1, 0, Purpose::fabrication);
  const auto made = fabricate_cell(device, ConstantStep{}, CellDraws(stream, 5));
  EXPECT_EQ(made.cell.step_up, device.cell.dw_min);
  EXPECT_EQ(made.cell.step_down, device.cell.dw_min);
  EXPECT_EQ(made.cell.w_min, -1);
  EXPECT_EQ(made.cell.w_max, 1);
  EXPECT_EQ(made.offset_own, 0);
  EXPECT_EQ(made.fault, Fault::none);
}

TEST(Fabricate, IsAFunctionOfTheCellAlone) {
  const DeviceSpec device = scattered_device<ConstantStep>();
  const NoiseStream stream(1, 0, Purpose::fabrication);
  const auto late = fabricate_cell(device, ConstantStep{}, CellDraws(stream, 999));
  const auto again = fabricate_cell(device, ConstantStep{}, CellDraws(stream, 999));
  EXPECT_EQ(late.cell.step_up, again.cell.step_up);
  std::set<double> steps;
  for (std::size_t k = 0; k < 101; ++k)
    steps.insert(fabricate_cell(device, ConstantStep{}, CellDraws(stream, k)).cell.step_up);
  EXPECT_EQ(steps.size(), 101u);
}

TEST(Fabricate, ScattersTheStepUpAndDownAlike) {
  DeviceSpec device = plain();
  device.spread.step = 0.1;
  const auto up = over_cells(device, [](const auto& made) { return made.cell.step_up; });
  const auto skew =
      over_cells(device, [](const auto& made) { return made.cell.step_up - made.cell.step_down; });
  EXPECT_NEAR(moments(up).mean, 0.002, 3 * 0.0002 / std::sqrt(kCells));
  EXPECT_NEAR(moments(up).deviation, 0.0002, 0.02 * 0.0002);
  EXPECT_NEAR(moments(skew).deviation, 0, 1e-15);
}

TEST(Fabricate, ScattersTheAsymmetryApart) {
  DeviceSpec device = plain();
  device.spread.up_down = 0.05;
  const auto beta = over_cells(device, [](const auto& made) {
    return (made.cell.step_up - made.cell.step_down) / (made.cell.step_up + made.cell.step_down);
  });
  EXPECT_NEAR(moments(beta).deviation, 0.05, 0.02 * 0.05);
}

TEST(Fabricate, AGainScalesStepsAndBoundsTogether) {
  DeviceSpec device = plain();
  device.spread.gain = 0.08;
  const auto range =
      over_cells(device, [](const auto& made) { return made.cell.w_max - made.cell.w_min; });
  const auto ratio = over_cells(device, [](const auto& made) {
    return (made.cell.w_max - made.cell.w_min) / made.cell.step_up;
  });
  EXPECT_NEAR(moments(range).deviation / 2, 0.08, 0.02 * 0.08);
  EXPECT_NEAR(moments(ratio).deviation / 1000, 0, 1e-12);
}

TEST(Fabricate, AStepMayBeLogNormal) {
  DeviceSpec device = plain();
  device.spread.step = 0.7;
  device.spread.step_shape = SpreadShape::log_normal;
  const auto logs =
      over_cells(device, [](const auto& made) { return std::log(made.cell.step_up / 0.002); });
  EXPECT_NEAR(moments(logs).mean, 0, 3 * 0.7 / std::sqrt(kCells));
  EXPECT_NEAR(moments(logs).deviation, 0.7, 0.02 * 0.7);
}

TEST(Fabricate, FoldsWhatAWideSpreadTakesPastZero) {
  DeviceSpec device = plain();
  device.spread.w_min = device.spread.w_max = device.spread.step = 1.5;
  for (const double value : over_cells(device, [](const auto& made) {
         return std::min(
             {made.cell.step_up, made.cell.step_down, made.cell.w_max, -made.cell.w_min});
       }))
    EXPECT_GT(value, 0);
}

TEST(Fabricate, OffsetsOfBothReferencesAreOneDraw) {
  DeviceSpec device = plain();
  device.spread.offset = 0.16;
  device.spread.offset_shared = 1.07;
  const auto own = over_cells(device, [](const auto& made) { return made.offset_own; });
  const auto mismatch = over_cells(
      device, [](const auto& made) { return made.offset_own / 0.16 - made.offset_shared / 1.07; });
  EXPECT_NEAR(moments(own).mean, 0, 3 * 0.16 / std::sqrt(kCells));
  EXPECT_NEAR(moments(own).deviation, 0.16, 0.02 * 0.16);
  EXPECT_NEAR(moments(mismatch).deviation, 0, 1e-14);
}

TEST(Fabricate, AReferenceMayStandWhereCellsRelaxTo) {
  DeviceSpec device = load_device("ideal");
  device.retention = {.tau_s = 2, .w_rest = -0.75};
  device.cell.reference = Reference::rest;
  const auto own = over_cells(device, [](const auto& made) { return made.offset_own; });
  for (const double offset : own) EXPECT_EQ(offset, 0.75);
}

TEST(Fabricate, AReferenceMayStandAtTheSymmetryPoint) {
  DeviceSpec device = scattered_device<SoftBounds>();
  device.cell.reference = Reference::symmetry_point;
  device.spread.offset = 0;
  const NoiseStream stream(1, 0, Purpose::fabrication);
  for (std::size_t k = 0; k < 101; ++k) {
    const auto made = fabricate_cell(device, SoftBounds{}, CellDraws(stream, k));
    const auto& c = made.cell;
    EXPECT_NEAR(-made.offset_own,
                (c.step_up - c.step_down) / (c.step_up / c.w_max - c.step_down / c.w_min), 1e-9);
  }
}

TEST(Fabricate, BreaksTheFractionsOfCellsThatAreAskedFor) {
  DeviceSpec device = scattered_device<ConstantStep>();
  device.faults = {.stuck = 0.1, .dead = 0.05};
  const auto faults = over_cells(device, [](const auto& made) { return double(made.fault); });
  std::size_t count[3] = {};
  for (const double f : faults) ++count[static_cast<std::size_t>(f)];
  EXPECT_NEAR(static_cast<double>(count[1]) / kCells, 0.1, 3 * std::sqrt(0.09 / kCells));
  EXPECT_NEAR(static_cast<double>(count[2]) / kCells, 0.05, 3 * std::sqrt(0.0475 / kCells));
}

TEST(Fabricate, StuckCellsAreSpreadOverTheirWindows) {
  DeviceSpec device = plain();
  device.faults.stuck = 1;
  const auto places = over_cells(device, [](const auto& made) { return made.w_pinned; });
  EXPECT_NEAR(moments(places).mean, 0, 0.02);
  EXPECT_NEAR(moments(places).deviation, 2 / std::sqrt(12.0), 0.02);
}

}  // namespace
}  // namespace nernst
