// SPDX-License-Identifier: Apache-2.0
// Every way of training, as a user starts it; and their comparison in one table.
#include <gtest/gtest.h>

#include <csignal>
#include <random>

#include "nernst/io/onnx_test_help.h"
#include "program.h"

namespace nernst::test {

namespace {

using Words = std::vector<std::string>;
namespace fs = std::filesystem;

// Three classes in 33 dimensions, one line a sample.
std::string clouds() {
  std::mt19937 random(1);
  std::string csv;
  for (int sample = 0; sample < 120; ++sample) {
    for (unsigned feature = 0; feature < 33; ++feature)
      csv += std::to_string(static_cast<int>(random() % 100) +
                            (feature % 3 == static_cast<unsigned>(sample) % 3 ? 40 : 0)) +
             ",";
    csv += std::to_string(sample % 3) + "\n";
  }
  return csv;
}

const char* const kExperiment = R"(
[data]
name = "csv"
path = "clouds.csv"
[chip]
device = "organic_ecram_li2021"
tile = [23, 29]
[[network.layer]]
units = 20
[[network.layer]]
units = 3
activation = "softmax"
[training]
epochs = 3
learning_rate = 0.1
batch = 3
)";

const char* const kCompare = R"(
[compare]
title = "two ways"
seeds = [3, 4]
[[device_case]]
name = "organic"
[[device_case]]
name = "ideal cells"
chip.device = "ideal"
[[strategy]]
name = "in situ"
[[strategy]]
name = "transfer"
transfer.source = "float"
transfer.on_nothing = 1
)";

