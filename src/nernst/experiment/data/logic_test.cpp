// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/data/logic.h"

#include <gtest/gtest.h>

#include <tuple>

namespace nernst {
namespace {

using Labels = std::vector<std::uint32_t>;
using Names = std::vector<std::string>;

TEST(Logic, GatesAreTheirTruthTables) {
  for (const auto& [gate, title, truth] : {std::tuple(Gate::and_gate, "AND", Labels{0, 0, 0, 1}),
                                           {Gate::or_gate, "OR", {0, 1, 1, 1}},
                                           {Gate::nand_gate, "NAND", {1, 1, 1, 0}},
                                           {Gate::xor_gate, "XOR", {0, 1, 1, 0}}}) {
    const DataSet data = load_data({.name = "logic", .gate = gate});
    EXPECT_EQ(data.title, title);
    EXPECT_EQ(data.classes, (Names{"0", "1"}));
    EXPECT_EQ(data.train.labels, truth);
    EXPECT_EQ(data.train.inputs.values(), (std::vector<float>{0, 0, 0, 1, 1, 0, 1, 1}));
    EXPECT_EQ(data.test.labels, truth);
    EXPECT_EQ(data.test.inputs.values(), data.train.inputs.values());
  }
}

TEST(Logic, GatesRepeatInAnEpochButNotInTheTest) {
  const DataSet data = load_data({.name = "logic", .gate = Gate::and_gate, .repeats = 3});
  EXPECT_EQ(data.train.labels, (Labels{0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1}));
  EXPECT_EQ(data.train.inputs.rows(), 12u);
  EXPECT_EQ(data.test.size(), 4u);
}

}  // namespace
}  // namespace nernst
