// SPDX-License-Identifier: Apache-2.0
// What a run says of the time that is left, on a clock that goes on with the work: one tick for
// each mini-batch and each call for samples to test.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "nernst/experiment/run.h"
#include "nernst/io/file.h"
#include "nernst/io/test_help.h"
#include "nernst/io/toml.h"

namespace nernst {
namespace {

struct Shown {
  Progress progress;
  double now_s;
};

constexpr const char* kLogic = R"(
[data]
name = "logic"
repeats = 2000
[[network.layer]]
units = 3
[[network.layer]]
units = 1
[training]
epochs = 3
)";

// All that a run shows, the last moment last.
std::vector<Shown> shown_of(const std::string& experiment) {
  const io::TestFolder folder;
  double now_s = 0;
  std::vector<Shown> all;
  RunHooks hooks;
  hooks.now_s = [&] { return now_s; };
  hooks.stop = [&] {
    now_s += 0.01;
    return false;
  };
  hooks.progress = [&](const Progress& progress) { all.push_back({progress, now_s}); };
  start_run(read_config(io::parse_toml(experiment, "logic.toml")), folder / "run", {}, hooks);
  all.push_back({{}, now_s});
  return all;
}

TEST(TimeLeft, IsThatOfTheWholeRunOnceItMeansSomething) {
  const std::vector<Shown> all = shown_of(kLogic);
  const double end_s = all.back().now_s;
  std::size_t training = 0, unknown = 0;
  double training_ends_s = 0;
  for (const auto& [progress, now_s] : all) {
    if (progress.phase != RunPhase::training || progress.epochs == 0) continue;
    ++training;
    training_ends_s = now_s;
    if (std::isnan(progress.seconds_left)) {
      ++unknown;
      EXPECT_LT(progress.fraction, 0.1);
      continue;
    }
    EXPECT_NEAR(now_s + progress.seconds_left, end_s, 0.15 * end_s) << now_s;
  }
  EXPECT_GT(training, 100u);
  EXPECT_GT(unknown, 0u);
  EXPECT_LT(unknown, training / 10);
  // the float network is a good part of what was foreseen
  EXPECT_GT(end_s - training_ends_s, 0.3 * end_s);
}

TEST(TimeLeft, NamesWhatComesAfterATraining) {
  bool named = false;
  for (const Shown& shown : shown_of(std::string(kLogic) + "[transfer]\nsource = \"float\"\n"))
    named = named || (shown.progress.phase == RunPhase::reference &&
                      std::string(shown.progress.then) == "programming");
  EXPECT_TRUE(named);
}

// Whether a run that is asked to stop the `calls`th time it looks ends at once.
bool stops(const std::string& experiment, const io::TestFolder& folder, int calls) {
  RunHooks hooks;
  hooks.stop = [&] { return --calls <= 0; };
  try {
    start_run(read_config(io::parse_toml(experiment, "x.toml")), folder / "run", {}, hooks);
  } catch (const Interrupted&) {
    return calls == 0;
  }
  return false;
}

TEST(Interruption, IsHeardWhileDataAreReadAndBeforeAnythingIsWritten) {
  const io::TestFolder folder;
  std::string table;
  for (int row = 0; row < 1000; ++row) table += row % 2 == 0 ? "1,2,a\n" : "2,1,b\n";
  io::write_file_atomically(folder / "t.csv", table);
  const std::string experiment = "[data]\nname = \"csv\"\npath = \"" + (folder / "t.csv").string() +
                                 "\"\n[[network.layer]]\nunits = 2\n";
  for (const int calls : {1, 500, 1000, 1500}) {
    EXPECT_TRUE(stops(experiment, folder, calls)) << calls;
    EXPECT_FALSE(io::path_exists(folder / "run"));
  }
}

TEST(Interruption, IsHeardWhileTheChipIsMade) {
  // 1,000 x 9 cells on tiles of 8 x 4, and their first weights
  const std::string experiment =
      "[data]\nname = \"logic\"\n[[network.layer]]\nunits = 1000\n[[network.layer]]\nunits = 1\n"
      "[chip]\ntile = [8, 4]\n";
  for (const int calls : {1, 200, 1000, 2000}) {
    const io::TestFolder folder;
    EXPECT_TRUE(stops(experiment, folder, calls)) << calls;
    EXPECT_TRUE(io::path_exists(folder / "run"));
    EXPECT_FALSE(io::path_exists(folder / "run/metrics.jsonl"));
  }
}

TEST(Interruption, ALongBeginningSaysWhatItIs) {
  const io::TestFolder folder;
  const std::string experiment =
      "[data]\nname = \"logic\"\nrepeats = 5\n[[network.layer]]\nunits = 1\n[chip]\ntile = [1, "
      "1]\n";
  double now_s = 0;
  RunHooks hooks;
  hooks.now_s = [&] { return now_s += 0.01; };
  std::vector<Progress> making;
  hooks.progress = [&](const Progress& progress) {
    if (progress.phase == RunPhase::making) making.push_back(progress);
  };
  start_run(read_config(io::parse_toml(experiment, "x.toml")), folder / "run", {}, hooks);
  // (three cells are soon made)
  EXPECT_TRUE(making.empty());
  hooks.now_s = [&] { return now_s += 0.2; };
  start_run(read_config(io::parse_toml(experiment, "x.toml")), folder / "run2", {}, hooks);
  ASSERT_FALSE(making.empty());
  EXPECT_GE(making.front().spent_s, 1);
}

}  // namespace
}  // namespace nernst
