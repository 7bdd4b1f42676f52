// SPDX-License-Identifier: Apache-2.0
// What a newcomer begins with: `nernst init` and `nernst examples`.
#include <gtest/gtest.h>

#include "program.h"

namespace nernst::test {

namespace {

using Words = std::vector<std::string>;
namespace fs = std::filesystem;

TEST(Start, EveryKindRunsAsItIs) {
  const Folder lists;
  const std::string help = run(lists, {"init", "--help"}).out;
  for (const char* const kind : {"circuits", "compare", "csv", "device", "transfer"}) {
    SCOPED_TRACE(kind);
    EXPECT_NE(help.find(kind), std::string::npos);
    const Folder folder;
    const Ended written = run(folder, {"init", kind, "--json"});
    ASSERT_EQ(written.code, 0) << written.err;
    const bool several = std::string(kind) == "compare";
    EXPECT_EQ(parse(written.out)["next"],
              "nernst " + std::string(several ? "compare " : "train ") + kind + ".toml");
    Words words = {several ? "compare" : "train",
                   std::string(kind) + ".toml",
                   "--out",
                   "run",
                   "--strict",
                   "--json"};
    const Ended done = run(folder, words);
    ASSERT_EQ(done.code, 0) << done.err;
    const Tree result = parse(done.out);
    if (several) {
      for (const Tree& row : result["strategies"])
        EXPECT_GT(row["test_accuracy"]["mean"].get<double>(), 0.6) << row.dump();
    } else {
      EXPECT_GT(result["test_accuracy"].get<double>(), 0.75);
    }
  }
  // csv is what comes without a word
  const Folder folder;
  EXPECT_EQ(run(folder, {"init"}).code, 0);
  EXPECT_TRUE(fs::exists(folder / "csv.toml"));
}

TEST(Start, NothingIsWrittenOver) {
  const Folder folder;
  write(folder / "my_data.csv", "1,2,a\n");
  const Ended first = run(folder, {"init"});
  EXPECT_EQ(first.code, 0);
  EXPECT_NE(first.out.find("kept my_data.csv"), std::string::npos);
  EXPECT_EQ(read(folder / "my_data.csv"), "1,2,a\n");
  write(folder / "csv.toml", "mine");
  const Ended again = run(folder, {"init", "csv"});
  EXPECT_EQ(again.code, 2);
  EXPECT_NE(again.err.find("csv.toml: is there already"), std::string::npos) << again.err;
  EXPECT_EQ(read(folder / "csv.toml"), "mine");
  EXPECT_EQ(run(folder, {"init", "device", "--out", "new/one.toml"}).code, 0);
  EXPECT_TRUE(fs::exists(folder / "new/my_device.toml"));
  const Ended unknown = run(folder, {"init", "devce"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_NE(unknown.err.find("did you mean \"device\"?"), std::string::npos) << unknown.err;
}

TEST(Start, ExamplesAreListedAndCopied) {
  const Folder folder;
  const Ended listed = run(folder, {"examples"});
  EXPECT_EQ(listed.code, 0);
  EXPECT_NE(listed.out.find("two_layer"), std::string::npos);
  const Tree all = parse(run(folder, {"examples", "--json"}).out)["examples"];
  EXPECT_GE(all.size(), 8u);
  EXPECT_EQ(run(folder, {"examples", "logic", "--out", "logic.toml"}).code, 0);
  EXPECT_EQ(read(folder / "logic.toml"), run(folder, {"examples", "logic"}).out);
  EXPECT_EQ(
      run(folder, {"train", "logic.toml", "--out", "r", "--quiet", "--set", "training.epochs=1"})
          .code,
      0);
  EXPECT_EQ(run(folder, {"examples", "logic", "--out", "logic.toml"}).code, 2);
  const Ended unknown = run(folder, {"examples", "two_layers"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_NE(unknown.err.find("did you mean \"two_layer\"?"), std::string::npos) << unknown.err;
}

}  // namespace

}  // namespace nernst::test
