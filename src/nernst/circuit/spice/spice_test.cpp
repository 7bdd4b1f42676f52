// SPDX-License-Identifier: Apache-2.0
// Agreement with ngspice; without it on the machine these tests are passed over, except in
// scripts/test, which installs it.
#include <gtest/gtest.h>

#include "nernst/circuit/spice/check.h"

namespace nernst {

namespace {

class Spice : public testing::TestWithParam<SpiceEngine> {
 protected:
  void SetUp() override {
    try {
      ngspice_ = make_ngspice(GetParam());
    } catch (const ConfigError& error) {
      GTEST_SKIP() << error.what();
    }
  }
  std::unique_ptr<Ngspice> ngspice_;
};
INSTANTIATE_TEST_SUITE_P(Engines, Spice,
                         testing::Values(SpiceEngine::library, SpiceEngine::program));

TEST_P(Spice, AgreesOnADivider) {
  Netlist netlist{"divider", {"v1 a 0 3", "r1 a b 1k", "r2 b 0 2k"}, "op"};
  const SpiceValues values = ngspice_->run(netlist);
  EXPECT_NEAR(values.at("b"), 2, 1e-12);
  EXPECT_NEAR(values.at("v1#branch"), -1e-3, 1e-15);
  EXPECT_EQ(ngspice_->name(), GetParam() == SpiceEngine::library ? "libngspice" : "ngspice");
}

TEST_P(Spice, AgreesOnRandomArrays) {
  const auto results = compare_reads(*ngspice_, 8, 3, 17, 1, {});
  ASSERT_EQ(results.size(), 8u);
  for (const ReadComparison& one : results) {
    EXPECT_LT(one.voltage_difference, 1e-9);
    EXPECT_LT(one.current_difference, 1e-8);
  }
}

TEST_P(Spice, AgreesOnTheChangeOfEveryCellInAnUpdate) {
  for (const bool channel_load : {false, true})
    for (const double pulses : {1.0, -3.0}) {
      const UpdateComparison one = compare_update(*ngspice_, load_device("organic_ecram_li2021"), 6,
                                                  5e4, channel_load, pulses, 2);
      EXPECT_LT(one.least_dose, 0.95);
      EXPECT_LT(one.change_difference, 0.01);
    }
}

TEST_P(Spice, SaysWhatItDoesNotUnderstand) {
  Netlist netlist{"broken", {"v1 a 0 3", "r1 a b bogus_value x y z"}, "op"};
  try {
    ngspice_->run(netlist);
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what()).find("did not run the netlist"), std::string::npos);
  }
  // and goes on
  EXPECT_NEAR(ngspice_->run({"again", {"v1 a 0 3", "r1 a 0 1k"}, "op"}).at("a"), 3, 1e-12);
}

TEST(RawFile, IsReadAtItsLastPoint) {
  const SpiceValues values = parse_raw_file(
      "Title: x\nNo. Variables: 3\nNo. Points: "
      "2\nVariables:\n\t0\ttime\ttime\n\t1\tv(a1)\tvoltage\n"
      "\t2\ti(v1)\tcurrent\nValues:\n 0\t0\n\t1.5\n\t-2\n\n 1\t1e-6\n\t2.5\n\t-3e-9\n\n",
      "x");
  EXPECT_EQ(values.at("a1"), 2.5);
  EXPECT_EQ(values.at("v1#branch"), -3e-9);
  for (const char* text :
       {"", "No. Variables: 1\n", "No. Variables: x\nNo. Points: 1\nVariables:\n",
        "No. Variables: 1\nNo. Points: 1\nVariables:\n0 a v\nValues:\n0 q\n"})
    EXPECT_THROW(parse_raw_file(text, "x"), ConfigError);
}

}  // namespace

}  // namespace nernst
