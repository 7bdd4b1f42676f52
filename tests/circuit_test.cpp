// SPDX-License-Identifier: Apache-2.0
// The circuit commands, and training through resistive wires, as a user starts them.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>

#include "program.h"

namespace nernst::test {

namespace {

using Words = std::vector<std::string>;

const char* const kExperiment = R"(
[data]
name = "csv"
path = "points.csv"
[chip]
device = "li_ecram_tang2018"
tile = [11, 17]
[chip.wires]
enabled = true
r_row_Ohm = 300
r_column_Ohm = 200
r_driver_Ohm = 1000
driven_ends = "both"
refresh_change = 0.05
[[network.layer]]
units = 20
[[network.layer]]
units = 3
activation = "softmax"
[training]
epochs = 2
learning_rate = 0.1
)";

void write_experiment(const Folder& folder) {
  std::string csv;
  for (int sample = 0; sample < 60; ++sample) {
    for (int feature = 0; feature < 33; ++feature)
      csv += std::to_string((sample * 7 + feature * feature * 3) % 50 +
                            (feature % 3 == sample % 3 ? 40 : 0)) +
             ",";
    csv += std::to_string(sample % 3) + "\n";
  }
  write(folder / "points.csv", csv);
  write(folder / "experiment.toml", kExperiment);
}

TEST(Circuit, TrainingThroughWiresHasTheSameBitsEverywhere) {
  const Folder folder;
  write_experiment(folder);
  const auto digest = [&](const std::string& out, Words more, Surroundings surroundings = {}) {
    Words words = {"train", "experiment.toml", "--json", "--out", out};
    words.insert(words.end(), more.begin(), more.end());
    const Ended ended = run(folder, words, surroundings);
    EXPECT_EQ(ended.code, 0) << ended.err;
    return parse(ended.out);
  };
  const Tree one = digest("one", {"--threads", "1"});
  EXPECT_GT(one["wires"]["solutions"].get<double>(), 0);
  EXPECT_GT(one["wires"]["rms_effect"].get<double>(), 0);
  EXPECT_LT(one["wires"]["rms_error"].get<double>(), one["wires"]["rms_effect"].get<double>());
  EXPECT_EQ(digest("two", {"--threads", "2"})["weights_digest"], one["weights_digest"]);
  const Tree info = parse(run(folder, {"info", "--json"}).out);
  for (const Tree& name : info["instruction_sets"]) {
    const std::string set = name;
    EXPECT_EQ(digest(set, {}, {.environment = {"NERNST_INSTRUCTION_SET=" + set}})["weights_digest"],
              one["weights_digest"])
        << set;
  }
  EXPECT_EQ(digest("scalar", {}, {.environment = {"NERNST_BACKEND=scalar"}})["weights_digest"],
            one["weights_digest"]);
  // (the parts of a compound array share their lines)
  const Words compound = {"--set", "training.update=tiki_taka"};
  const std::string plainest = info["instruction_sets"].back();
  const Tree parts = digest("parts", compound);
  EXPECT_GT(parts["wires"]["solutions"].get<double>(), 0);
  for (const Surroundings& around :
       {Surroundings{.environment = {"NERNST_BACKEND=scalar"}},
        Surroundings{.environment = {"NERNST_INSTRUCTION_SET=" + plainest}}}) {
    Words threaded = compound;
    threaded.insert(threaded.end(), {"--threads", "2"});
    const Tree again = digest("parts_" + around.environment.front(), threaded, around);
    EXPECT_EQ(again["weights_digest"], parts["weights_digest"]);
    EXPECT_EQ(again["ledger"], parts["ledger"]);
  }
  const Tree off = digest("off", {"--set", "chip.wires.enabled=false"});
  EXPECT_NE(off["weights_digest"], one["weights_digest"]);
  EXPECT_FALSE(off.contains("wires"));
}

TEST(Circuit, TrainingThroughRealCircuitsHasTheSameBitsEverywhere) {
  const Folder folder;
  write_experiment(folder);
  Words circuits = {"--set", "chip.driver.half_select_dose=0.02"};
  for (const std::string name :
       {"dac", "adc", "amplifier", "sample_hold", "driver", "error_circuit", "neuron"})
    circuits.insert(circuits.end(), {"--set", "chip." + name + ".enabled=true"});
  const auto trained = [&](const std::string& out, const Words& more,
                           const Surroundings& surroundings = {}) {
    Words words = {"train", "experiment.toml", "--json", "--out", out};
    words.insert(words.end(), circuits.begin(), circuits.end());
    words.insert(words.end(), more.begin(), more.end());
    const Ended ended = run(folder, words, surroundings);
    EXPECT_EQ(ended.code, 0) << ended.err;
    return parse(ended.out)["weights_digest"];
  };
  const Tree one = trained("one", {"--threads", "1"});
  EXPECT_EQ(trained("two", {"--threads", "2"}), one);
  EXPECT_EQ(trained("scalar", {}, {.environment = {"NERNST_BACKEND=scalar"}}), one);
  // each of them counts
  const Words all = circuits;
  for (const std::string name :
       {"dac", "adc", "amplifier", "sample_hold", "driver", "error_circuit", "neuron"}) {
    circuits = all;
    EXPECT_NE(trained(name, {"--set", "chip." + name + ".enabled=false"}), one) << name;
  }
}

TEST(Circuit, AWireThatCannotBeIsNamed) {
  const Folder folder;
  write_experiment(folder);
  const Ended ended = run(
      folder, {"train", "experiment.toml", "--out", "x", "--set", "chip.wires.r_sense_Ohm=1e-9"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_NE(ended.err.find("chip.wires.r_sense_Ohm = 1e-09"), std::string::npos) << ended.err;
}

TEST(Circuit, CheckComparesWithNgspice) {
  const Folder folder;
  const Ended ended = run(folder, {"circuit", "check", "--arrays", "3", "--lines", "9", "--json"});
  if (ended.code == 2) GTEST_SKIP() << ended.err;
  ASSERT_EQ(ended.code, 0) << ended.err;
  const Tree json = parse(ended.out);
  EXPECT_EQ(json["arrays"], 3);
  EXPECT_LT(json["largest_relative_difference"].get<double>(), 1e-6);
  EXPECT_LT(json["largest_update_difference"].get<double>(), 0.01);
}

TEST(Circuit, WhatIsExportedRunsInNgspice) {
  const Folder folder;
  write_experiment(folder);
  ASSERT_EQ(run(folder, {"train", "experiment.toml", "--quiet", "--out", "run"}).code, 0);
  const Ended ended = run(folder, {"circuit", "export", "run", "--rows", "3:7", "--columns",
                                   "10:16", "--out", "spice", "--json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const Tree json = parse(ended.out);
  EXPECT_EQ(json["files"].size(), 5u);
  if (std::system("ngspice --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "no ngspice";
  for (const Tree& file : json["files"]) {
    const std::string path = (folder / file.get<std::string>()).string();
    const std::string said = path + ".txt";
    EXPECT_EQ(std::system(("ngspice -b '" + path + "' >'" + said + "' 2>&1").c_str()), 0) << path;
    const std::string text = read(said);
    EXPECT_EQ(text.find("rror"), std::string::npos) << text;
    EXPECT_NE(text.find(path.find("update") == std::string::npos ? "vr3#branch" : "w3_5["),
              std::string::npos)
        << text;
  }
  for (const Words& wrong : {Words{"--rows", "7:3"},
                             {"--rows", "0:21"},
                             {"--rows", "a:b"},
                             {"--layer", "2"},
                             {"--pulses", "0"},
                             {"--wire", "1e-12"}}) {
    Words words = {"circuit", "export", "run", "--out", "other"};
    words.insert(words.end(), wrong.begin(), wrong.end());
    const Ended refused = run(folder, words);
    EXPECT_EQ(refused.code, 2) << wrong[0];
    EXPECT_NE(refused.err.find(wrong[0]), std::string::npos) << refused.err;
    EXPECT_FALSE(std::filesystem::exists(folder / "other"));
  }
}

TEST(Circuit, AWireThatWouldHaveNoEffectIsRefusedAndSmallCurrentsAreSaid) {
  const Folder folder;
  write(folder / "g.csv", "1e-3,1e-15\n1e-3,1e-15\n");
  const Ended three = run(folder, {"circuit", "solve", "g.csv", "--wire", "1", "--row-wire", "2",
                                   "--column-wire", "3"});
  EXPECT_EQ(three.code, 2);
  EXPECT_NE(three.err.find("--wire = 1: has no effect beside --row-wire and --column-wire"),
            std::string::npos)
      << three.err;
  // 0.1 Ohm between two terminals: 10 A, whatever the wires beside it
  write(folder / "r.csv", "0.1\n");
  const Ended one = run(folder, {"circuit", "solve", "r.csv", "--ohms", "--row-wire", "1e5",
                                 "--column-wire", "1e5", "--no-end-segments", "--json"});
  ASSERT_EQ(one.code, 0) << one.err;
  EXPECT_NEAR(parse(one.out)["currents_A"][0].get<double>(), 10, 1e-13);
  // 1e12 below its neighbour: what is right of the one says little of the other
  const Ended lines = run(folder, {"circuit", "solve", "g.csv", "--method", "lines", "--json"});
  ASSERT_EQ(lines.code, 0) << lines.err;
  EXPECT_EQ(parse(lines.out)["doubtful_currents"], 1) << lines.out;
  const Ended exact = run(folder, {"circuit", "solve", "g.csv", "--method", "exact", "--json"});
  EXPECT_EQ(parse(exact.out)["doubtful_currents"], 0) << exact.out;
}

TEST(Circuit, SolvesAnArrayAndWritesIt) {
  const Folder folder;
  write(folder / "g.csv", "1e-3,1e-3\n1e-3,1e-3\n");
  const Ended ideal = run(folder, {"circuit", "solve", "g.csv", "--wire", "0", "--volts", "0.5",
                                   "--json", "--out", "solved"});
  ASSERT_EQ(ideal.code, 0) << ideal.err;
  const Tree json = parse(ideal.out);
  for (const Tree& current : json["currents_A"]) EXPECT_NEAR(current.get<double>(), 1e-3, 1e-15);
  EXPECT_EQ(read(folder / "solved/row_volts.csv"), "0.5,0.5\n0.5,0.5\n");
  const std::string currents = read(folder / "solved/currents.csv");
  EXPECT_EQ(currents.substr(currents.find('\n') + 1),
            "vector,line,current_A,ideal_current_A\n0,0,0.001,0.001\n0,1,0.001,0.001\n");
  // what was solved stands beside the numbers
  const Tree circuit = parse(currents.substr(2, currents.find('\n') - 2));
  EXPECT_EQ(circuit, json["circuit"]);
  EXPECT_EQ(circuit["row_wire_Ohm"], 0);
  EXPECT_EQ(json["volts"], Tree({0.5, 0.5}));
  EXPECT_TRUE(std::filesystem::exists(folder / "solved/report.html"));
  EXPECT_TRUE(std::filesystem::exists(folder / "solved/solution.npz"));

  // one cell: Ohm's law
  write(folder / "one.csv", "100\n");
  const Tree one = parse(run(folder, {"circuit", "solve", "one.csv", "--ohms", "--wire", "10",
                                      "--driver", "30", "--sense", "50", "--json"})
                             .out);
  EXPECT_NEAR(one["currents_A"][0].get<double>(), 1 / 200.0, 1e-12);
  EXPECT_NEAR(one["lost"].get<double>(), 0.5, 1e-9);
}

TEST(Circuit, SeveralVectorsAreSolvedAtOnceAndInfiniteResistancesAreOpen) {
  const Folder folder;
  write(folder / "r.csv", "inf,inf,inf\n30,45.5,inf\n");
  write(folder / "v.csv", "10,7\n7,10\n1,0\n");
  const Tree all = parse(run(folder, {"circuit", "solve", "r.csv", "--ohms", "--wire", "0.5",
                                      "--volts", "v.csv", "--json"})
                             .out);
  ASSERT_EQ(all["currents_A"].size(), 3u);
  // (NumPy, on the nodal equations)
  const double expected[3][3] = {
      {0.22344238, 0.14655898, 0}, {0.31920340, 0.20936997, 0}, {0, 0, 0}};
  for (std::size_t v = 0; v < 3; ++v)
    for (std::size_t c = 0; c < 3; ++c)
      EXPECT_NEAR(all["currents_A"][v][c].get<double>(), expected[v][c], 5e-7) << v << "," << c;
  // one vector may stand down the page
  write(folder / "down.csv", "10\n7\n");
  const Tree one = parse(run(folder, {"circuit", "solve", "r.csv", "--ohms", "--wire", "0.5",
                                      "--volts", "down.csv", "--json"})
                             .out);
  EXPECT_EQ(one["currents_A"], all["currents_A"][0]);
}

TEST(Circuit, BadArraysAreNamedByRowAndColumn) {
  const Folder folder;
  const auto refusal = [&](const std::string& text, Words more = {}) {
    write(folder / "g.csv", text);
    Words words = {"circuit", "solve", "g.csv", "--out", "solved"};
    words.insert(words.end(), more.begin(), more.end());
    const Ended ended = run(folder, words);
    EXPECT_EQ(ended.code, 2) << text;
    EXPECT_FALSE(std::filesystem::exists(folder / "solved"));
    return ended.err;
  };
  EXPECT_NE(refusal("1,2\n3,-4\n").find("row 1, column 1 (from 0) = -4"), std::string::npos);
  EXPECT_NE(refusal("1,2\n0,4\n").find("row 1, column 0 (from 0) = 0"), std::string::npos);
  EXPECT_NE(refusal("1,2\n3,nan\n").find("g.csv:2"), std::string::npos);
  EXPECT_NE(refusal("1,2\n3\n").find("g.csv:2"), std::string::npos);
  // (siemens times volts that no number holds, of a short and of all)
  for (const char* const wire : {"0", "1"})
    EXPECT_NE(refusal("1e-308,1e-308,1e-5\n", {"--ohms", "--wire", wire, "--volts", "1e20"})
                  .find("give those of a real array"),
              std::string::npos);
  EXPECT_NE(refusal("1e300,1e300\n1,1e-300\n", {"--volts", "1e20"}).find("a real array"),
            std::string::npos);
  EXPECT_NE(refusal("1,2\n3,4\n", {"--volts", "v"}).find("--volts = v"), std::string::npos);
  EXPECT_NE(refusal("1,2\n3,4\n", {"--wire", "-1"}).find("--wire = -1"), std::string::npos);
  EXPECT_NE(refusal("1,2\n3,4\n", {"--row-wire", "-5"}).find("--row-wire = -5"), std::string::npos);
  EXPECT_NE(refusal("1,2\n3,4\n", {"--driver", "1e-9"}).find("--driver = 1e-09"),
            std::string::npos);
}

}  // namespace

}  // namespace nernst::test
