// SPDX-License-Identifier: Apache-2.0
// The command line as a person meets it: help, answers, mistakes.
#include <gtest/gtest.h>

#include <cstdlib>
#include <sstream>

#include <algorithm>

#include "nernst/test_paths.h"
#include "program.h"

namespace nernst::test {

namespace {

using Words = std::vector<std::string>;

// XOR on the organic device, done in a moment.
const char* const kXor = R"(
[data]
name = "logic"
gate = "xor"
[[network.layer]]
units = 3
[[network.layer]]
units = 1
[training]
epochs = 20
learning_rate = 0.5
)";

// A folder with xor.toml in it.
class CommandLine : public ::testing::Test {
 protected:
  CommandLine() { write(folder / "xor.toml", kXor); }

  Ended nernst(const Words& words, const Surroundings& surroundings = {}) {
    return run(folder, words, surroundings);
  }
  // Exactly one sentence that begins with the program's name, and nothing else.
  void expect_mistake(const Words& words, const std::string& part) {
    const Ended ended = nernst(words);
    EXPECT_EQ(ended.code, 2) << ended.err;
    EXPECT_EQ(ended.out, "");
    EXPECT_TRUE(ended.err.starts_with("nernst: ")) << ended.err;
    EXPECT_EQ(std::count(ended.err.begin(), ended.err.end(), '\n'), 1) << ended.err;
    EXPECT_NE(ended.err.find(part), std::string::npos) << ended.err;
  }

  Folder folder;
};

}  // namespace

TEST_F(CommandLine, HelpShowsEveryCommandItsOptionsAndExamples) {
  const Ended all = nernst({"--help"});
  EXPECT_EQ(all.code, 0);
  EXPECT_EQ(all.err, "");
  for (const char* name : {"train", "evaluate", "device list", "device show", "device curve",
                           "bench tile", "bench train", "info", "--json", "--quiet", "130"})
    EXPECT_NE(all.out.find(name), std::string::npos) << name;
  for (const Words& command :
       {Words{"train"}, Words{"evaluate"}, Words{"device", "list"}, Words{"device", "show"},
        Words{"device", "curve"}, Words{"bench", "tile"}, Words{"bench", "train"}, Words{"info"}}) {
    Words words = command;
    words.push_back("--help");
    const Ended one = nernst(words);
    EXPECT_EQ(one.code, 0);
    for (const char* part : {"Usage: nernst", "--json", "--quiet", "Examples:", "Exit codes:"})
      EXPECT_NE(one.out.find(part), std::string::npos) << words.front() << " lacks " << part;
    // `nernst help X` is the same
    words.pop_back();
    words.insert(words.begin(), "help");
    EXPECT_EQ(nernst(words).out, one.out);
  }
}

TEST_F(CommandLine, AMistakeIsOneSentenceThatNamesWhatWouldDo) {
  expect_mistake({}, "train");
  expect_mistake({"trian", "xor.toml"}, "did you mean \"train\"?");
  expect_mistake({"device", "shwo", "ideal"}, "did you mean \"device show\"?");
  expect_mistake({"device"}, "list");
  expect_mistake({"train", "xor.toml", "--theads", "2"}, "did you mean \"--threads\"?");
  expect_mistake({"train", "xor.toml", "--threads", "two"}, "--threads");
  expect_mistake({"train", "xor.toml", "more.toml"}, "more.toml");
  expect_mistake({"train"}, "FILE");
  expect_mistake({"train", "nowhere.toml"}, "nowhere.toml");
  expect_mistake({"train", "--resume", "."}, "is not the folder of a run");
  expect_mistake({"train", "xor.toml", "--set", "training.epochs=many"}, "training.epochs");
  expect_mistake({"train", "xor.toml", "--set", "training.epochs"}, "table.key=value");
  expect_mistake({"train", "xor.toml", "--set", "chip.device=organic_ecram_li2012"},
                 "did you mean \"organic_ecram_li2021\"?");
  expect_mistake({"evaluate"}, "RUN");
  expect_mistake({"device", "show", "idael"}, "did you mean \"ideal\"?");
}

