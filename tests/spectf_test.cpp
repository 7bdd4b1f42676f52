// SPDX-License-Identifier: Apache-2.0
// SPECTF Heart (UCI): 80 samples to train with, half of each class, and 187 to test, of which 172
// are of one class. An accuracy says nothing there without that share beside it.
#include <gtest/gtest.h>

#include <cstdlib>

#include "nernst/test_paths.h"
#include "program.h"

namespace nernst::test {

namespace {

namespace fs = std::filesystem;

fs::path spectf() {
  const char* const named = std::getenv("NERNST_SHARED_DATA");
  const fs::path shared =
      named != nullptr ? fs::path(named) : fs::path(NERNST_SOURCE_DIR) / "../shared/data";
  return shared / "spectf";
}

TEST(Spectf, AccuracyStandsBesideTheLargestClassAndTheMeanOverClasses) {
  if (!fs::exists(spectf() / "spectf_train.csv.gz"))
    GTEST_SKIP() << "SPECTF is not on this machine";
  const Folder folder;
  write(folder / "e.toml",
        "[data]\nname = \"csv\"\npath = \"" + (spectf() / "spectf_train.csv.gz").string() +
            "\"\ntest_path = \"" + (spectf() / "spectf_test.csv.gz").string() +
            "\"\n[[network.layer]]\nunits = 16\n"
            "[[network.layer]]\nunits = 2\nactivation = \"softmax\"\n[training]\nepochs = 20\n");
  const Ended trained = run(folder, {"train", "e.toml", "--out", "run", "--json"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  const Tree result = parse(trained.out);
  EXPECT_NEAR(result["largest_class_share"].get<double>(), 172.0 / 187, 1e-12);
  EXPECT_EQ(result["uneven_classes"], true);
  // the balanced accuracy, from the table of what was taken for what
  const Tree& confusion = result["confusion"];
  double balanced = 0;
  for (std::size_t k = 0; k < 2; ++k)
    balanced += confusion[k][k].get<double>() /
                (confusion[k][0].get<double>() + confusion[k][1].get<double>()) / 2;
  EXPECT_NEAR(result["balanced_accuracy"].get<double>(), balanced, 1e-12);
  EXPECT_TRUE(result.contains("reference_balanced_accuracy"));
  if (result["test_accuracy"] <= result["largest_class_share"]) {
    EXPECT_GE(result["remarks"].size(), 1u) << "no better than the largest class, and no word";
  }

  // a finished chip says the same
  const Ended evaluated = run(folder, {"evaluate", "run"});
  EXPECT_EQ(evaluated.out.find("spectf_test.csv.gz: "), 0u) << evaluated.out;
  EXPECT_NE(evaluated.out.find("of 187 test samples are right"), std::string::npos)
      << evaluated.out;
  EXPECT_NE(evaluated.out.find("the largest class alone: 91.98 %; mean over the classes: "),
            std::string::npos)
      << evaluated.out;
}

}  // namespace

}  // namespace nernst::test
