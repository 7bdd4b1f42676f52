// SPDX-License-Identifier: Apache-2.0
// What a newcomer begins with: `nernst init` and `nernst examples`.
#include <gtest/gtest.h>

#include <cstdlib>

#include "nernst/test_paths.h"
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

TEST(Start, RunsAreNamedForWhatWasChangedAndListed) {
  const Folder folder;
  ASSERT_EQ(run(folder, {"init"}).code, 0);
  const Ended trained =
      run(folder, {"train", "csv.toml", "--set", "training.epochs=2", "--set",
                   "data.columns=['width_mm', 'mass_g']", "--set", "training.seed=3"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  const std::string name =
      "csv-progressive-organic_ecram_li2021-seed3-epochs=2-columns=width_mm_mass_g";
  EXPECT_TRUE(fs::exists(folder / ("runs/" + name + "/result.json"))) << trained.out;
  EXPECT_NE(trained.out.find("next: nernst report runs/" + name), std::string::npos) << trained.out;
  EXPECT_EQ(run(folder, {"train", "csv.toml", "--out", "runs/broken", "--quiet", "--set",
                         "training.epochs=1"})
                .code,
            0);
  write(folder / "runs/broken/config.toml", "no toml");
  EXPECT_EQ(run(folder, {"train", "csv.toml", "--out", "runs/wild", "--set",
                         "training.learning_rate=1000", "--set", "transfer.source=float", "--set",
                         "network.layer.0.activation=linear", "--quiet"})
                .code,
            3);
  write(folder / "runs/other.txt", "no run");

  const Ended listed = run(folder, {"runs", "--json"});
  ASSERT_EQ(listed.code, 0) << listed.err;
  const Tree runs = parse(listed.out)["runs"];
  ASSERT_EQ(runs.size(), 3u);
  const auto of = [&](const std::string& wanted) {
    for (const Tree& one : runs)
      if (one["name"] == wanted) return one;
    return Tree(nullptr);
  };
  EXPECT_EQ(of(name)["state"], "finished");
  EXPECT_EQ(of(name)["test_accuracy"],
            parse(read(folder / ("runs/" + name + "/result.json")))["test_accuracy"]);
  EXPECT_EQ(of("broken")["state"], "damaged");
  EXPECT_NE(of("broken")["remark"].get<std::string>().find("is not TOML"), std::string::npos);
  EXPECT_EQ(of("wild")["state"], "diverged");
  EXPECT_EQ(run(folder, {"runs", "nowhere"}).code, 2);
  EXPECT_NE(run(folder, {"runs"}).out.find("next: nernst "), std::string::npos);
}

// Cells whose own window reaches below 0 S are named where the device is looked at and where it was
// used.
TEST(Start, CellsThatWouldConductLessThanNothingAreNamed) {
  const Folder folder;
  ASSERT_EQ(run(folder, {"init", "device"}).code, 0);
  const std::string said = "would conduct less than nothing";
  EXPECT_EQ(run(folder, {"device", "show", "my_device.toml"}).out.find(said), std::string::npos);
  std::string device = read(folder / "my_device.toml");
  const std::size_t place = device.find("g_min_S = 2e-6");
  ASSERT_NE(place, std::string::npos);
  write(folder / "my_device.toml", device.replace(place, 14, "g_min_S = 5e-7"));
  EXPECT_NE(run(folder, {"device", "show", "my_device.toml"}).out.find(said), std::string::npos);
  ASSERT_EQ(
      run(folder, {"train", "device.toml", "--out", "run", "--quiet", "--set", "training.epochs=1"})
          .code,
      0);
  if (run(folder, {"report", "run", "--quiet"}).code == 0) {
    EXPECT_NE(read(folder / "run/report.html").find(said), std::string::npos);
  }
}

// The picture of the README is what its command draws.
TEST(Start, ThePictureIsDrawnByTheProgram) {
  const Folder folder;
  ASSERT_EQ(
      run(folder, {"device", "curve", "organic_ecram_li2021", "--out", "device_curve", "--quiet"})
          .code,
      0);
  EXPECT_EQ(read(folder / "device_curve.svg"),
            read(fs::path(NERNST_SOURCE_DIR) / "docs/device_curve.svg"));
}

TEST(Start, AReaderThatHasSeenEnoughIsNoError) {
  const Folder folder;
  // (the reader is gone before the first word)
  const std::string command = "cd '" + folder.path().string() +
                              "' && set -o pipefail; (sleep 0.2; '" NERNST_PROGRAM
                              "' help config 2>said) | true";
  // the end by SIGPIPE, as any program has it
  EXPECT_NE(std::system(("bash -c \"" + command + "\"").c_str()), 0);
  EXPECT_EQ(read(folder / "said"), "");
  EXPECT_EQ(run(folder, {"help", "config"}, {.out_file = "/dev/full"}).code, 4);
}

TEST(Start, SlipsAreUnderstood) {
  const Folder folder;
  ASSERT_EQ(run(folder, {"init"}).code, 0);
  const auto said = [&](const std::string& setting) {
    const Ended ended = run(folder, {"train", "csv.toml", "--set", setting, "--out", "run"});
    EXPECT_EQ(ended.code, 2) << setting;
    EXPECT_FALSE(fs::exists(folder / "run"));
    return ended.err;
  };
  EXPECT_NE(said("training.lr=0.1").find("did you mean \"learning_rate\"?"), std::string::npos);
  EXPECT_NE(said("network.layers.0.units=3").find("did you mean network.layer.0?"),
            std::string::npos);
  EXPECT_EQ(said("training.update=sgd").find("did you mean"), std::string::npos);
  const Ended nowhere = run(folder, {"train", "csv.toml", "--out", "/proc/x"});
  EXPECT_EQ(nowhere.code, 4);
  EXPECT_EQ(nowhere.err.find("partial"), std::string::npos) << nowhere.err;
  EXPECT_NE(nowhere.err.find("give --out a place that you may write to"), std::string::npos);
}

}  // namespace

}  // namespace nernst::test
