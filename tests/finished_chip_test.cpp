// SPDX-License-Identifier: Apache-2.0
// A finished chip is worth more: other circuits round it, time on the shelf, its cells and weights
// for other programs, epochs beyond the end.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <sstream>

#include "finished_run.h"
#include "nernst/io/csv.h"
#include "nernst/io/hdf5.h"
#include "nernst/io/npz.h"

namespace nernst::test {

namespace {

TEST_F(FinishedRun, TheSameCellsAreReadThroughOtherCircuits) {
  const Tree as_trained = parse(evaluate({"--json"}).out);
  const Tree coarse = parse(evaluate({"--set", "chip.adc_bits=2", "--json"}).out);
  EXPECT_EQ(coarse["weights_digest"], as_trained["weights_digest"]);
  EXPECT_NE(coarse["loss"], as_trained["loss"]);
  EXPECT_EQ(coarse["warnings"].size(), 0u);
  // what the run had, given again, changes nothing
  const Tree again = parse(evaluate({"--set", "chip.wires.enabled=false", "--json"}).out);
  EXPECT_EQ(again["loss"], as_trained["loss"]);
  // wires that the run never had
  const Tree wired = parse(
      evaluate({"--set", "chip.wires.enabled=true", "--set", "chip.wires.r_row_Ohm=1e4", "--json"})
          .out);
  EXPECT_NE(wired["loss"], as_trained["loss"]);
  expect_mistake({"--set", "chip.tile=[3,3]"}, "is what the cells of the run were made with");
  expect_mistake({"--set", "chip.adc_bit=3"}, "did you mean");
}

TEST_F(FinishedRun, WaitingDoesNothingWhereNothingRelaxes) {
  const auto train = [&](const std::string& out, const Words& settings) {
    Words words = {"train", "e.toml", "--out", out, "--json"};
    for (const std::string& setting : settings) words.insert(words.end(), {"--set", setting});
    const Ended ended = run(folder, words);
    EXPECT_EQ(ended.code, 0) << ended.err;
    return parse(ended.out);
  };
  const Tree plain = parse(read(folder / "run/result.json"));
  const Tree waited = train("waited", {"aging.wait_s=10", "aging.after_epoch=5"});
  EXPECT_EQ(waited["weights_digest"], plain["weights_digest"]);
  EXPECT_EQ(waited["ledger"], plain["ledger"]);
  EXPECT_FALSE(waited.contains("common_shift"));
}

// Cells whose own window reaches below 0 S: the law goes on there, and it is said.
TEST_F(FinishedRun, CellsBelowNothingAreSaid) {
  EXPECT_EQ(parse(evaluate({"--json"}).out)["cells_below_zero"], 0.0);
  const Ended wide =
      run(folder, {"train", "e.toml", "--out", "wide", "--json", "--set",
                   "device.physical.g_min_S=0", "--set", "device.spread.gain=0.3", "--set",
                   "training.learning_rate=1", "--set", "chip.full_scale_weight=1"});
  ASSERT_EQ(wide.code, 0) << wide.err;
  const Tree result = parse(wide.out);
  ASSERT_GT(result["cells_below_zero"], 0.001) << wide.out;
  EXPECT_NE(result["remarks"].dump().find("would conduct less than 0 S"), std::string::npos);
  const Ended asked = run(folder, {"evaluate", "wide", "--json"});
  EXPECT_EQ(parse(asked.out)["cells_below_zero"], result["cells_below_zero"]);
  EXPECT_NE(asked.out.find("would conduct less than 0 S"), std::string::npos) << asked.out;
}

TEST_F(FinishedRun, WeightsAreWrittenAsNpzOnly) {
  expect_mistake({"--weights", "w.csv"}, "--weights = w.csv: give a file that ends in .npz");
  EXPECT_FALSE(std::filesystem::exists(folder / "w.csv"));
}

TEST_F(FinishedRun, OutputsThatAreAlikeAreSaid) {
  EXPECT_EQ(parse(evaluate({"--set", "chip.adc_bits=0", "--json"}).out)["undecided"], 0);
  const Tree coarse = parse(evaluate({"--set", "chip.adc_bits=2", "--json"}).out);
  ASSERT_GT(coarse["undecided"], 3) << coarse.dump();
  EXPECT_NE(coarse["remarks"].dump().find("have several units of the same largest output"),
            std::string::npos)
      << coarse.dump();
}

TEST_F(FinishedRun, RepeatedReadingsSayHowMuchTheNoiseDoes) {
  const Tree noisy =
      parse(evaluate({"--set", "chip.output_noise=0.5", "--repeats", "8", "--json"}).out);
  ASSERT_EQ(noisy["accuracies"].size(), 8u);
  double sum = 0;
  for (const Tree& one : noisy["accuracies"]) sum += one.get<double>();
  EXPECT_NEAR(noisy["accuracy"].get<double>(), sum / 8, 1e-12);
  EXPECT_GT(noisy["accuracy_spread"], 0);
  // the same command gives the same figures
  EXPECT_EQ(parse(evaluate({"--set", "chip.output_noise=0.5", "--repeats", "8", "--json"}).out),
            noisy);
}

TEST_F(FinishedRun, KeysWithoutAnEffectAreWarnedOf) {
  for (const char* setting :
       {"training.learning_rate=1", "chip.train_length=7", "network.layer.0.units=64",
        "chip.wires.r_row_Ohm=200", "transfer.noise=0.1"}) {
    const Ended warned = evaluate({"--set", setting, "--json"});
    EXPECT_EQ(warned.code, 0) << warned.err;
    EXPECT_EQ(parse(warned.out)["warnings"].size(), 1u) << setting << warned.out;
    expect_mistake({"--set", setting, "--strict"}, "no effect");
  }
  const Ended shelf = evaluate({"--after", "1d"});
  EXPECT_NE(shelf.err.find("--after has no effect"), std::string::npos) << shelf.err;
  expect_mistake({"--temperature", "330"}, "give --after TIME as well");
  expect_mistake({"--after", "soon"}, "as 90s, 15min, 8h, 1d or 10y");
}

TEST_F(FinishedRun, TheShelfIsAsLongAndAsHotAsItIsSaid) {
  const Ended trained =
      run(folder,
          {"train", "e.toml", "--out", "leaky", "--quiet", "--set", "device.retention.tau_s=86400",
           "--set", "device.retention.e_activation_J=1.6e-19", "--set", "training.epochs=3"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  const auto weights = [&](Words more) {
    more.insert(more.begin(), {"evaluate", "leaky", "--weights", "w.npz", "--json"});
    const Ended ended = run(folder, more);
    EXPECT_EQ(ended.code, 0) << ended.err;
    for (const io::NpzArray& array : io::parse_npz(read(folder / "w.npz"), "w.npz"))
      if (array.name == "layer_0_weights") return array.values;
    return std::vector<double>();
  };
  const std::vector<double> now = weights({}), day = weights({"--after", "1d"});
  const auto moved = [&](const std::vector<double>& later) {
    double sum = 0;
    for (std::size_t k = 0; k < now.size(); ++k) sum += std::abs(later[k] - now[k]);
    return sum;
  };
  EXPECT_GT(moved(day), 0);
  EXPECT_EQ(weights({"--after", "24h"}), day);
  EXPECT_EQ(weights({"--after", "1d", "--temperature", "300"}), day);
  EXPECT_GT(moved(weights({"--after", "1d", "--temperature", "330"})), moved(day));
}

// On the shelf for one tau towards w = -0.5: against resistors all weights follow by about
// -0.5 (1 - 1/e), against cells that relax alike they do not.
TEST_F(FinishedRun, TheCommonShiftOfTheShelfIsSaid) {
  const auto shift = [&](const std::string& references, const std::string& out) {
    const Ended trained = run(
        folder, {"train", "e.toml", "--out", out, "--json", "--set", "device.retention.tau_s=86400",
                 "--set", "device.retention.w_rest=-0.5", "--set",
                 "device.retention.references=" + references, "--set", "aging.wait_s=86400",
                 "--set", "aging.after_epoch=1", "--set", "training.epochs=1"});
    EXPECT_EQ(trained.code, 0) << trained.err;
    const Tree later =
        parse(run(folder, {"evaluate", out, "--after", "10y", "--json"}).out)["common_shift"];
    // what one tau has left of the way
    const double part = std::exp(-1);
    const double now = parse(trained.out)["common_shift"];
    EXPECT_NEAR(later.get<double>(), now * part / (1 - part), 0.02) << references;
    return now;
  };
  EXPECT_NEAR(shift("resistors", "r"), -0.5 * (1 - std::exp(-1)), 0.06);
  EXPECT_NEAR(shift("cells", "c"), 0, 0.06);
}

TEST_F(FinishedRun, CellsAreExportedInThreeForms) {
  for (const char* name : {"c.npz", "c.h5", "c.csv"})
    ASSERT_EQ(evaluate({"--cells", name}).code, 0) << name;
  std::map<std::string, io::NpzArray> arrays;
  for (io::NpzArray& array : io::parse_npz(read(folder / "c.npz"), "c.npz"))
    arrays[array.name] = std::move(array);
  const io::NpzArray& conductance = arrays.at("layer_0_conductance_S");
  EXPECT_EQ(conductance.shape, (std::vector<std::size_t>{8, 5}));
  double most = 0;
  for (const double pulses : arrays.at("layer_1_pulses").values) most = std::max(most, pulses);
  EXPECT_GT(most, 0);
  EXPECT_GT(arrays.at("layer_0_reference_S").values[0], 0);

  const io::CsvTable table = io::parse_csv(read(folder / "c.csv"), "c.csv");
  EXPECT_EQ(table.rows(), 8u * 5 + 3u * 9);
  EXPECT_EQ(table.number(7, table.column("conductance_S")), conductance.values[7]);
  EXPECT_EQ(table.number(7, table.column("pulses")), arrays.at("layer_0_pulses").values[7]);

  const io::Hdf5Reader file(read(folder / "c.h5"), "c.h5");
  std::vector<double> flat(40);
  file.read_into("/layer_0/conductance_S", std::span(flat));
  EXPECT_EQ(flat, conductance.values);
  expect_mistake({"--cells", "c.txt"}, "ends in .npz, .h5 or .csv");
}

// The outputs of the chip from nothing but the exported file.
TEST_F(FinishedRun, ExportedWeightsCanBeUsedAlone) {
  ASSERT_EQ(
      run(folder, {"train", "e.toml", "--out", "plain", "--quiet", "--set", "chip.device=ideal",
                   "--set", "chip.dac_bits=0", "--set", "chip.adc_bits=0"})
          .code,
      0);
  ASSERT_EQ(run(folder, {"evaluate", "plain", "--set", "data.path=train.csv", "--weights", "w.npz",
                         "--predictions", "p.csv"})
                .code,
            0);
  std::map<std::string, io::NpzArray> of;
  for (io::NpzArray& array : io::parse_npz(read(folder / "w.npz"), "w.npz"))
    of[array.name] = std::move(array);
  EXPECT_EQ(of.at("classes").texts, (Words{"a", "b", "c"}));
  EXPECT_EQ(of.at("features").texts, (Words{"f0", "f1", "f2", "f3"}));
  ASSERT_EQ(of.at("activations").texts.size(), 2u);
  EXPECT_EQ(of.at("activations").texts[1], "softmax");
  const std::string hidden = of.at("activations").texts[0];
  const io::CsvTable answers = io::parse_csv(read(folder / "p.csv"), "p.csv");
  const std::vector<Row> rows = clouds();
  for (const std::size_t k : {0u, 17u, 149u}) {
    std::vector<double> x;
    for (std::size_t f = 0; f < 4; ++f)
      x.push_back((std::stod(rows[k][f]) - of["input_offset"].values[f]) /
                  of["input_width"].values[f]);
    for (const std::string layer : {"layer_0", "layer_1"}) {
      const io::NpzArray& weights = of.at(layer + "_weights");
      std::vector<double> y = of.at(layer + "_bias").values;
      for (std::size_t r = 0; r < y.size(); ++r)
        for (std::size_t c = 0; c < x.size(); ++c) y[r] += weights.values[r * x.size() + c] * x[c];
      if (layer == "layer_0")
        for (double& value : y)
          value = hidden == "sigmoid" ? 1 / (1 + std::exp(-value)) : std::max(value, 0.0);
      x = y;
    }
    double sum = 0;
    for (double& value : x) sum += value = std::exp(value);
    for (std::size_t c = 0; c < 3; ++c)
      EXPECT_NEAR(answers.number(k, answers.column("output_" + std::string(1, "abc"[c]))),
                  x[c] / sum, 1e-3)
          << hidden;
  }
}

TEST_F(FinishedRun, WeightsMeetTheDataThatTheyLearnedFrom) {
  ASSERT_EQ(evaluate({"--weights", "w.npz"}).code, 0);
  const auto take = [&](const std::string& out, const Words& settings) {
    Words words = {"train", "e.toml", "--out", out, "--json", "--set", "transfer.source=w.npz"};
    for (const std::string& setting : settings) words.insert(words.end(), {"--set", setting});
    return run(folder, words);
  };
  const Ended same = take("same", {});
  ASSERT_EQ(same.code, 0) << same.err;
  for (const char* part : {"scaled otherwise", "has no bias"})
    EXPECT_EQ(parse(same.out)["warnings"].dump().find(part), std::string::npos) << same.out;
  // (labels with other names, columns in another order)
  std::vector<Row> rows = clouds();
  for (Row& row : rows) row[4] = row[4] == "a" ? "z" : row[4];
  write_table("renamed.csv", rows);
  const Ended renamed = take("renamed", {"data.path=renamed.csv"});
  EXPECT_EQ(renamed.code, 2);
  EXPECT_NE(renamed.err.find("has the classes a, b, c, and the data b, c, z"), std::string::npos)
      << renamed.err;
  write_table("turned.csv", clouds(), {1, 0, 2, 3, 4});
  EXPECT_EQ(take("turned", {"data.path=turned.csv"}).code, 2);
  const Ended scaled = take("scaled", {"data.scaling=standard"});
  EXPECT_EQ(scaled.code, 0) << scaled.err;
  EXPECT_NE(parse(scaled.out)["warnings"].dump().find("inputs that were scaled otherwise"),
            std::string::npos)
      << scaled.out;
}

TEST_F(FinishedRun, NobodyGoesOnWhereTheLearningRateIsZero) {
  const Words cosine = {"--set", "training.learning_rate_shape=cosine", "--set",
                        "training.epochs=3"};
  Words words = {"train", "e.toml", "--out", "cosine", "--quiet"};
  words.insert(words.end(), cosine.begin(), cosine.end());
  ASSERT_EQ(run(folder, words).code, 0);
  const std::string result = read(folder / "cosine/result.json");
  for (const char* epochs : {"1", "7"}) {
    const Ended refused = run(folder, {"train", "--resume", "cosine", "--epochs", epochs});
    EXPECT_EQ(refused.code, 2) << refused.err;
    EXPECT_NE(refused.err.find("would learn nothing"), std::string::npos) << refused.err;
    EXPECT_EQ(read(folder / "cosine/result.json"), result);
  }
}

TEST_F(FinishedRun, ARunGoesOnBeyondItsEnd) {
  const auto epochs_of = [&] { return parse(read(folder / "run/result.json"))["epochs"]; };
  EXPECT_EQ(epochs_of(), 15);
  ASSERT_EQ(run(folder, {"train", "--resume", "run", "--epochs", "5", "--quiet"}).code, 0);
  EXPECT_EQ(epochs_of(), 20);
  // to the same bits as if it had been planned
  ASSERT_EQ(
      run(folder, {"train", "e.toml", "--set", "training.epochs=20", "--out", "planned", "--quiet"})
          .code,
      0);
  EXPECT_EQ(parse(read(folder / "run/result.json"))["weights_digest"],
            parse(read(folder / "planned/result.json"))["weights_digest"]);
  EXPECT_EQ(evaluate({}).code, 0);
  const Ended alone = run(folder, {"train", "e.toml", "--epochs", "5"});
  EXPECT_EQ(alone.code, 2);
  EXPECT_NE(alone.err.find("with --resume RUN"), std::string::npos) << alone.err;
}

}  // namespace

}  // namespace nernst::test
