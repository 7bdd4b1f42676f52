// SPDX-License-Identifier: Apache-2.0
// Results that would be wrong without a word: trainings that diverge, keys without effect,
// accuracies at chance, weights that do not fit.
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <csignal>
#include <thread>

#include "nernst/io/npz.h"
#include "nernst/test_paths.h"
#include "program.h"

namespace nernst::test {

namespace {

using Words = std::vector<std::string>;
namespace fs = std::filesystem;

// What the project keeps for its tests, or nothing where it is not on this machine.
fs::path shared_data() {
  const char* const named = std::getenv("NERNST_SHARED_DATA");
  return named != nullptr ? fs::path(named) : fs::path(NERNST_SOURCE_DIR) / "../shared/data";
}

// Samples of `features` random numbers, `often` of 10 of them in class 0.
std::string noise_csv(int samples, int features, int often) {
  std::string csv;
  std::uint32_t state = 1;
  const auto next = [&] { return (state = state * 1664525u + 1013904223u) >> 16; };
  for (int k = 0; k < samples; ++k) {
    for (int f = 0; f < features; ++f) csv += std::to_string(next() % 100) + ",";
    csv += std::to_string(k % 10 < often ? 0 : 1) + "\n";
  }
  return csv;
}

class Honest : public ::testing::Test {
 protected:
  Ended nernst(const Words& words) { return run(folder, words); }
  Tree json_of(Words words) {
    words.emplace_back("--json");
    const Ended ended = nernst(words);
    EXPECT_EQ(ended.code, 0) << ended.err;
    return parse(ended.out);
  }
  Folder folder;
};

const char* const kLinear = R"(
[data]
name = "csv"
path = "noise.csv"
scaling = "none"
[[network.layer]]
units = 8
activation = "linear"
[[network.layer]]
units = 2
activation = "linear"
[training]
learning_rate = 0.1
epochs = 2
reference = false
)";

}  // namespace

TEST_F(Honest, ADivergedTrainingInFloatIsNotProgrammed) {
  const fs::path digits = shared_data() / "digits";
  if (!fs::exists(digits)) GTEST_SKIP() << digits << " is not there";
  write(folder / "d.toml", "[data]\nname = \"csv\"\npath = \"" +
                               (digits / "digits_train.csv.gz").string() +
                               "\"\nlabel_column = \"last\"\n"
                               "[[network.layer]]\nunits = 32\nactivation = \"linear\"\n"
                               "[[network.layer]]\nunits = 10\nactivation = \"linear\"\n"
                               "[transfer]\nsource = \"float\"\n"
                               "[training]\nlearning_rate = 0.1\nepochs = 2\n");
  const Ended ended = nernst({"train", "d.toml", "--out", "run"});
  EXPECT_EQ(ended.code, 3) << ended.err;
  EXPECT_NE(ended.err.find("the training in float for transfer.source = \"float\" diverged in "
                           "epoch 1 after "),
            std::string::npos)
      << ended.err;
  EXPECT_NE(ended.err.find("give a smaller training.learning_rate"), std::string::npos);
  EXPECT_FALSE(fs::exists(folder / "run/transfer.json"));
  EXPECT_FALSE(fs::exists(folder / "run/checkpoint.h5"));
  EXPECT_EQ(read(folder / "run/metrics.jsonl"), "");
}

TEST_F(Honest, ADivergedTrainingOnTheChipStopsBeforeItsCells) {
  write(folder / "noise.csv", noise_csv(200, 8, 5));
  write(folder / "n.toml", kLinear);
  const Ended ended = nernst({"train", "n.toml", "--out", "run"});
  EXPECT_EQ(ended.code, 3) << ended.err;
  EXPECT_NE(ended.err.find("the training on the chip diverged in epoch 1 after "),
            std::string::npos)
      << ended.err;
  EXPECT_NE(ended.err.find("progressive_compensated"), std::string::npos);
}

TEST_F(Honest, AChipWhoseTwinDivergesKeepsItsResult) {
  write(folder / "noise.csv", noise_csv(200, 8, 5));
  write(folder / "n.toml", kLinear);
  // the cells have bounds, the float weights none
  const Ended ended = nernst({"train", "n.toml", "--out", "run", "--set", "training.reference=true",
                              "--set", "chip.full_scale_weight=0.01"});
  EXPECT_EQ(ended.code, 3) << ended.err;
  EXPECT_NE(ended.out.find("test accuracy of the chip"), std::string::npos) << ended.out;
  EXPECT_NE(ended.err.find("the training of the float network for comparison diverged"),
            std::string::npos)
      << ended.err;
  const Tree result = parse(read(folder / "run/result.json"));
  EXPECT_TRUE(result.at("reference_accuracy").is_null());
  EXPECT_TRUE(result.contains("reference_diverged"));
}

