// SPDX-License-Identifier: Apache-2.0
#include "nernst/device/device_spec.h"

#include <gtest/gtest.h>

#include "nernst/base/error.h"
#include "nernst/device/preset_texts.h"
#include "nernst/io/toml.h"

namespace nernst {
namespace {

const std::vector<std::string> kParts = {"parameters", "cell",      "spread",
                                         "faults",     "retention", "physical"};

// The message of the ConfigError that reading `text` gives.
std::string complaint(const std::string& text) {
  try {
    read_device(io::parse_toml(text, "test"), "device");
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no complaint";
}

void expect_complaint(const std::string& text, const std::string& part) {
  const std::string message = complaint(text);
  EXPECT_NE(message.find(part), std::string::npos) << message;
  EXPECT_EQ(message.find('\n'), std::string::npos);
}

TEST(DeviceSpec, EveryPresetSurvivesWritingAndReading) {
  for (const std::string& name : device_presets()) {
    const DeviceSpec device = load_device(name);
    const Tree tree = write_device(device);
    EXPECT_EQ(write_device(read_device(tree, name)), tree) << name;
    // and through text
    const Tree reread = io::parse_toml(io::to_toml(tree), name);
    EXPECT_EQ(write_device(read_device(reread, name)), tree) << name;
    EXPECT_EQ(device.name, name);
  }
}

TEST(DeviceSpec, EveryFigureOfAPresetHasASource) {
  for (const auto& [name, text] : preset_texts()) {
    const Tree tree = io::parse_toml(text, std::string(name));
    const DeviceSpec device = load_device(std::string(name));
    EXPECT_FALSE(device.title.empty()) << name;
    EXPECT_FALSE(device.citation.empty()) << name;
    for (const std::string& part : kParts) {
      if (!tree.contains(part)) continue;
      for (const auto& [key, value] : tree.at(part).items()) {
        const std::string path = part + "." + key;
        ASSERT_TRUE(device.sources.contains(path)) << name << ": " << path << " has no source";
        EXPECT_GT(device.sources.at(path).get<std::string>().size(), 10u) << name << ": " << path;
      }
    }
    for (const auto& [path, source] : device.sources.items()) {
      const auto dot = path.find('.');
      EXPECT_TRUE(tree.at(path.substr(0, dot)).contains(path.substr(dot + 1)))
          << name << ": a source for " << path << ", which is not set";
    }
  }
}

TEST(DeviceSpec, ThePublishedDevicesAreThere) {
  const auto presets = device_presets();
  for (const char* name : {"ideal", "organic_ecram_li2021", "enode_vandeburgt2017",
                           "li_ecram_tang2018", "mo_ecram_kim2019", "capacitor_li2018",
                           "rpu_gokmen2016", "reram_softbounds", "reram_hfo2_gong2022", "pcm"})
    EXPECT_NE(std::find(presets.begin(), presets.end(), name), presets.end()) << name;
  EXPECT_TRUE(std::is_sorted(presets.begin(), presets.end()));
}

TEST(DeviceSpec, AnUnknownPresetNamesTheNearest) {
  try {
    load_device("organic_ecram_li2012");
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_EQ(error.field(), "chip.device");
    EXPECT_NE(error.remedy().find("organic_ecram_li2021"), std::string::npos);
  }
  EXPECT_THROW(load_device("no/such/file.toml"), ConfigError);
  EXPECT_THROW(load_device(""), ConfigError);
}

TEST(DeviceSpec, TheStepOfAChargeControlledCellFollowsItsCircuit) {
  const std::string circuit =
      "law = \"charge_controlled\"\n[parameters]\nv_up_V = 1.0\nv_down_V = -1.0\nt_gate_s = 1e-6\n"
      "r_gate_Ohm = 1e9\nc_gate_F = 1e-13\ncharge_per_w_C = 1e-13\nr_leak_Ohm = 1e16\n";
  const DeviceSpec device = read_device(io::parse_toml(circuit, "test"), "device");
  EXPECT_NEAR(device.cell.dw_min, 0.00995016625, 1e-10);
  EXPECT_DOUBLE_EQ(device.retention.tau_s, 1000);
  expect_complaint(circuit + "[cell]\ndw_min = 0.5\n", "device.cell.dw_min = 0.5");
  expect_complaint(circuit + "[retention]\ntau_s = 5\n", "device.retention.tau_s = 5");
}

TEST(DeviceSpec, ComplainsInOneSentence) {
  const std::string law = "law = \"constant_step\"\n";
  expect_complaint("", "device.law");
  expect_complaint("law = \"soft_bound\"", "did you mean \"soft_bounds\"?");
  expect_complaint(law + "[cel]\n", "device.cel");
  expect_complaint(law + "[cell]\ndw_mim = 1\n", "did you mean \"dw_min\"?");
  expect_complaint(law + "[cell]\ndw_min = 0\n", "device.cell.dw_min");
  expect_complaint(law + "[cell]\ndw_min = 1.9\nw_max = 0.5\n", "smaller than the window");
  expect_complaint(law + "[cell]\nw_min = 0\nw_max = 0\n", "device.cell.w_max");
  expect_complaint(law + "[cell]\nup_down = 1\n", "device.cell.up_down");
  expect_complaint(law + "[cell]\nw_reset = 2\n", "device.cell.w_reset");
  expect_complaint(law + "[faults]\nstuck = 0.7\ndead = 0.6\n", "device.faults.dead");
  expect_complaint(law + "[retention]\nw_rest = -3\n", "device.retention.w_rest");
  expect_complaint(law +
                       "[retention]\ntau_s = 1\nreference_temperature_K = 1\ntemperature_K = 2000\n"
                       "e_activation_J = 1e-18\n",
                   "device.retention.temperature_K");
  expect_complaint(law + "[physical]\ng_min_S = 3e-6\n", "device.physical.g_max_S");
  expect_complaint(law + "[physical]\ng_min_S = -1e-6\n", "device.physical.g_min_S");
  expect_complaint(law + "[parameters]\ngamma = 1\n", "device.parameters.gamma");
  expect_complaint(law + "[sources]\ncell.dw_mim = \"x\"\n", "did you mean \"cell.dw_min\"?");
  expect_complaint(law + "[sources]\ncell.dw_min = 1\n", "device.sources.cell.dw_min");
  expect_complaint(law + "[[figure]]\nquantitty = \"x\"\n", "device.figure.0.quantitty");
  expect_complaint(law + "sources = 1\n", "device.sources");
  expect_complaint(law + "figure = 1\n", "device.figure");
  expect_complaint("law = \"piecewise_step\"\n[parameters]\nnodes_up = [1]\n",
                   "device.parameters.nodes_up");
}

TEST(DeviceSpec, TheLawsAreNamed) {
  const auto laws = device_laws();
  EXPECT_TRUE(std::is_sorted(laws.begin(), laws.end()));
  for (const char* name : {"charge_controlled", "constant_step", "exponential_step", "ideal",
                           "linear_step", "piecewise_step", "power_step", "soft_bounds"})
    EXPECT_NE(std::find(laws.begin(), laws.end(), name), laws.end()) << name;
}

// A dimensioned parameter ends in its unprefixed SI unit (style: Names).
TEST(DeviceSpec, FieldsWithAUnitEndInIt) {
  const auto check = [](auto spec) {
    const Fields fields = fields_of(spec);
    for (const Field& field : fields.all()) {
      const bool named = field.note.unit.empty() || field.name.ends_with("_" + field.note.unit);
      EXPECT_TRUE(named) << field.name;
    }
  };
  check(CellSpec{});
  check(SpreadSpec{});
  check(FaultSpec{});
  check(RetentionSpec{});
  check(PhysicalSpec{});
  [&]<class... Laws>(LawList<Laws...>) { (check(Laws{}), ...); }(AllLaws{});
}

}  // namespace
}  // namespace nernst
