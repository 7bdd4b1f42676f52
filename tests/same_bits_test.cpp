// SPDX-License-Identifier: Apache-2.0
// The weights, the ledger and the accuracy of many small runs are what they were: every schedule
// with every update rule, each kind of circuit, and the examples. tests/same_bits.txt has a line
// for each. A change that is meant writes them anew, and its commit shows which runs it touches:
//   NERNST_WRITE_BITS=yes build/release/bin/nernst_house_test --gtest_filter='SameBits.*'
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <sstream>

#include "nernst/io/hash.h"
#include "nernst/io/npz.h"
#include "nernst/test_paths.h"
#include "program.h"

namespace nernst::test {

namespace {

using Words = std::vector<std::string>;
namespace fs = std::filesystem;

const fs::path kTable = fs::path(NERNST_SOURCE_DIR) / "tests" / "same_bits.txt";

// Three overlapping clouds in 13 dimensions.
std::string clouds() {
  std::uint32_t state = 7;
  const auto next = [&] { return (state = state * 1664525u + 1013904223u) >> 16; };
  std::string csv;
  for (unsigned k = 0; k < 60; ++k) {
    for (unsigned f = 0; f < 13; ++f)
      csv += std::to_string(next() % 100 + (f % 3 == k % 3 ? 60 : 0)) + ",";
    csv += std::to_string(k % 3) + "\n";
  }
  return csv;
}

const char* const kConfig = R"(
[data]
name = "csv"
path = "clouds.csv"
[chip]
tile = [5, 9]
[[network.layer]]
units = 11
[[network.layer]]
units = 7
activation = "tanh"
[[network.layer]]
units = 3
activation = "softmax"
[training]
epochs = 2
learning_rate = 0.1
reference = false
)";

std::string digest_of_weights(const std::string& npz) {
  io::Digest digest;
  for (const io::NpzArray& array : io::parse_npz(npz, "weights.npz"))
    if (array.name.ends_with("_weights") || array.name.ends_with("_bias"))
      digest.add(std::as_bytes(std::span(array.values)));
  return digest.hex().substr(0, 16);
}

class SameBits : public ::testing::Test {
 protected:
  SameBits() {
    write(folder / "clouds.csv", clouds());
    write(folder / "clouds.toml", kConfig);
    std::istringstream lines(fs::exists(kTable) ? read(kTable) : "");
    for (std::string line; std::getline(lines, line);)
      if (const std::size_t end = line.find(": "); end != line.npos)
        known[line.substr(0, end)] = line.substr(end + 2);
  }

  // Trains with `words` and holds what comes out against the line `name`.
  void expect_same(const std::string& name, const Words& words) {
    fs::remove_all(folder / "run");
    Words train = {"train"};
    train.insert(train.end(), words.begin(), words.end());
    train.insert(train.end(), {"--out", "run", "--quiet"});
    const Ended trained = run(folder, train);
    std::string now;
    if (trained.code == 0) {
      const Ended written = run(folder, {"evaluate", "run", "--weights", "weights.npz", "--quiet"});
      ASSERT_EQ(written.code, 0) << name << ": " << written.err;
      const Tree result = parse(read(folder / "run" / "result.json"));
      now = "weights " + digest_of_weights(read(folder / "weights.npz")) + ", ledger " +
            io::digest_of(result.at("ledger").dump()).substr(0, 16) + ", accuracy " +
            result.at("test_accuracy").dump() + ", loss " + result.at("test_loss").dump();
      fs::remove(folder / "weights.npz");
    } else {
      now = "refused: " + trained.err.substr(0, trained.err.find('\n'));
    }
    seen.push_back(name + ": " + now);
    if (!writing()) {
      EXPECT_EQ(now, known[name]) << name;
    }
  }

  static bool writing() { return std::getenv("NERNST_WRITE_BITS") != nullptr; }

  void TearDown() override {
    if (!writing()) return;
    for (const std::string& line : seen)
      known[line.substr(0, line.find(": "))] = line.substr(line.find(": ") + 2);
    std::string text;
    for (const auto& [name, line] : known) text += name + ": " + line + "\n";
    write(kTable, text);
  }

