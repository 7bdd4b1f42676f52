// SPDX-License-Identifier: Apache-2.0
// What a config asks of its device: symmetry points, and references at rest.
#include "nernst/experiment/config.h"

#include <gtest/gtest.h>

#include "nernst/io/test_help.h"
#include "nernst/io/toml.h"

namespace nernst {
namespace {

// What is said of a network on `linear_step` cells with these keys; "" where nothing is.
std::string said_of(const std::string& keys) {
  return io::complaint([&] {
    const Config config = read_config(io::parse_toml(
        "chip.device = \"organic_ecram_li2021\"\n" + keys + "\n[[network.layer]]\nunits = 2\n",
        "x.toml"));
    resolve_device(config);
  });
}

// Steps that grow with w both ways: (gamma_up / b_max + gamma_down / |b_min|) <= 0.
const std::string kRepels =
    "device.parameters.gamma_up = -0.28\ndevice.parameters.gamma_down = -0.1\n";

TEST(SymmetryPoint, ThatPulsesLeadAwayFromIsRefusedWhereItIsNeeded) {
  EXPECT_EQ(said_of(kRepels), "");
  const std::string why = "lead cells away from their symmetry point";
  const std::string shifted = said_of(kRepels + "training.zero_shift = 100");
  EXPECT_NE(shifted.find(why), std::string::npos) << shifted;
  EXPECT_TRUE(shifted.starts_with("training.zero_shift = 100")) << shifted;
  const std::string referred = said_of(kRepels + "device.cell.reference = \"symmetry_point\"");
  EXPECT_NE(referred.find(why), std::string::npos) << referred;
  for (const char* const rule : {"tiki_taka", "ttv2", "c_ttv2", "agad", "residual"}) {
    const std::string ruled = said_of(kRepels + "training.update = \"" + rule + "\"");
    EXPECT_NE(ruled.find(why), std::string::npos) << rule << ": " << ruled;
    EXPECT_NE(ruled.find("give \"pulsed\""), std::string::npos) << ruled;
    // a rule that is only used elsewhere is none of the chip's
    EXPECT_EQ(said_of("training.update = \"" + std::string(rule) + "\""), "") << rule;
  }
  EXPECT_EQ(said_of("training.zero_shift = 100"), "");
  // one that grows less than the other falls still attracts
  EXPECT_EQ(said_of("device.parameters.gamma_up = -0.2\ndevice.parameters.gamma_down = 0.3\n"
                    "training.zero_shift = 100"),
            "");
  // and where they balance nothing draws cells to any place
  EXPECT_NE(said_of("device.parameters.gamma_up = -0.3\ndevice.parameters.gamma_down = 0.3\n"
                    "training.zero_shift = 100"),
            "");
}

TEST(SymmetryPoint, OfStepsThatAreTheSameEverywhereThereIsNone) {
  const std::string flat = "chip.device = \"ideal\"\n[[network.layer]]\nunits = 2\n";
  const auto said = [&](const std::string& keys) {
    return io::complaint(
        [&] { resolve_device(read_config(io::parse_toml(keys + flat, "x.toml"))); });
  };
  EXPECT_NE(said("training.zero_shift = 10\n").find("has no symmetry point; give 0"),
            std::string::npos);
  EXPECT_EQ(said(""), "");
}

// linear_step is monotone as long as no step changes its sign within the window: gamma_up more than
// -w_max / |w_min|, gamma_down more than -|w_min| / w_max.
TEST(LinearStep, GrowsOnlyAsLongAsItStaysMonotone) {
  EXPECT_EQ(said_of("device.parameters.gamma_up = -0.99"), "");
  EXPECT_NE(said_of("device.parameters.gamma_up = -1.01"), "");
  EXPECT_NE(said_of("device.parameters.gamma_down = -1.01"), "");
  const std::string half = "device.cell.w_min = -0.5\n";
  EXPECT_EQ(said_of(half + "device.parameters.gamma_up = -1.99"), "");
  EXPECT_NE(said_of(half + "device.parameters.gamma_up = -2.01"), "");
  EXPECT_EQ(said_of(half + "device.parameters.gamma_down = -0.49"), "");
  EXPECT_NE(said_of(half + "device.parameters.gamma_down = -0.51"), "");
}

TEST(Reference, AtRestNeedsCellsThatRelax) {
  EXPECT_NE(said_of("device.cell.reference = \"rest\"").find("give retention.tau_s"),
            std::string::npos);
  EXPECT_EQ(said_of("device.cell.reference = \"rest\"\ndevice.retention.tau_s = 10"), "");
  // weights then reach as far as the window lies from there
  const DeviceSpec device = resolve_device(
      read_config(io::parse_toml("chip.device = \"ideal\"\ndevice.cell.reference = \"rest\"\n"
                                 "device.retention = {tau_s = 10, w_rest = -0.5}\n"
                                 "[[network.layer]]\nunits = 2\n",
                                 "x.toml")));
  const WeightReach reach = weight_reach(ChipSpec(), device);
  EXPECT_EQ(reach.low, -0.5);
  EXPECT_EQ(reach.high, 1.5);
}

}  // namespace
}  // namespace nernst
