// SPDX-License-Identifier: Apache-2.0
// A run survives what happens to it: Ctrl-C, kill -9, a full disk; and its result depends on
// nothing but its config and data.
#include <gtest/gtest.h>

#include <fstream>

#include <chrono>
#include <csignal>
#include <random>
#include <thread>

#include "program.h"

namespace nernst::test {

namespace {

using Words = std::vector<std::string>;
namespace fs = std::filesystem;

// Some thousand samples of XOR with a checkpoint as often as one is allowed.
const std::string kLong = R"(
[data]
name = "logic"
repeats = 2000
[[network.layer]]
units = 3
[[network.layer]]
units = 1
[training]
learning_rate = 0.1
reference = false
checkpoint_s = 0.01
epochs = )" + std::to_string(16 / kSlowness) +
                          "\n";

// Three classes in 33 dimensions, odd on purpose, one line a sample.
std::string clouds() {
  std::mt19937 random(1);
  std::string csv;
  for (int sample = 0; sample < 90; ++sample) {
    for (unsigned feature = 0; feature < 33; ++feature)
      csv += std::to_string(static_cast<int>(random() % 100) +
                            (feature % 3 == static_cast<unsigned>(sample) % 3 ? 40 : 0)) +
             ",";
    csv += std::to_string(sample % 3) + "\n";
  }
  return csv;
}

const char* const kClouds = R"(
[data]
name = "csv"
path = "clouds.csv"
[chip]
tile = [23, 29]
[[network.layer]]
units = 41
[[network.layer]]
units = 3
activation = "softmax"
[training]
epochs = 2
learning_rate = 0.05
batch = 4
)";

class Run : public ::testing::Test {
 protected:
  Run() {
    write(folder / "long.toml", kLong);
    write(folder / "clouds.toml", kClouds);
    write(folder / "clouds.csv", clouds());
  }

  Ended nernst(const Words& words, const Surroundings& surroundings = {}) {
    return run(folder, words, surroundings);
  }
  Tree json_of(Words words, const Surroundings& surroundings = {}) {
    words.push_back("--json");
    const Ended ended = nernst(words, surroundings);
    EXPECT_EQ(ended.code, 0) << ended.err;
    return ended.code == 0 ? parse(ended.out) : Tree::object();
  }
  std::string digest(const Words& words, const Surroundings& surroundings = {}) {
    return json_of(words, surroundings).value("weights_digest", "");
  }
  // Goes on with the run in `name` and compares it with the uninterrupted one in `whole`.
  void expect_same_end(const std::string& name, const std::string& expected_digest) {
    EXPECT_EQ(digest({"train", "--resume", name}), expected_digest);
    EXPECT_EQ(read(folder / (name + "/metrics.jsonl")), read(folder / "whole/metrics.jsonl"));
    EXPECT_EQ(read(folder / (name + "/ledger.json")), read(folder / "whole/ledger.json"));
  }

  Folder folder;
};

}  // namespace

TEST_F(Run, KilledAtAnyMomentEndsWithTheSameBits) {
  const auto began = std::chrono::steady_clock::now();
  const std::string expected = digest({"train", "long.toml", "--out", "whole"});
  const double whole_s =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();

  const int attempts = kSlowness > 1 ? 3 : 10;
  int killed = 0, had_checkpoint = 0;
  std::mt19937 random(7);
  for (int attempt = 0; attempt < attempts; ++attempt) {
    const std::string name = "run" + std::to_string(attempt);
    {
      Program program(folder, {"train", "long.toml", "--out", name, "--quiet"});
      // where the folder is not yet complete there is no run that could go on
      ASSERT_TRUE(wait_for_file(program, folder / (name + "/config.toml")));
      std::this_thread::sleep_for(std::chrono::duration<double>(
          whole_s * std::uniform_real_distribution<double>(0, 0.9)(random)));
      program.signal(SIGKILL);
      killed += program.wait().code == 128 + SIGKILL ? 1 : 0;
      had_checkpoint += fs::exists(folder / (name + "/checkpoint.h5")) ? 1 : 0;
    }
    SCOPED_TRACE(name);
    expect_same_end(name, expected);
  }
  // the test would be worth nothing if the program had always been faster
  EXPECT_GE(killed, attempts / 2);
  EXPECT_GE(had_checkpoint, attempts / 3);
}