class Ways : public ::testing::Test {
 protected:
  Ways() {
    write(folder / "e.toml", kExperiment);
    write(folder / "clouds.csv", clouds());
    comparison = kCompare;
    comparison.erase(comparison.find("transfer.on_nothing"));
    write(folder / "c.toml", std::string(kExperiment) + comparison);
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
  void expect_refused(const Words& words, const std::string& part) {
    const Ended ended = nernst(words);
    EXPECT_EQ(ended.code, 2) << ended.err;
    EXPECT_EQ(ended.out, "");
    EXPECT_NE(ended.err.find(part), std::string::npos) << ended.err;
  }

  Folder folder;
  std::string comparison;
};

// The settings of each way; all of them must have the same bits whatever runs them.
const std::vector<Words> kWays = {
    {"training.update=sign"},
    {"training.update=tiki_taka", "training.tiki_taka.gamma=0.2"},
    {"training.update=ttv2", "training.zero_shift=20"},
    {"training.update=c_ttv2", "training.c_ttv2.transfer_columns=5"},
    {"training.update=agad", "training.schedule=progressive_compensated"},
    {"training.update=mixed_precision", "training.schedule=direct_feedback_alignment"},
    {"training.update=residual", "training.schedule=conventional"},
    {"training.update=cell_by_cell", "training.schedule=feedback_alignment"},
    {"transfer.source=float", "transfer.fine_tune_epochs=2", "transfer.noise=0.05"},
    {"transfer.source=float", "transfer.write=open_loop", "aging.wait_s=86400",
     "device.retention.tau_s=1e5"},
    {"training.zero_shift=10", "training.refresh_every=7"}};

TEST_F(Ways, HaveTheSameBitsOnEveryBackEndAndAfterAKill) {
  int number = 0;
  for (const Words& way : kWays) {
    const std::string name = std::to_string(number++);
    SCOPED_TRACE(way.front());
    const auto words = [&](const std::string& out, const Words& more) {
      Words all = {"train", "e.toml", "--out", out + name};
      for (const std::string& setting : way) {
        all.push_back("--set");
        all.push_back(setting);
      }
      all.insert(all.end(), more.begin(), more.end());
      return all;
    };
    const Tree plain = json_of(words("plain", {}));
    const std::string expected = plain.at("weights_digest");
    EXPECT_GT(plain.at("test_accuracy").get<double>(), 0.2);
    const Tree scalar =
        json_of(words("scalar", {"--threads", "2"}), {.environment = {"NERNST_BACKEND=scalar"}});
    EXPECT_EQ(scalar.at("weights_digest"), expected);
    EXPECT_EQ(scalar.at("ledger"), plain.at("ledger"));

    // killed with a checkpoint after every mini-batch
    {
      Program program(folder, words("killed", {"--quiet", "--set", "training.checkpoint_s=0"}));
      ASSERT_TRUE(wait_for_file(program, folder / ("killed" + name + "/checkpoint.h5")));
      program.signal(SIGKILL);
      program.wait();
    }
    const Tree resumed = json_of({"train", "--resume", "killed" + name});
    EXPECT_EQ(resumed.at("weights_digest"), expected);
    EXPECT_EQ(resumed.at("ledger"), plain.at("ledger"));
    EXPECT_EQ(resumed.at("test_loss"), plain.at("test_loss"));
  }
}

TEST_F(Ways, ATransferSaysHowItWentAndWhatItReached) {
  const Tree verified =
      json_of({"train", "e.toml", "--out", "v", "--set", "transfer.source=float"});
  const Tree& report = verified.at("transfer");
  EXPECT_EQ(report.at("cells"), verified.at("weights"));
  EXPECT_EQ(verified.at("ledger").at("verifies"), report.at("reads"));
  EXPECT_EQ(verified.at("ledger").at("outer_updates"), 0);
  EXPECT_EQ(verified.at("reference_accuracy"), report.at("source_accuracy"));
  EXPECT_NEAR(verified.at("test_accuracy").get<double>(),
              report.at("source_accuracy").get<double>(), 0.1);
  EXPECT_GT(verified.at("host_operations").get<double>(), 0);
}

TEST_F(Ways, ATransferFromAFileWritesItsWeights) {
  // nothing between the weights and the chip but the step of its cells
  const Words ideal = {"--set", "chip.device=ideal", "--set", "chip.dac_bits=0",
                       "--set", "chip.adc_bits=0",   "--set", "device.cell.dw_min=1e-5"};
  Words first = {"train", "e.toml", "--out", "first"},
        second = {"train", "e.toml",
                  "--out", "second",
                  "--set", "transfer.source=w.npz",
                  "--set", "transfer.write=open_loop"};
  first.insert(first.end(), ideal.begin(), ideal.end());
  second.insert(second.end(), ideal.begin(), ideal.end());
  const Tree trained = json_of(first);
  json_of({"evaluate", "first", "--weights", "w.npz"});
  const Tree written = json_of(second);
  EXPECT_EQ(written.at("reference_accuracy"), trained.at("test_accuracy"));
  EXPECT_EQ(written.at("test_accuracy"), written.at("reference_accuracy"));
  EXPECT_NEAR(written.at("test_loss").get<double>(), trained.at("test_loss").get<double>(), 1e-3);
  EXPECT_TRUE(written.at("host_operations").is_null());

  // what another file would have given is another run
  expect_refused({"evaluate", "second", "--weights", "w.npz"}, "is read by this command, too");
  json_of({"evaluate", "second", "--weights", "other.npz"});
  fs::rename(folder / "other.npz", folder / "w.npz");
  expect_refused({"train", "--resume", "second"}, "second");
}

TEST_F(Ways, AFileThatDoesNotFitIsRefusedBeforeAnythingIsBegun) {
  json_of({"train", "e.toml", "--out", "first", "--set", "training.epochs=1"});
  json_of({"evaluate", "first", "--weights", "w.npz"});
  using namespace io::onnx_file;
  const std::vector<float> many(20 * 33);
  write(folder / "relu.onnx", model({node("MatMul", {"x", "a"}, "h"), node("Relu", {"h"}, "g"),
                                     node("MatMul", {"g", "b"}, "y")},
                                    {tensor("a", {33, 20}, many),
                                     tensor("b", {20, 3}, {many.begin(), many.begin() + 60})}));
  const auto with = [](const std::string& setting, const std::string& file = "w.npz") {
    return Words{"train", "e.toml", "--out", "no", "--set", "transfer.source=" + file,
                 "--set", setting};
  };
  expect_refused(with("transfer.source=missing.npz"), "missing.npz");
  expect_refused(with("transfer.noise=0.1"), "transfer.noise");
  expect_refused(with("network.layer.0.units=21"), "layer 0 is 20 x 33");
  expect_refused(with("training.epochs=1", "relu.onnx"),
                 "set network.layer.0.activation = \"relu\"");
  expect_refused(with("network.layer.1.bias=false"), "set network.layer.1.bias = true");
  write(folder / "w.npz", "not an archive");
  expect_refused(with("transfer.write=open_loop"), "w.npz");
  EXPECT_FALSE(fs::exists(folder / "no"));
}

TEST_F(Ways, MistakesAreNamed) {
  const auto with = [](const std::string& setting) {
    return Words{"train", "e.toml", "--out", "no", "--set", setting};
  };
  expect_refused(with("training.update=ttv3"), "did you mean \"ttv2\"");
  expect_refused(with("training.ttv2.transfer_evry=2"), "training.ttv2.transfer_evry");
  expect_refused(with("transfer.source=elsewhere"), "transfer.source");
  expect_refused(with("transfer.tolerance=0"), "transfer.tolerance");
  expect_refused({"train", "e.toml", "--out", "no", "--set", "training.zero_shift=5", "--set",
                  "chip.weight=differential_pair"},
                 "training.zero_shift");
  expect_refused(
      {"train", "e.toml", "--out", "no", "--set", "aging.wait_s=5", "--set", "aging.after_epoch=9"},
      "aging.after_epoch");
  EXPECT_FALSE(fs::exists(folder / "no"));
}

TEST_F(Ways, ACompareRunsEverythingOnceAndGoesOn) {
  const Words words = {"compare", "c.toml", "--out", "all", "--threads", "2"};
  const Tree answer = json_of(words);
  ASSERT_EQ(answer.at("strategies").size(), 4u);
  const Tree& first = answer.at("strategies").at(0);
  EXPECT_EQ(first.at("name"), "in situ");
  EXPECT_EQ(first.at("device"), "organic");
  EXPECT_EQ(first.at("failed"), 0);
  ASSERT_EQ(first.at("test_accuracy").at("values").size(), 2u);
  const double a = first.at("test_accuracy").at("values").at(0),
               b = first.at("test_accuracy").at("values").at(1);
  EXPECT_NEAR(first.at("test_accuracy").at("mean").get<double>(), (a + b) / 2, 1e-12);
  EXPECT_NEAR(first.at("test_accuracy").at("spread").get<double>(),
              std::abs(a - b) / std::sqrt(2.0), 1e-12);
  EXPECT_EQ(first.at("cell_reads").at("mean"), 0);
  EXPECT_GT(answer.at("strategies").at(2).at("verifies").at("mean").get<double>(), 0);
  EXPECT_FALSE(answer.at("baseline").empty());
  // a run of the comparison is the run that train makes
  const Tree alone = json_of({"train", "e.toml", "--out", "alone", "--set", "training.seed=4"});
  EXPECT_EQ(alone.at("test_accuracy"), b);
  EXPECT_EQ(alone.at("reference_accuracy"), answer.at("float_accuracy").at("values").at(1));

  // what is done is not done again; what is missing is
  const auto kept = fs::last_write_time(folder / "all/in_situ-organic-seed3/result.json");
  fs::remove(folder / "all/transfer-ideal_cells-seed4/result.json");
  fs::remove_all(folder / "all/transfer-organic-seed3");
  const Tree again = json_of(words);
  EXPECT_EQ(again, answer);
  EXPECT_EQ(fs::last_write_time(folder / "all/in_situ-organic-seed3/result.json"), kept);
  const Ended text = nernst(words);
  EXPECT_EQ(text.code, 0);
  EXPECT_NE(text.out.find("two ways"), std::string::npos);
  EXPECT_NE(text.out.find("ideal cells"), std::string::npos);
}

TEST_F(Ways, MistakesInAComparisonAreNamed) {
  const auto refused = [&](const std::string& text, const std::string& part) {
    write(folder / "bad.toml", std::string(kExperiment) + text);
    expect_refused({"compare", "bad.toml", "--out", "no"}, part);
    EXPECT_FALSE(fs::exists(folder / "no")) << part;
  };
  refused("", "strategy");
  refused(kCompare, "transfer.on_nothing");
  refused("[[strategy]]\nunits = 3\n", "strategy.0.name");
  refused("[[strategy]]\nname = \"a/b\"\n", "strategy.0.name");
  refused("[[strategy]]\nname = \"a\"\n[[strategy]]\nname = \"a\"\n", "there twice");
  refused("[[strategy]]\nname = \"a\"\non.mars.training.seed = 2\n", "mars");
  refused("[compare]\nseeds = []\n[[strategy]]\nname = \"a\"\n", "compare.seeds");
  refused("[[strategy]]\nname = \"a\"\nchip.device = \"nothing\"\n", "nothing");
  // every run has a folder of its own
  refused("[compare]\nseeds = [1, 1]\n[[strategy]]\nname = \"a\"\n", "is there twice");
  refused("[[strategy]]\nname = \"float\"\n", "which is that of the float network");
  refused("[[strategy]]\nname = \"a b\"\n[[strategy]]\nname = \"a_b\"\n",
          "would have the folder a_b-seed");
  ASSERT_EQ(nernst({"compare", "c.toml", "--out", "all", "--quiet"}).code, 0);
  expect_refused({"compare", "c.toml", "--out", "all", "--set", "training.epochs=1"},
                 "another comparison");
  fs::create_directory(folder / "mine");
  write(folder / "mine/letter.txt", "dear");
  expect_refused({"compare", "c.toml", "--out", "mine"}, "there already");
}

}  // namespace

}  // namespace nernst::test