  Folder folder;
  std::map<std::string, std::string> known;
  std::vector<std::string> seen;
};

const Words kSchedules = {
    "progressive",  "progressive_compensated", "progressive_refresh",      "propagate_then_update",
    "conventional", "feedback_alignment",      "direct_feedback_alignment"};
const Words kRules = {"pulsed",   "sign",      "cell_by_cell", "mixed_precision",
                      "residual", "tiki_taka", "ttv2",         "c_ttv2",
                      "agad"};

TEST_F(SameBits, OfEveryScheduleWithEveryRule) {
  // (the sanitizers see one schedule of each rule, and one rule of each schedule)
  for (std::size_t s = 0; s < kSchedules.size(); ++s)
    for (std::size_t r = 0; r < kRules.size(); ++r)
      for (const char* batch : {"1", "7"}) {
        if (kSlowness > 1 && s != 0 && r != 0) continue;
        Words words = {"clouds.toml",
                       "--set",
                       "training.schedule=" + kSchedules[s],
                       "--set",
                       "training.update=" + kRules[r],
                       "--set",
                       std::string("training.batch=") + batch};
        if (kSchedules[s] == "progressive_refresh")
          words.insert(words.end(), {"--set", "training.epochs=1"});
        expect_same(kSchedules[s] + " " + kRules[r] + " " + batch, words);
      }
}

TEST_F(SameBits, WhateverStandsRoundTheArrays) {
  const std::map<std::string, Words> kinds = {
      {"accumulate", {"training.schedule=conventional", "training.accumulate=true"}},
      {"accumulate 7",
       {"training.schedule=conventional", "training.accumulate=true", "training.batch=7"}},
      {"wires", {"chip.wires.enabled=true", "chip.wires.r_row_Ohm=20", "training.batch=4"}},
      {"circuits",
       {"chip.dac.enabled=true", "chip.adc.enabled=true", "chip.amplifier.enabled=true",
        "chip.sample_hold.enabled=true", "chip.driver.enabled=true",
        "chip.error_circuit.enabled=true", "chip.neuron.enabled=true", "training.batch=2"}},
      {"retention", {"device.retention.enabled=true", "aging.wait_s=1000", "aging.after_epoch=1"}},
      {"transfer", {"transfer.source=float", "transfer.fine_tune_epochs=1"}},
      {"transfer noisy", {"transfer.source=float", "transfer.noise=0.02", "training.batch=3"}},
      {"open loop", {"transfer.source=float", "transfer.write=open_loop"}},
      {"reference", {"training.reference=true", "training.batch=3"}},
      {"zero shift", {"training.zero_shift=200", "training.update=ttv2"}},
      {"shared column", {"chip.weight=reference_column"}},
      {"pair", {"chip.weight=differential_pair", "training.refresh_every=10"}},
      {"amplitude", {"chip.coding=amplitude_duration"}},
      {"count", {"chip.coding=count", "training.batch=5"}},
      {"exact", {"chip.coding=exact", "chip.device=ideal"}},
      {"reram", {"chip.device=reram_hfo2_gong2022", "training.update=tiki_taka"}},
      {"fabricated", {"chip.init=fabricated"}},
      {"no bias", {"network.layer.1.bias=false"}},
      {"squared error",
       {"network.layer.2.activation=sigmoid", "training.schedule=progressive_compensated"}},
      {"cosine", {"training.learning_rate_shape=cosine", "training.batch=6"}},
  };
  for (const auto& [name, settings] : kinds) {
    Words words = {"clouds.toml"};
    for (const std::string& setting : settings) words.insert(words.end(), {"--set", setting});
    expect_same(name, words);
  }
}

TEST_F(SameBits, OfTheExamples) {
  for (const char* name : {"logic", "logic_one_layer", "real_circuits", "two_layer"})
    expect_same(
        std::string("example ") + name,
        {std::string(NERNST_SOURCE_DIR) + "/examples/" + name + ".toml", "--set",
         "training.epochs=1", "--set", "data.train_limit=200", "--set", "data.test_limit=100"});
}

}  // namespace

}  // namespace nernst::test
