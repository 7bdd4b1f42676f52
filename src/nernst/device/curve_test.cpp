// SPDX-License-Identifier: Apache-2.0
#include "nernst/device/curve.h"

#include "nernst/device/population.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "nernst/base/error.h"

namespace nernst {
namespace {

TEST(Curve, GoesUpAndComesBack) {
  const DeviceSpec device = load_device("organic_ecram_li2021");
  const Curve curve = simulate_curve(device, 101, 230, 220, 3);
  ASSERT_EQ(curve.points.size(), 451u);
  EXPECT_EQ(curve.cells, 101u);
  EXPECT_EQ(curve.faulty, 0u);
  EXPECT_LT(curve.points[0].w_mean, -0.9);
  EXPECT_GT(curve.points[230].w_mean, 0.9);
  EXPECT_LT(curve.points[450].w_mean, -0.9);
  EXPECT_FALSE(curve.points[231].up);
  for (const CurvePoint& point : curve.points) {
    EXPECT_LE(point.w_p10, point.w_p90);
    EXPECT_DOUBLE_EQ(point.g_mean_S, device.physical.g_S(point.w_mean));
  }
}

TEST(Curve, OfAOneSidedDeviceOnlyRises) {
  const Curve curve = simulate_curve(load_device("pcm"), 101, 20, 20, 3);
  EXPECT_EQ(curve.points.size(), 21u);
  EXPECT_GT(curve.points.back().g_mean_S, 1e-5);
}

TEST(Curve, LeavesFaultyCellsOut) {
  DeviceSpec device = load_device("rpu_gokmen2016");
  device.faults = {.stuck = 0.2, .dead = 0.2};
  const Curve curve = simulate_curve(device, 501, 5, 5, 3);
  EXPECT_NEAR(static_cast<double>(curve.faulty), 200, 40);
  EXPECT_EQ(curve.cells + curve.faulty, 501u);
  device.faults = {.dead = 1};
  EXPECT_TRUE(simulate_curve(device, 5, 5, 5, 3).points.empty());
}

TEST(Curve, AsCsvHasALineForEachPoint) {
  const std::string csv = curve_csv(simulate_curve(load_device("ideal"), 3, 4, 4, 1));
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 10);
  EXPECT_TRUE(csv.starts_with("pulses,direction,w_mean"));
}

TEST(Curve, AsAPlotNamesDeviceAxesAndTheTurn) {
  const std::string svg =
      curve_svg(simulate_curve(load_device("organic_ecram_li2021"), 11, 9, 9, 1));
  for (const char* part : {"Organic ECRAM", "organic_ecram_li2021, 11 cells", "conductance (nS)",
                           ">pulses<", "down from here", "one cell"})
    EXPECT_NE(svg.find(part), std::string::npos) << part;
}

TEST(Curve, RefusesWhatCannotBeDrawn) {
  EXPECT_THROW(simulate_curve(load_device("ideal"), 0, 4, 4, 1), ConfigError);
  EXPECT_THROW(simulate_curve(load_device("ideal"), 1, 20'000'000, 4, 1), ConfigError);
}

TEST(Curve, HasAnEndForEveryPreset) {
  for (const std::string& name : device_presets()) {
    const std::size_t pulses = pulses_for_curve(load_device(name));
    EXPECT_GE(pulses, 20u) << name;
    EXPECT_LE(pulses, 20000u) << name;
  }
}

TEST(Curve, NoConductanceIsBelowZeroAndFewCellsWouldBe) {
  for (const std::string& name : device_presets()) {
    SCOPED_TRACE(name);
    const DeviceSpec device = load_device(name);
    for (const CurvePoint& point : simulate_curve(device, 100, 30, 30, 1).points) {
      EXPECT_GE(point.g_p10_S, 0);
      EXPECT_GE(point.g_example_S, 0);
    }
    // where conductances are assumed, they are chosen so; measured ones are what they are
    const std::string source = device.sources.at("physical.g_min_S");
    if (source.starts_with("assumed")) {
      EXPECT_LT(part_below_zero(device), 1e-3);
    }
  }
}

TEST(SymmetryPoint, IsWherePulsesLeadToOrNowhereOrARepellor) {
  EXPECT_EQ(symmetry_point_of(load_device("reram_softbounds")), SymmetryPoint::attracts);
  EXPECT_EQ(symmetry_point_of(load_device("mo_ecram_kim2019")), SymmetryPoint::attracts);
  EXPECT_EQ(symmetry_point_of(load_device("rpu_gokmen2016")), SymmetryPoint::nowhere);
  EXPECT_EQ(symmetry_point_of(load_device("ideal")), SymmetryPoint::nowhere);
  DeviceSpec growing = load_device("mo_ecram_kim2019");
  std::get<LinearStep>(growing.law).gamma_up = std::get<LinearStep>(growing.law).gamma_down = -0.28;
  EXPECT_EQ(symmetry_point_of(growing), SymmetryPoint::repels);
}

}  // namespace
}  // namespace nernst