TEST_F(Honest, ADivergedStrategyIsARowOfTheComparison) {
  write(folder / "noise.csv", noise_csv(200, 8, 5));
  write(folder / "c.toml", std::string(kLinear) +
                               "[compare]\nseeds = [1, 2]\n"
                               "[[strategy]]\nname = \"transfer\"\ntransfer.source = \"float\"\n"
                               "[[strategy]]\nname = \"in situ\"\n"
                               "chip.full_scale_weight = 0.01\n");
  const Tree answer = json_of({"compare", "c.toml", "--out", "c"});
  EXPECT_EQ(answer["strategies"][0]["failed"], 2);
  EXPECT_NE(answer["strategies"][0]["remarks"].dump().find("diverged in epoch 1"),
            std::string::npos);
  EXPECT_EQ(answer["strategies"][1]["failed"], 0);
  EXPECT_FALSE(answer["strategies"][1]["test_accuracy"]["mean"].is_null());
  EXPECT_TRUE(answer["float_accuracy"]["mean"].is_null());
  const std::string table = nernst({"compare", "c.toml", "--out", "c"}).out;
  EXPECT_NE(table.find("transfer"), std::string::npos);
  EXPECT_NE(table.find("diverged"), std::string::npos) << table;
}

TEST_F(Honest, AKeyWithoutEffectIsNamedWithItsSwitch) {
  write(folder / "x.toml",
        "[data]\nname = \"logic\"\n[chip.wires]\nr_row_Ohm = 200\n[[network.layer]]\nunits = 4\n"
        "[[network.layer]]\nunits = 1\n[training]\nepochs = 1\nreference = false\n");
  const std::string sentence =
      "chip.wires.r_row_Ohm has no effect, as chip.wires.enabled is false (give true)";
  const Ended warned = nernst({"train", "x.toml", "--out", "a"});
  EXPECT_EQ(warned.code, 0);
  EXPECT_NE(warned.err.find("nernst: warning: " + sentence), std::string::npos) << warned.err;
  EXPECT_EQ(json_of({"train", "x.toml", "--out", "b"})["warnings"][0], sentence);
  const Ended strict = nernst({"train", "x.toml", "--out", "c", "--strict"});
  EXPECT_EQ(strict.code, 2);
  EXPECT_NE(strict.err.find("chip.wires.r_row_Ohm = 200: has no effect"), std::string::npos);
  EXPECT_FALSE(fs::exists(folder / "c"));
  const Ended on =
      nernst({"train", "x.toml", "--out", "d", "--strict", "--set", "chip.wires.enabled=true"});
  EXPECT_EQ(on.code, 0) << on.err;
}

TEST_F(Honest, AComparisonWarnsOfWhatNoStrategyReads) {
  write(folder / "noise.csv", noise_csv(60, 3, 5));
  write(folder / "c.toml",
        "[data]\nname = \"csv\"\npath = \"noise.csv\"\n[chip.adc]\noffset = 5\n"
        "[[network.layer]]\nunits = 3\n[[network.layer]]\nunits = 2\n"
        "[training]\nepochs = 1\nttv2.gamma = 0.1\n[transfer]\ntolerance = 0.1\n"
        "[compare]\nseeds = [1]\n"
        "[[strategy]]\nname = \"pulsed\"\n[[strategy]]\nname = \"ttv2\"\ntraining.update = "
        "\"ttv2\"\n");
  const Tree warnings = json_of({"compare", "c.toml", "--out", "c"})["warnings"];
  const std::string text = warnings.dump();
  EXPECT_NE(text.find("chip.adc.offset"), std::string::npos) << text;
  EXPECT_NE(text.find("transfer.tolerance"), std::string::npos) << text;
  EXPECT_EQ(text.find("ttv2"), std::string::npos) << text;
  EXPECT_EQ(nernst({"compare", "c.toml", "--out", "d", "--strict"}).code, 2);
}

TEST_F(Honest, AnAccuracyStandsBesideTheLargestClass) {
  write(folder / "noise.csv", noise_csv(200, 4, 9));
  write(folder / "n.toml",
        "[data]\nname = \"csv\"\npath = \"noise.csv\"\n[[network.layer]]\nunits = 2\n"
        "[training]\nepochs = 1\nlearning_rate = 1e-6\n");
  const Tree result = json_of({"train", "n.toml", "--out", "run"});
  EXPECT_DOUBLE_EQ(result["largest_class_share"], 0.9);
  EXPECT_TRUE(result["uneven_classes"]);
  EXPECT_LE(result["balanced_accuracy"], 0.75);
  EXPECT_NE(result["remarks"].dump().find("the chip is no better than always answering"),
            std::string::npos)
      << result["remarks"];
  const std::string summary = nernst({"train", "n.toml", "--out", "other"}).out;
  EXPECT_NE(summary.find("largest class alone"), std::string::npos) << summary;
  EXPECT_NE(summary.find("balanced accuracy"), std::string::npos) << summary;
  EXPECT_NE(summary.find("no better than always answering"), std::string::npos) << summary;
  EXPECT_NE(nernst({"evaluate", "run"}).out.find("the largest class alone: 90.00 %"),
            std::string::npos);
}

