// SPDX-License-Identifier: Apache-2.0
// Logic gates on the organic device, as examples/logic.toml has them.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "nernst/experiment/run.h"
#include "nernst/io/file.h"
#include "nernst/io/toml.h"
#include "nernst/test_paths.h"

namespace nernst {
namespace {

// How many of `seeds` seeds have all four combinations right after the last epoch.
int seeds_that_learn(const std::string& example, const std::string& gate, int seeds) {
  const std::string file = std::string(NERNST_SOURCE_DIR) + "/examples/" + example;
  int learned = 0;
  for (int seed = 1; seed <= seeds; ++seed) {
    Tree tree = io::parse_toml(io::read_file(file), file);
    io::set_value(tree, "data.gate=" + gate);
    io::set_value(tree, "training.seed=" + std::to_string(seed));
    io::set_value(tree, "training.reference=false");
    const std::filesystem::path folder =
        std::filesystem::path(testing::TempDir()) / ("nernst_" + gate + std::to_string(seed));
    std::filesystem::remove_all(folder);
    const RunResult result = start_run(read_config(tree), folder, {}, {});
    std::filesystem::remove_all(folder);
    learned += result.test_accuracy == 1 ? 1 : 0;
  }
  return learned;
}

// The sanitizers make a run tens of times slower; the release build tries all fifty.
#ifdef NDEBUG
constexpr int kSeeds = 50;
#else
constexpr int kSeeds = 5;
#endif

TEST(Logic, XorIsLearnedByTwoLayersFromNineSeedsOfTen) {
  EXPECT_GE(10 * seeds_that_learn("logic.toml", "xor", kSeeds), 9 * kSeeds - (kSeeds < 50 ? 5 : 0));
}

TEST(Logic, OneNeuronLearnsTheGatesThatNeedOne) {
  for (const char* gate : {"and", "or", "nand"})
    EXPECT_EQ(seeds_that_learn("logic_one_layer.toml", gate, kSeeds), kSeeds) << gate;
}

}  // namespace
}  // namespace nernst