TEST_F(Run, KilledBeforeItsFirstCheckpointBeginsAgain) {
  const Words setting = {"--set", "training.checkpoint_s=1000"};
  Words words = {"train", "long.toml", "--out", "whole"};
  words.insert(words.end(), setting.begin(), setting.end());
  const std::string expected = digest(words);
  words[3] = "run";
  Program program(folder, words);
  ASSERT_TRUE(wait_for_file(program, folder / "run/metrics.jsonl"));
  program.signal(SIGKILL);
  ASSERT_EQ(program.wait().code, 128 + SIGKILL);
  ASSERT_FALSE(fs::exists(folder / "run/checkpoint.h5"));
  expect_same_end("run", expected);
}

TEST_F(Run, CtrlCSavesSaysHowToGoOnAndIsResumed) {
  const std::string expected = digest({"train", "long.toml", "--out", "whole"});
  Program program(folder, {"train", "long.toml", "--out", "my run"});
  ASSERT_TRUE(wait_for_file(program, folder / "my run/metrics.jsonl"));
  program.signal(SIGINT);
  const Ended ended = program.wait();
  EXPECT_EQ(ended.code, 130);
  EXPECT_EQ(ended.out, "");
  EXPECT_NE(ended.err.find("nernst train --resume 'my run'"), std::string::npos) << ended.err;
  EXPECT_TRUE(fs::exists(folder / "my run/checkpoint.h5"));
  expect_same_end("my run", expected);
}

TEST_F(Run, AFullDiskLeavesTheLastCheckpoint) {
  // metrics grow by some 200 bytes a line until they may not
  const std::string epochs = std::to_string(kSlowness > 1 ? 40 : 120);
  const Words more = {"--set", "data.repeats=500", "--set", "training.epochs=" + epochs};
  Words words = {"train", "long.toml", "--out", "whole"};
  words.insert(words.end(), more.begin(), more.end());
  const std::string expected = digest(words);
  const std::uint64_t bytes = fs::file_size(folder / "whole/metrics.jsonl");

  words[3] = "run";
  const Ended full = nernst(words, {.max_file_bytes = bytes * 9 / 10});
  EXPECT_EQ(full.code, 4) << full.err;
  EXPECT_NE(full.err.find("File too large"), std::string::npos) << full.err;
  ASSERT_TRUE(fs::exists(folder / "run/checkpoint.h5"));
  EXPECT_EQ(nernst({"evaluate", "run", "--quiet"}).code, 0);
  expect_same_end("run", expected);
}

TEST_F(Run, GoesOnOnlyWithItsOwnConfigAndData) {
  ASSERT_EQ(nernst({"train", "clouds.toml", "--out", "run", "--quiet"}).code, 0);
  const std::string config = read(folder / "run/config.toml");
  const auto refused = [&](const char* part) {
    const Ended ended = nernst({"train", "--resume", "run"});
    EXPECT_EQ(ended.code, 2) << ended.err;
    EXPECT_NE(ended.err.find(part), std::string::npos) << ended.err;
  };
  std::string changed = config;
  changed.replace(changed.find("learning_rate = 0.05"), 20, "learning_rate = 0.06");
  write(folder / "run/config.toml", changed);
  refused("another config");
  write(folder / "run/config.toml", config);
  EXPECT_EQ(nernst({"train", "--resume", "run", "--set", "training.epochs=9"}).code, 2);
  EXPECT_EQ(nernst({"train", "--resume", "run", "--quiet"}).code, 0);

  std::string csv = clouds();
  csv[0] = csv[0] == '7' ? '6' : '7';
  write(folder / "clouds.csv", csv);
  refused("other data");
}

TEST_F(Run, DivergenceIsACodeOfItsOwnAndKeepsTheCheckpoint) {
  // deep and linear, so that no bound holds the product, at a rate that rises until it is too large
  std::string config = R"(
[data]
name = "logic"
repeats = 500
[chip]
device = "ideal"
coding = "exact"
dac_bits = 0
adc_bits = 0
[training]
learning_rate = 0.001
learning_rate_shape = "cosine"
final_rate = 3
epochs = 40
reference = false
checkpoint_s = 0
)";
  for (int layer = 0; layer < 40; ++layer)
    config += "[[network.layer]]\nactivation = \"linear\"\nunits = 2\n";
  write(folder / "wild.toml", config);
  const Ended ended = nernst({"train", "wild.toml", "--out", "run"});
  EXPECT_EQ(ended.code, 3) << ended.err;
  EXPECT_NE(ended.err.find("training.learning_rate"), std::string::npos) << ended.err;
  EXPECT_EQ(nernst({"evaluate", "run", "--quiet"}).code, 0);
  EXPECT_EQ(nernst({"train", "--resume", "run", "--quiet"}).code, 3);
}