namespace {

// One linear layer of three neurons with the given weights, and one sample of class 0.
void write_import(const Folder& folder, const std::string& chip) {
  io::NpzWriter npz;
  const std::vector<double> values = {8, 3, -2, -4, 7, 5, 3, 4, -12};
  Matrix<double> weights(3, 3);
  weights.values().assign(values.begin(), values.end());
  npz.add("layer_0_weights", weights.view());
  write(folder / "w.npz", npz.finish());
  // (the other classes and the training samples only have to be there)
  write(folder / "train.csv", "1,0,0,0\n0,1,0,1\n0,0,1,2\n");
  write(folder / "test.csv", "9,15,35,0\n");
  write(folder / "i.toml",
        "[data]\nname = \"csv\"\npath = \"train.csv\"\ntest_path = \"test.csv\"\n"
        "scaling = \"none\"\n[chip]\ndac_bits = 0\nadc_bits = 0\n" +
            chip +
            "[[network.layer]]\nunits = 3\nactivation = \"linear\"\n"
            "[transfer]\nsource = \"w.npz\"\ntolerance = 1e-4\ntries = 1000\n"
            "[device.cell]\ndw_min = 1e-5\nread_noise = 0\nwrite_noise = 0\nc2c = 0\n");
}

}  // namespace

TEST_F(Honest, ImportedWeightsSetTheirOwnFullScale) {
  write_import(folder, "");
  const Tree result = json_of({"train", "i.toml", "--out", "run"});
  // 0.5 (46^2 + 244^2 + 333^2)
  EXPECT_NEAR(result["test_loss"], 86270.5, 86270.5 * 2e-3);
  EXPECT_EQ(result["transfer"]["clipped"], 0);
  EXPECT_EQ(result["transfer"]["failed"], 0);
}

TEST_F(Honest, WeightsClippedByTheUsersFullScaleAreTold) {
  write_import(folder, "full_scale_weight = 9\n");
  const Tree result = json_of({"train", "i.toml", "--out", "run"});
  EXPECT_EQ(result["transfer"]["clipped"], 1);
  EXPECT_NEAR(result["transfer"]["clipped_by"], 3, 1e-9);
  EXPECT_GE(result["transfer"]["largest_error"], 2.99);
  EXPECT_EQ(result["transfer"]["failed"], 1);
  EXPECT_NE(
      nernst({"train", "i.toml", "--out", "again"}).out.find("weights beyond full scale, clipped"),
      std::string::npos);
}

// Trains of 3 slots that would need more: what they leave out is counted, and said where it is
// much.
TEST_F(Honest, PulsesThatCouldNotBeSentAreSaid) {
  write(folder / "xor.toml",
        "[data]\nname = \"logic\"\nrepeats = 20\n[[network.layer]]\nunits = 3\n[[network.layer]]\n"
        "units = 1\n[training]\nepochs = 2\nreference = false\n");
  const Words much = {
      "train", "xor.toml", "--set", "training.learning_rate=5", "--set", "chip.train_length=3",
      "--out"};
  const auto with = [](Words words, const std::string& more) {
    words.push_back(more);
    return words;
  };
  const Tree result = json_of(with(much, "a"));
  const double unsent = result["ledger"]["unsent_pulses"], sent = result["ledger"]["pulses"];
  EXPECT_GT(unsent / (unsent + sent), 0.01);
  EXPECT_GT(result["ledger"]["short_cells"].get<std::int64_t>(), 0);
  const std::string said = "of the pulses that updates asked for could not be sent";
  EXPECT_NE(result["remarks"].dump().find(said), std::string::npos) << result["remarks"];
  const Ended text = nernst(with(much, "b"));
  EXPECT_NE(text.out.find(said), std::string::npos) << text.out;
  if (nernst({"report", "b", "--out", "b.html"}).code == 0) {
    EXPECT_NE(read(folder / "b.html").find(said), std::string::npos);
  }
  // where next to nothing is left out, nothing is said
  const Tree little =
      json_of({"train", "xor.toml", "--set", "training.learning_rate=0.01", "--out", "c"});
  EXPECT_EQ(little["remarks"].dump().find(said), std::string::npos) << little["remarks"];
}