TEST_F(CommandLine, AnUnknownKeyNamesTheNearest) {
  expect_mistake({"train", "xor.toml", "--set", "training.epoch=3"}, "did you mean \"epochs\"?");
  expect_mistake({"train", "xor.toml", "--set", "trainning.epochs=3"},
                 "did you mean \"training\"?");
  expect_mistake({"train", "xor.toml", "--set", "network.layer.0.unit=3"},
                 "network.layer.0.unit: no such key; did you mean \"units\"?");
  expect_mistake({"train", "xor.toml", "--set", "adc_bits=4"},
                 "adc_bits: no such key; did you mean chip.adc_bits?");
  EXPECT_FALSE(std::filesystem::exists(folder / "runs"));
}

TEST_F(CommandLine, JsonIsOneObjectWithAllThatWasPromised) {
  const Ended ended = nernst({"train", "xor.toml", "--out", "run", "--json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const Tree json = parse(ended.out);
  ASSERT_TRUE(json.is_object());
  for (const char* key : {"test_accuracy", "reference_accuracy", "samples_per_second", "epochs",
                          "weights_digest", "confusion", "run", "ledger"})
    EXPECT_TRUE(json.contains(key)) << key;
  for (const char* key :
       {"cell_reads", "verifies", "pulses", "pulses_per_cell_max", "signal_words_peak",
        "weight_words_peak", "host_bytes", "time_s", "energy_J", "energy_parts_J"})
    EXPECT_TRUE(json["ledger"].contains(key)) << key;
  EXPECT_EQ(json["run"], "run");
  EXPECT_EQ(json["epochs"], 20);
  EXPECT_EQ(json["confusion"].size(), 2u);
  EXPECT_EQ(json["ledger"]["cell_reads"], 0);
  EXPECT_EQ(json["ledger"]["weight_words_peak"], 0);
  EXPECT_EQ(json["weights_digest"].get<std::string>().size(), 32u);
  double parts_J = 0;
  for (const Tree& part : json["ledger"]["energy_parts_J"]) parts_J += part.get<double>();
  EXPECT_NEAR(parts_J, json["ledger"]["energy_J"].get<double>(), 1e-9 * parts_J);
}

TEST_F(CommandLine, TheTableForPeopleSaysTheSame) {
  const Ended ended = nernst({"train", "xor.toml", "--out", "run"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  for (const char* part :
       {"test accuracy of the chip", "test accuracy in float", "chip time", "energy", "pulses",
        "most pulses on one cell", "signal words held, peak", "weight words held, peak",
        "cells read", "between host and chip", "samples/s", "run: run"})
    EXPECT_NE(ended.out.find(part), std::string::npos) << part;
  EXPECT_EQ(ended.out.find('\x1b'), std::string::npos) << "colours where there is no terminal";
}

TEST_F(CommandLine, QuietSaysNothing) {
  const std::vector<Words> commands = {{"train", "xor.toml", "--out", "run"},
                                       {"evaluate", "run"},
                                       {"device", "list"},
                                       {"device", "show", "ideal"},
                                       {"device", "curve", "ideal", "--out", "curve"},
                                       {"bench", "tile", "--rows", "5", "--columns", "3"},
                                       {"info"}};
  for (Words words : commands) {
    words.push_back("--quiet");
    const Ended ended = nernst(words);
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_EQ(ended.out, "") << words.front();
    EXPECT_EQ(ended.err, "") << words.front();
  }
}

TEST_F(CommandLine, EveryCommandAnswersInJson) {
  ASSERT_EQ(nernst({"train", "xor.toml", "--out", "run", "--quiet"}).code, 0);
  const std::vector<Words> commands = {{"evaluate", "run"},
                                       {"device", "list"},
                                       {"device", "show", "organic_ecram_li2021"},
                                       {"device", "curve", "ideal", "--pulses", "5"},
                                       {"info"},
                                       {"info", "--config"}};
  for (Words words : commands) {
    words.push_back("--json");
    const Ended ended = nernst(words);
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_EQ(ended.err, "");
    EXPECT_TRUE(parse(ended.out).is_object()) << words.front();
  }
}

TEST_F(CommandLine, TheDefaultFolderHasAReadableNameAndIsNeverTakenTwice) {
  const std::string name = "runs/xor-progressive-organic_ecram_li2021-seed7";
  const Words words = {"train", "xor.toml", "--set", "training.seed=7", "--json"};
  EXPECT_EQ(parse(nernst(words).out)["run"], name);
  EXPECT_EQ(parse(nernst(words).out)["run"], name + "-2");
}

TEST_F(CommandLine, AnExistingFolderIsLeftAsItIs) {
  std::filesystem::create_directory(folder / "mine");
  write(folder / "mine/thesis.txt", "do not touch");
  expect_mistake({"train", "xor.toml", "--out", "mine"}, "is there already");
  EXPECT_EQ(read(folder / "mine/thesis.txt"), "do not touch");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder / "mine"),
                          std::filesystem::directory_iterator()),
            1);
}

TEST_F(CommandLine, AChipTooLargeForThisMachineIsRefusedBeforeItIsMade) {
  expect_mistake({"train", "xor.toml", "--set", "network.layer.0.units=1000000", "--set",
                  "network.layer.1={units=1000000}"},
                 "network.layer");
  expect_mistake({"train", "deep.toml"}, "deep.toml");
  write(folder / "deep.toml", std::string(kXor) + R"(
[[network.layer]]
units = 1
)");
  expect_mistake({"train", "deep.toml", "--set", "network.layer.0.units=1000000", "--set",
                  "network.layer.1.units=1000000"},
                 "memory");
}

TEST_F(CommandLine, EvaluateRepeatsTheRunAndWritesItsWeights) {
  const Tree trained = parse(
      nernst({"train", "xor.toml", "--out", "run", "--set", "training.epochs=300", "--json"}).out);
  const Ended ended = nernst({"evaluate", "run", "--weights", "weights.npz", "--json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const Tree json = parse(ended.out);
  EXPECT_EQ(json["weights_digest"], trained["weights_digest"]);
  EXPECT_EQ(json["accuracy"], trained["test_accuracy"]);
  EXPECT_EQ(json["confusion"], trained["confusion"]);
  const std::string npz = read(folder / "weights.npz");
  for (const char* name :
       {"layer_0_weights.npy", "layer_0_bias.npy", "layer_1_weights.npy", "layer_1_bias.npy"})
    EXPECT_NE(npz.find(name), std::string::npos) << name;
  EXPECT_NE(npz.find("(3, 2)"), std::string::npos);

  // the same chip on another gate is right on other combinations
  EXPECT_EQ(nernst({"evaluate", "run", "--set", "data.gate=and", "--json"}).code, 0);
  // what a chip that has learned does not read is warned of
  EXPECT_NE(nernst({"evaluate", "run", "--set", "training.seed=2"}).err.find("training.seed"),
            std::string::npos);
  expect_mistake({"evaluate", "run", "--set", "training.seed=2", "--strict"}, "training.seed");
  expect_mistake({"evaluate", "run", "--data", "logik"}, "did you mean \"logic\"?");
}

TEST_F(CommandLine, AFullStandardOutputIsAnError) {
  const Ended ended = nernst({"info"}, {.out_file = "/dev/full"});
  EXPECT_EQ(ended.code, 4);
  EXPECT_NE(ended.err.find("standard output"), std::string::npos) << ended.err;
}

TEST_F(CommandLine, ABenchOfATileHasAllThatWasPromised) {
  const Ended ended = nernst({"bench", "tile", "--rows", "37", "--columns", "21", "--batch", "3",
                              "--density", "2", "--endurance", "--json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ended.err, "");
  const Tree json = parse(ended.out);
  for (const char* key :
       {"device", "rows", "columns", "batch", "density", "pulses_per_cell", "threads", "backend",
        "instruction_set", "bytes_per_cell", "memory_bandwidth_B_per_s", "arithmetic_peak_per_s"})
    EXPECT_TRUE(json.contains(key)) << key;
  for (const char* operation : {"mvm", "mvm_transposed", "outer_update"})
    for (const char* key : {"ns_per_cell", "s", "min_ns_per_cell", "p90_ns_per_cell", "bytes",
                            "bandwidth_share", "arithmetic_share"})
      EXPECT_TRUE(json[operation].contains(key)) << operation << "." << key;
  const Tree& mvm = json["mvm"];
  EXPECT_NEAR(mvm["ns_per_cell"].get<double>() * 37 * 21 * 3, mvm["s"].get<double>() * 1e9,
              1e-6 * mvm["s"].get<double>() * 1e9);
  EXPECT_LE(mvm["min_ns_per_cell"], mvm["ns_per_cell"]);
  EXPECT_LE(mvm["ns_per_cell"], mvm["p90_ns_per_cell"]);
  EXPECT_GT(json["fabricate"]["ns_per_cell"], 0);
  // the updates are drawn by a fixed seed
  EXPECT_NEAR(json["pulses_per_cell"].get<double>(), 2, 0.4);
}

TEST_F(CommandLine, ABenchOfTrainingHasAllThatWasPromised) {
  const Tree info = parse(nernst({"info", "--json"}).out);
  for (const Tree& data : info["data_sets"])
    if (data["name"] == "fashion-mnist" && !data["found"])
      GTEST_SKIP() << "Fashion-MNIST is not on this machine";
  const Ended ended = nernst(
      {"bench", "train", "--layers", "784,7,10", "--batch", "3", "--samples", "50", "--json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const Tree json = parse(ended.out);
  for (const char* key :
       {"layers", "device", "batch", "threads", "samples", "samples_per_second", "pulses_per_cell",
        "backend", "instruction_set", "chip_time_s_per_sample", "energy_J_per_sample"})
    EXPECT_TRUE(json.contains(key)) << key;
  EXPECT_EQ(json["layers"], Tree({784, 7, 10}));
  EXPECT_GT(json["samples_per_second"], 0);
  EXPECT_GT(json["pulses_per_cell"], 0);
  expect_mistake({"bench", "train", "--layers", "783,7,10"}, "let the first number be 784");
  expect_mistake({"bench", "train", "--layers", "784,7,11"}, "let the last number be 10");
}

TEST_F(CommandLine, ABenchThatCannotBeIsAMistake) {
  expect_mistake({"bench"}, "tile, train");
  expect_mistake({"bench", "tile", "--rows", "0"}, "--rows = 0");
  expect_mistake({"bench", "tile", "--columns", "-3"}, "--columns = -3");
  expect_mistake({"bench", "tile", "--batch", "0"}, "--batch = 0");
  for (const char* density : {"-0.1", "nan", "inf", "31.5"})
    expect_mistake({"bench", "tile", "--density", density}, "--density");
  expect_mistake({"bench", "tile", "--device", "idael"}, "did you mean \"ideal\"?");
  expect_mistake({"bench", "tile", "--rows", "1000000", "--columns", "1000000"}, "memory");
  for (const char* layers : {"", ",", "784", "784,,10", "784,x,10", "784,0,10", "784,10,"})
    expect_mistake({"bench", "train", "--layers", layers}, "--layers");
  expect_mistake({"bench", "train", "--samples", "0"}, "--samples = 0");
}

TEST_F(CommandLine, HelpConfigPrintsEveryTable) {
  const Ended ended = nernst({"help", "config"});
  EXPECT_EQ(ended.code, 0);
  for (const char* part :
       {"[data]", "[chip]", "[chip.neuron]", "[chip.technology]", "[[network.layer]]", "[training]",
        "[device.cell]", "learning_rate = 0.01", "linear_step", "unit s"})
    EXPECT_NE(ended.out.find(part), std::string::npos) << part;
}

TEST_F(CommandLine, ADeviceCurveIsATableAndAPlot) {
  const Ended printed = nernst({"device", "curve", "organic_ecram_li2021", "--pulses", "10"});
  EXPECT_EQ(printed.code, 0) << printed.err;
  EXPECT_TRUE(printed.out.starts_with("pulses,direction,")) << printed.out;
  ASSERT_EQ(
      nernst({"device", "curve", "organic_ecram_li2021", "--pulses", "10", "--out", "c"}).code, 0);
  EXPECT_EQ(read(folder / "c.csv"), printed.out);
  EXPECT_NE(read(folder / "c.svg").find("<svg"), std::string::npos);
}

TEST_F(CommandLine, HelpIsWhereItIsLookedFor) {
  for (const Words& words :
       {Words{"device", "--help"}, Words{"circuit", "-h"}, Words{"help", "bench"}}) {
    const Ended ended = nernst(words);
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_NE(ended.out.find("Commands:"), std::string::npos);
  }
  EXPECT_EQ(nernst({"-V"}).out, nernst({"--version"}).out);
  const Ended wires = nernst({"help", "config", "chip.wires"});
  EXPECT_EQ(wires.out.rfind("[chip.wires]", 0), 0u) << wires.out;
  EXPECT_EQ(wires.out.find("\n["), std::string::npos);
  std::istringstream lines(wires.out);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80u) << line;
  EXPECT_EQ(parse(nernst({"help", "config", "aging", "--json"}).out)["config"].size(), 1u);
  expect_mistake({"help", "config", "chip.wire"}, "did you mean \"chip.wires\"?");
  // no name runs into its help
  EXPECT_NE(nernst({"--help"}).out.find("circuit floorplan  how"), std::string::npos);
}

TEST_F(CommandLine, ValuesOfOptionsGetASentence) {
  write(folder / "g.csv", "1,2\n3,4\n");
  expect_mistake({"circuit", "solve", "g.csv", "--wire", "1Ohm"}, "--wire = 1Ohm: is no number");
  expect_mistake({"circuit", "solve", "g.csv", "--drive", "diagonal"}, "--drive: diagonal not in");
  expect_mistake({"completion", "tcsh"}, "give bash, zsh or fish");
}

TEST_F(CommandLine, CompletionKnowsCommandsAndOptions) {
  for (const char* const shell : {"bash", "zsh", "fish"}) {
    const Ended script = nernst({"completion", shell});
    EXPECT_EQ(script.code, 0) << script.err;
    for (const char* const word : {"train", "floorplan", "solve", "resume", "predictions"})
      EXPECT_NE(script.out.find(word), std::string::npos) << shell << " " << word;
  }
  write(
      folder / "complete.sh",
      "source <(\"$1\" completion bash)\n"
      "COMP_WORDS=(nernst circuit solve --open); COMP_CWORD=3; _nernst; echo \"${COMPREPLY[@]}\"\n"
      "COMP_WORDS=(nernst dev); COMP_CWORD=1; _nernst; echo \"${COMPREPLY[@]}\"\n"
      "COMP_WORDS=(nernst device s); COMP_CWORD=2; _nernst; echo \"${COMPREPLY[@]}\"\n");
  const std::string command = "cd '" + folder.path().string() +
                              "' && bash complete.sh '" NERNST_PROGRAM "' > completed.txt";
  ASSERT_EQ(std::system(command.c_str()), 0);
  EXPECT_EQ(read(folder / "completed.txt"), "--open-cells\ndevice\nshow\n");
}

}  // namespace nernst::test
