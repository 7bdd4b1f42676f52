// SPDX-License-Identifier: Apache-2.0
// Paths in a config are relative to its folder, on the command line to the shell's, and a run is
// found again from anywhere.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "nernst/experiment/config.h"
#include "nernst/experiment/experiment_file.h"
#include "nernst/io/toml.h"
#include "program.h"

namespace nernst::test {

namespace {

namespace fs = std::filesystem;

constexpr const char* kTable =
    "1,0,a\n0,1,b\n1,0.1,a\n0.1,1,b\n0.9,0,a\n0,0.9,b\n1,0.2,a\n0.2,1,b\n0.8,0,a\n0,0.8,b\n";

// exp/e.toml names a table, a device and weights beside it.
class Paths : public ::testing::Test {
 protected:
  void SetUp() override {
    write(folder / "exp/data/train.csv", kTable);
    // a run keeps its device as a file
    write(folder / "exp/e.toml", experiment());
    const Ended made = run(folder, {"train", "exp/e.toml", "--set", "chip.device=ideal", "--out",
                                    "of_preset", "--quiet"});
    ASSERT_EQ(made.code, 0) << made.err;
    write(folder / "exp/my.toml", read(folder / "of_preset/device.toml"));
  }
  static std::string experiment() {
    return "[data]\nname = \"csv\"\npath = \"data/train.csv\"\n"
           "[chip]\ndevice = \"my.toml\"\n"
           "[[network.layer]]\nunits = 2\nactivation = \"softmax\"\n"
           "[training]\nepochs = 4\nreference = false\n";
  }
  void expect_works(const std::vector<std::string>& words) {
    const Ended ended = run(folder, words);
    EXPECT_EQ(ended.code, 0) << ended.err;
  }
  Folder folder;
};

TEST_F(Paths, OfAConfigAreRelativeToItsFolder) {
  expect_works({"train", "exp/e.toml", "--out", "run", "--quiet"});
  const Tree config = io::parse_toml(read(folder / "run/config.toml"), "config.toml");
  const fs::path home = fs::canonical(folder.path());
  EXPECT_EQ(config["data"]["path"], (home / "exp/data/train.csv").string());
  EXPECT_EQ(config["chip"]["device"], (home / "exp/my.toml").string());
  expect_works({"circuit", "floorplan", "exp/e.toml"});
}

TEST_F(Paths, OnTheCommandLineAreRelativeToTheShell) {
  write(folder / "here.csv", kTable);
  expect_works({"train", "exp/e.toml", "--set", "data.path=here.csv", "--out", "run", "--quiet"});
  const Ended not_here = run(folder, {"train", "exp/e.toml", "--set", "data.path=data/train.csv"});
  EXPECT_EQ(not_here.code, 2);
  EXPECT_NE(not_here.err.find("data/train.csv"), std::string::npos) << not_here.err;
}

TEST_F(Paths, OfARunWorkFromAnotherFolderAndAfterItMoved) {
  expect_works({"train", "exp/e.toml", "--out", "run", "--quiet"});
  fs::create_directories(folder / "elsewhere");
  fs::rename(folder / "run", folder / "elsewhere/moved");
  const Folder other;
  const std::string moved = (folder / "elsewhere/moved").string();
  const Ended evaluated = run(other, {"evaluate", moved, "--json"});
  EXPECT_EQ(evaluated.code, 0) << evaluated.err;
  const Ended resumed = run(other, {"train", "--resume", moved, "--quiet"});
  EXPECT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_EQ(run(other, {"circuit", "floorplan", moved}).code, 0);
}

TEST_F(Paths, OfWeightsToTransferAreRelativeToTheConfigToo) {
  expect_works({"train", "exp/e.toml", "--out", "run", "--quiet"});
  expect_works({"evaluate", "run", "--weights", "exp/w.npz"});
  write(folder / "exp/t.toml", experiment() + "[transfer]\nsource = \"w.npz\"\n");
  expect_works({"train", "exp/t.toml", "--out", "written", "--quiet"});
}

TEST_F(Paths, OfAComparisonAreRelativeToItsFileInEachStrategy) {
  write(folder / "exp/other.csv", kTable);
  write(folder / "exp/c.toml", experiment() +
                                   "[compare]\nseeds = [1]\n[[strategy]]\nname = \"one\"\n"
                                   "data.path = \"other.csv\"\n"
                                   "[[device_case]]\nname = \"mine\"\nchip.device = \"my.toml\"\n"
                                   "[[device_case]]\nname = \"ideal\"\nchip.device = \"ideal\"\n"
                                   "[strategy.on.mine]\ntraining.epochs = 2\n");
  expect_works({"compare", "exp/c.toml", "--out", "all", "--quiet"});
  // the same comparison, asked for from another folder
  const Folder other;
  const Ended again = run(other, {"compare", (folder / "exp/c.toml").string(), "--out",
                                  (folder / "all").string(), "--quiet"});
  EXPECT_EQ(again.code, 0) << again.err;
}

// A key whose help speaks of a path or a file is one of those that are changed.
TEST_F(Paths, AreKnownByTheirKeys) {
  Config config;
  const auto expect_known = [](const std::string& table, const Fields& fields) {
    for (const Field& field : fields.all()) {
      if (!std::holds_alternative<std::string*>(field.target)) continue;
      const std::string& help = field.note.help;
      const bool says_so = help.find("the path") != std::string::npos ||
                           help.find("the file") != std::string::npos ||
                           help.find("a file") != std::string::npos;
      if (!says_so) continue;
      const std::string key = table + "." + field.name;
      EXPECT_EQ(std::count(path_keys().begin(), path_keys().end(), key), 1) << key;
    }
  };
  expect_known("data", fields_of(config.data));
  expect_known("chip", fields_of(config.chip));
  for (const ChipSpec::Table& one : config.chip.tables())
    expect_known("chip." + one.name, one.fields);
  expect_known("training", fields_of(config.training));
  expect_known("transfer", fields_of(config.transfer));
  expect_known("aging", fields_of(config.aging));
}

}  // namespace

}  // namespace nernst::test