// A cell that lines of resistance lead to is what it conducts: cells of the ideal device stay
// within their window however they are driven.
TEST_F(Honest, IdealCellsBehindWiresStayWithinTheirWindow) {
  write(folder / "xor.toml",
        "[data]\nname = \"logic\"\nrepeats = 50\n[chip]\ndevice = \"ideal\"\nfull_scale_weight = "
        "0.5\n[chip.wires]\n"
        "enabled = true\n[[network.layer]]\nunits = 3\n[[network.layer]]\nunits = 1\n[training]\n"
        "epochs = 4\nlearning_rate = 5\nreference = false\n");
  ASSERT_EQ(
      nernst({"train", "xor.toml", "--out", "run", "--quiet", "--set", "device.cell.dw_min=0.05"})
          .code,
      0);
  ASSERT_EQ(nernst({"evaluate", "run", "--cells", "cells.npz"}).code, 0);
  double low = 1, high = 0;
  for (const io::NpzArray& array : io::parse_npz(read(folder / "cells.npz"), "cells.npz"))
    if (array.name.ends_with("conductance_S"))
      for (const double g_S : array.values) low = std::min(low, g_S), high = std::max(high, g_S);
  const Tree device = json_of({"device", "show", "ideal"});
  const double g_min = device["physical"]["g_min_S"], g_max = device["physical"]["g_max_S"];
  EXPECT_GE(low, g_min * (1 - 1e-6));
  EXPECT_LE(high, g_max * (1 + 1e-6));
  // (some were driven to an end)
  const double near = 0.001 * (g_max - g_min);
  EXPECT_TRUE(low < g_min + near || high > g_max - near) << low << " " << high;
}

TEST_F(Honest, ALargeRunIsToldBeforeItStarts) {
  write(folder / "noise.csv", noise_csv(40, 3, 5));
  write(folder / "n.toml",
        "[data]\nname = \"csv\"\npath = \"noise.csv\"\n[[network.layer]]\nunits = 20000\n"
        "[[network.layer]]\nunits = 2\n[training]\nepochs = 1000000\n");
  Program program(folder, {"train", "n.toml", "--out", "run"});
  ASSERT_TRUE(wait_for_file(program, folder / "run/run.json"));
  program.signal(SIGTERM);
  const Ended ended = program.wait();
  EXPECT_NE(ended.err.find("of memory, 2 x "), std::string::npos) << ended.err;
  EXPECT_NE(ended.err.find(" of disk"), std::string::npos) << ended.err;
}

// Every phase with a loop that can take long hears a signal soon.
class Interrupted : public ::testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(Interrupted, ASignalIsObeyedSoon) {
  const Folder folder;
  write(folder / "noise.csv", noise_csv(400, 50, 5));
  write(folder / "n.toml", std::string("[data]\nname = \"csv\"\npath = \"noise.csv\"\n") +
                               GetParam().second +
                               "\n[[network.layer]]\nunits = 300\n[[network.layer]]\nunits = 2\n");
  Program program(folder, {"train", "n.toml", "--out", "run"});
  ASSERT_TRUE(wait_for_file(program, folder / "run/run.json"));
  std::this_thread::sleep_for(std::chrono::milliseconds(1500 * kSlowness));
  ASSERT_TRUE(program.running()) << "was too quick to be interrupted";
  const auto began = std::chrono::steady_clock::now();
  program.signal(SIGTERM);
  const Ended ended = program.wait();
  EXPECT_EQ(ended.code, 130) << ended.err;
  // (a second, and a checkpoint on a busy machine)
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(3 * kSlowness));
}

INSTANTIATE_TEST_SUITE_P(
    Phases, Interrupted,
    ::testing::Values(
        std::pair{"zero_shift", "[training]\nzero_shift = 10000000"},
        std::pair{"float", "[transfer]\nsource = \"float\"\n[training]\nepochs = 100000"},
        std::pair{"program_verify",
                  "[transfer]\nsource = \"float\"\ntolerance = 1e-6\ntries = 1000000\n"
                  "verify_by = \"cell\"\n[training]\nepochs = 1"},
        std::pair{"refresh",
                  "[transfer]\ntolerance = 1e-6\ntries = 1000000\n"
                  "[training]\nrefresh_every = 1"},
        std::pair{"large_batch",
                  "[training]\nbatch = 65536\nepochs = 100000\n"
                  "schedule = \"conventional\""},
        std::pair{"wires",
                  "[chip.wires]\nenabled = true\nr_row_Ohm = 20\nr_column_Ohm = 20\n"
                  "refresh_change = 0\n[training]\nepochs = 1000"}),
    [](const auto& phase) { return std::string(phase.param.first); });

}  // namespace nernst::test
