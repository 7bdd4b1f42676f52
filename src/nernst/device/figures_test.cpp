// SPDX-License-Identifier: Apache-2.0
// Every preset against the figures of its publication, from simulated pulses.
#include "nernst/device/figures.h"

#include <gtest/gtest.h>

#include "nernst/base/error.h"

namespace nernst {
namespace {

class PresetFigures : public testing::TestWithParam<std::string> {};

TEST_P(PresetFigures, AreReproducedBySimulatedPulses) {
  const DeviceSpec device = load_device(GetParam());
  EXPECT_GE(device.figures.size(), 4u);
  for (const PublishedFigure& figure : device.figures) {
    EXPECT_NEAR(simulate_figure(device, figure.quantity), figure.value, figure.tolerance)
        << figure.quantity << " (" << figure.source << ")";
    EXPECT_FALSE(figure.source.empty()) << figure.quantity;
  }
}

INSTANTIATE_TEST_SUITE_P(AllPresets, PresetFigures, testing::ValuesIn(device_presets()),
                         [](const auto& instance) { return instance.param; });

TEST(Figures, AreListedInOrder) {
  const auto quantities = figure_quantities();
  for (std::size_t k = 1; k < quantities.size(); ++k)
    EXPECT_LT(quantities[k - 1].name, quantities[k].name);
}

TEST(Figures, AnUnknownQuantityNamesTheNearest) {
  try {
    simulate_figure(load_device("ideal"), "symetry_point");
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_NE(error.remedy().find("symmetry_point"), std::string::npos);
  }
}

// A preset whose parameter is wrong by more than its figures allow must fail: the measurement looks
// at pulses.
TEST(Figures, NoticeAWrongParameter) {
  DeviceSpec device = load_device("organic_ecram_li2021");
  const double honest = simulate_figure(device, "d2d_step_relative");
  device.spread.gain *= 1.04;
  EXPECT_GT(simulate_figure(device, "d2d_step_relative"), honest * 1.03);
  device.cell.c2c *= 1.04;
  EXPECT_GT(simulate_figure(device, "c2c_relative_central"), 0.036 * 1.03);
}

}  // namespace
}  // namespace nernst