TEST_F(Run, HasTheSameBitsOnAnyNumberOfThreadsBackEndAndMathematics) {
  const Tree plain = json_of({"train", "clouds.toml", "--out", "plain"});
  const std::string expected = plain["weights_digest"];
  EXPECT_EQ(digest({"train", "clouds.toml", "--out", "t1", "--threads", "1"}), expected);
  EXPECT_EQ(digest({"train", "clouds.toml", "--out", "t2", "--threads", "2"}), expected);
  EXPECT_EQ(digest({"train", "clouds.toml", "--out", "t0", "--threads", "0"}), expected);
  EXPECT_EQ(
      digest({"train", "clouds.toml", "--out", "s"}, {.environment = {"NERNST_BACKEND=scalar"}}),
      expected);
  EXPECT_EQ(
      digest({"train", "clouds.toml", "--out", "f"}, {.environment = {"NERNST_BACKEND=fast"}}),
      expected);
#if defined(__x86_64__)
  const Tree masked = json_of(
      {"train", "clouds.toml", "--out", "m"},
      {.environment = {"GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2,-AVX2_Usable,-FMA,-FMA_Usable,"
                       "-AVX512F,-AVX512F_Usable,-FMA4,-SSE4_1"}});
  EXPECT_EQ(masked["weights_digest"], expected);
  // not only the weights: nor does any sum over them
  EXPECT_EQ(masked["test_loss"], plain["test_loss"]);
  EXPECT_EQ(masked["ledger"], plain["ledger"]);
#endif
  // every instruction set that this machine has, and proof that it was the one that ran
  const Tree sets = json_of({"info"})["instruction_sets"];
  ASSERT_GE(sets.size(), 1u);
  for (const auto& name : sets) {
    const std::string set = name, forced = "NERNST_INSTRUCTION_SET=" + set;
    const Tree run =
        json_of({"train", "clouds.toml", "--out", "i" + set}, {.environment = {forced}});
    EXPECT_EQ(run["weights_digest"], expected) << set;
    EXPECT_EQ(run["ledger"], plain["ledger"]) << set;
    EXPECT_EQ(json_of({"info"}, {.environment = {forced}})["instruction_set"], set);
    std::ifstream file(folder / ("i" + set) / "run.json");
    EXPECT_EQ(Tree::parse(file)["instruction_set"], set);
  }
  const Ended unknown = nernst({"info"}, {.environment = {"NERNST_INSTRUCTION_SET=AVX9"}});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_NE(unknown.err.find("AVX9"), std::string::npos) << unknown.err;

  // mini-batches on many tiles, dense and sparse pulses
  const std::vector<std::string> wide = {
      "train", "clouds.toml",       "--set", "training.batch=7",
      "--set", "chip.tile=[5, 40]", "--set", "network.layer.0.units=150"};
  const auto with = [&](std::vector<std::string> more) {
    std::vector<std::string> all = wide;
    all.insert(all.end(), more.begin(), more.end());
    return all;
  };
  const std::string batched = digest(with({"--out", "b1"}));
  EXPECT_EQ(digest(with({"--out", "b2", "--threads", "2"})), batched);
  EXPECT_EQ(digest(with({"--out", "b4", "--threads", "4"})), batched);
  EXPECT_EQ(digest(with({"--out", "bs"}), {.environment = {"NERNST_BACKEND=scalar"}}), batched);
  for (const auto& name : sets) {
    const std::string set = name;
    EXPECT_EQ(
        digest(with({"--out", "b" + set}), {.environment = {"NERNST_INSTRUCTION_SET=" + set}}),
        batched)
        << set;
  }
  EXPECT_NE(digest({"train", "clouds.toml", "--out", "seed", "--set", "training.seed=2"}),
            expected);
  EXPECT_EQ(nernst({"info"}, {.environment = {"NERNST_BACKEND=fats"}}).code, 2);
}

}  // namespace nernst::test
