// SPDX-License-Identifier: Apache-2.0
// A finished chip on other data: it keeps its scaling and its classes, and says what it was shown.
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <sstream>

#include "finished_run.h"

namespace nernst::test {

namespace {

class Evaluate : public FinishedRun {
 protected:
  Tree json_of(const std::string& file, Words more = {}) {
    more.insert(more.end(), {"--set", "data.path=" + file, "--json"});
    const Ended ended = evaluate(more);
    EXPECT_EQ(ended.code, 0) << ended.err;
    return parse(ended.out);
  }
};

TEST_F(Evaluate, ItsOwnDataAreItsTestSamples) {
  const Tree own = parse(evaluate({"--json"}).out);
  EXPECT_EQ(own["samples"], 30);
  EXPECT_EQ(own["part"], "test samples");
  EXPECT_EQ(own["accuracy"], parse(read(folder / "run/result.json"))["test_accuracy"]);
  EXPECT_EQ(parse(evaluate({"--set", "data.test_limit=7", "--json"}).out)["samples"], 7);
}

TEST_F(Evaluate, OtherDataAreEvaluatedWholeAndByTheirName) {
  write_table("new.csv", clouds());
  const Tree whole = json_of("new.csv");
  EXPECT_EQ(whole["samples"], 150);
  EXPECT_EQ(whole["data"], "new.csv");
  EXPECT_GT(whole["accuracy"], 0.5);
  const Ended text = evaluate({"--set", "data.path=new.csv"});
  EXPECT_NE(text.out.find("new.csv: "), std::string::npos) << text.out;
  EXPECT_NE(text.out.find("of 150 samples are right"), std::string::npos) << text.out;
  // the same through data.test_path
  const Tree by_test = parse(evaluate({"--set", "data.test_path=new.csv", "--json"}).out);
  EXPECT_EQ(by_test["confusion"], whole["confusion"]);
  // its own file is said to be that
  const Ended own = evaluate({"--set", "data.path=train.csv"});
  EXPECT_NE(own.out.find("was trained on samples of this file"), std::string::npos) << own.out;
  // and so is a copy
  write(folder / "copy.csv", read(folder / "train.csv"));
  const Ended copy = evaluate({"--set", "data.path=copy.csv"});
  EXPECT_NE(copy.out.find("was trained on samples of this file"), std::string::npos) << copy.out;
}

TEST_F(Evaluate, TheScalingIsThatOfTheTraining) {
  std::vector<Row> rows = clouds();
  for (Row& row : rows)
    for (std::size_t f = 0; f < 4; ++f) row[f] = std::to_string(std::stod(row[f]) * 0.1);
  write_table("small.csv", rows);
  write_table("new.csv", clouds());
  // (fitted anew, both would come out the same)
  EXPECT_NE(json_of("small.csv")["confusion"], json_of("new.csv")["confusion"]);
  for (Row& row : rows)
    for (std::size_t f = 0; f < 4; ++f) row[f] = std::to_string(std::stod(row[f]) * 10000 + 77);
  write_table("far.csv", rows);
  const Tree far = json_of("far.csv");
  EXPECT_GT(far["far_outside"], 0.9);
  EXPECT_NE(far["remarks"].dump().find("lie far outside"), std::string::npos);
}

TEST_F(Evaluate, ClassesAreFoundByNameWhateverTheirOrderAndNumber) {
  std::vector<Row> rows = clouds();
  write_table("new.csv", rows);
  const Tree all = json_of("new.csv");
  // without the first class, the others keep their places
  std::erase_if(rows, [](const Row& row) { return row[4] == "a"; });
  write_table("two.csv", rows);
  const Tree two = json_of("two.csv");
  EXPECT_EQ(two["confusion"][1], all["confusion"][1]);
  EXPECT_EQ(two["confusion"][2], all["confusion"][2]);
  rows[3][4] = "unheard of";
  write_table("unknown.csv", rows);
  expect_mistake({"--set", "data.path=unknown.csv"},
                 "unknown.csv:5 = \"unheard of\": is not a class that the network was trained on; "
                 "those are a, b, c");
}

TEST_F(Evaluate, ColumnsAreFoundByNameOrElseByPlace) {
  write_table("new.csv", clouds());
  const Tree all = json_of("new.csv");
  write_table("turned.csv", clouds(), {4, 3, 1, 0, 2});
  EXPECT_EQ(json_of("turned.csv")["confusion"], all["confusion"]);
  write_table("plain.csv", clouds(), {0, 1, 2, 3, 4}, false);
  EXPECT_EQ(json_of("plain.csv")["confusion"], all["confusion"]);
  write_table("more.csv", clouds(), {2, 0, 1, 2, 3, 4}, false);
  expect_mistake({"--set", "data.path=more.csv"}, "the network was trained on 4 features");
  write_table("missing.csv", clouds(), {0, 1, 2, 4});
  expect_mistake({"--set", "data.path=missing.csv"}, "\"f3\": is a column that the network");
}

TEST_F(Evaluate, PredictsWithoutLabels) {
  write_table("new.csv", clouds(), {0, 1, 2, 3});
  const Tree unlabelled = json_of("new.csv", {"--predictions", "p.csv"});
  EXPECT_TRUE(unlabelled["accuracy"].is_null());
  EXPECT_EQ(unlabelled["samples"], 150);
  EXPECT_FALSE(unlabelled.contains("confusion"));
  write_table("with.csv", clouds());
  const Tree labelled = json_of("with.csv", {"--predictions", "q.csv"});
  // the answers are the columns of the confusion matrix
  for (std::size_t k = 0; k < 3; ++k) {
    int answered = 0;
    for (const Tree& row : labelled["confusion"]) answered += row[k].get<int>();
    EXPECT_EQ(unlabelled["answers"][k], answered) << k;
  }
  std::istringstream p(read(folder / "p.csv")), q(read(folder / "q.csv"));
  std::string without, with;
  std::getline(p, without);
  std::getline(q, with);
  EXPECT_EQ(without, "sample,line,predicted,output_a,output_b,output_c");
  EXPECT_EQ(with, "sample,line,label,predicted,output_a,output_b,output_c");
  int lines = 0;
  while (std::getline(p, without) && std::getline(q, with)) {
    // number, line, label, and the rest, which is the same
    const std::size_t first = with.find(',', with.find(',') + 1);
    EXPECT_EQ(with.substr(0, first) + with.substr(with.find(',', first + 1)), without);
    ++lines;
  }
  EXPECT_EQ(lines, 150);
}

// The own test samples are some of the file's: each is found there again by its line.
TEST_F(Evaluate, PredictionsNameTheLineOfEachSample) {
  ASSERT_EQ(evaluate({"--predictions", "p.csv"}).code, 0);
  std::vector<std::string> table;
  std::istringstream file(read(folder / "train.csv")), answers(read(folder / "p.csv"));
  for (std::string line; std::getline(file, line);) table.push_back(line);
  std::string line;
  std::getline(answers, line);
  std::set<std::size_t> seen;
  while (std::getline(answers, line)) {
    std::istringstream words(line);
    std::string sample, number, label;
    std::getline(std::getline(std::getline(words, sample, ','), number, ','), label, ',');
    ASSERT_TRUE(seen.insert(std::stoul(number)).second) << line;
    EXPECT_TRUE(table.at(std::stoul(number) - 1).ends_with("," + label)) << line;
  }
  EXPECT_EQ(seen.size(), 30u);
}

TEST_F(Evaluate, TheUserMayNameTheColumnOfLabels) {
  write(folder / "other.csv", "f0,f1,f2,f3,truth\n150,20,30,40,a\n20,150,30,40,b\n");
  const Tree named = parse(
      evaluate({"--set", "data.path=other.csv", "--set", "data.label_column=truth", "--json"}).out);
  EXPECT_EQ(named["samples"], 2);
  EXPECT_TRUE(named.contains("accuracy")) << named.dump();
  for (const auto& [column, sentence] : {std::pair("nonsense", "has no such column"),
                                         {"f0", "is a column that the network learned"}}) {
    const Ended refused = evaluate(
        {"--set", "data.path=other.csv", "--set", std::string("data.label_column=") + column});
    EXPECT_EQ(refused.code, 2);
    EXPECT_NE(refused.err.find(sentence), std::string::npos) << refused.err;
  }
}

TEST_F(Evaluate, ColumnsOfOneNameAreRefused) {
  write(folder / "twice.csv", "f0,f1,f2,f3,f0,kind\n1,2,3,4,5,a\n");
  const Ended refused = evaluate({"--set", "data.path=twice.csv"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find("\"f0\": is the name of two columns"), std::string::npos)
      << refused.err;
}

TEST_F(Evaluate, ATableOfLatin1IsReadAndFoundAgain) {
  std::string table =
      "gr\xF6\xDF"
      "e,stadt,art\n";
  for (int k = 0; k < 30; ++k)
    table +=
        std::to_string(k % 3 + 10 * (k % 2)) + (k % 2 ? ",K\xF6ln,gr\xFCn\n" : ",Kassel,rot\n");
  write(folder / "latin.csv", table);
  write(folder / "l.toml",
        "[data]\nname = \"csv\"\npath = \"latin.csv\"\n[[network.layer]]\nunits = 2\n"
        "activation = \"softmax\"\n[training]\nepochs = 20\nlearning_rate = 0.1\n"
        "reference = false\n");
  const Ended trained = run(folder, {"train", "l.toml", "--out", "latin", "--json"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  EXPECT_NE(parse(trained.out)["warnings"].dump().find("was read as Latin-1"), std::string::npos)
      << trained.out;
  const Ended copy = run(folder, {"evaluate", "latin", "--set", "data.path=latin.csv", "--json"});
  ASSERT_EQ(copy.code, 0) << copy.err;
  EXPECT_EQ(parse(copy.out)["samples"], 30);
  EXPECT_EQ(parse(copy.out)["accuracy"], 1.0);
  write(folder / "wide.csv", std::string("\xFF\xFE"
                                         "1\0,\0"
                                         "2\0",
                                         8));
  const Ended wide = run(folder, {"evaluate", "latin", "--set", "data.path=wide.csv"});
  EXPECT_NE(wide.err.find("is UTF-16 text; save it as UTF-8"), std::string::npos) << wide.err;
}

TEST_F(Evaluate, OnlyWhatIsReadCountsAsFarOutside) {
  std::string table = "f0,f1,f2,f3,kind\n100,100,100,100,a\n90,90,90,90,b\n";
  for (int k = 0; k < 6; ++k) table += "1e6,1e6,1e6,1e6,a\n";
  write(folder / "far.csv", table);
  EXPECT_EQ(json_of("far.csv")["far_outside"], 0.75);
  EXPECT_EQ(json_of("far.csv", {"--set", "data.test_limit=2"})["far_outside"], 0.0);
}

TEST_F(Evaluate, SettingsOfOneWordAreNoFaultOfTheProgram) {
  for (const char* setting : {"data=5", "chip=5"})
    for (const Words& more : {Words{}, Words{"--data", "idx"}}) {
      Words words = {"--set", setting};
      words.insert(words.end(), more.begin(), more.end());
      const Ended refused = evaluate(words);
      EXPECT_EQ(refused.code, 2) << refused.err;
      EXPECT_NE(refused.err.find("must be a table"), std::string::npos) << refused.err;
    }
}

TEST_F(Evaluate, WhatCannotHaveAnEffectIsRefused) {
  for (const char* setting : {"data.scaling=none", "data.split_seed=3", "data.test_fraction=0.5",
                              "data.validation_fraction=0.1", "data.train_limit=3"})
    expect_mistake({"--set", setting}, "has no effect on a chip that has learned");
  expect_mistake({"--set", "data.label_column=first"}, "give data.path as well");
}

TEST_F(Evaluate, DataThatHaveChangedAreNotTakenForTheirFormerSelves) {
  std::vector<Row> rows = clouds();
  rows.pop_back();
  write_table("train.csv", rows);
  expect_mistake({}, "is not what the run was trained on any more");
  // and a damaged or missing data.json is a sentence
  Tree fit = parse(read(folder / "run/data.json"));
  fit["widths"].erase(0);
  write(folder / "run/data.json", fit.dump());
  expect_mistake({}, "widths");
  std::filesystem::remove(folder / "run/data.json");
  expect_mistake({}, "has no data.json");
}

TEST_F(Evaluate, AnotherKindOfDataMeetsTheSameClasses) {
  expect_mistake({"--data", "logic"}, "is the number of its features");
  expect_mistake({"--data", "fashion-mnis"}, "did you mean \"fashion-mnist\"?");
}

// What stands in the folder, by name.
std::map<std::string, std::string> contents(const std::filesystem::path& folder) {
  std::map<std::string, std::string> all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    // (not what the programs of this test say)
    if (entry.is_regular_file() && !entry.path().filename().string().starts_with(".program"))
      all[entry.path().string()] = read(entry.path());
  return all;
}

TEST_F(Evaluate, NothingIsWrittenOverThatIsNotOfItsKind) {
  write_table("new.csv", clouds());
  write(folder / "notes.csv", "my own notes\n");
  write(folder / "samples.csv", "sample,f1,f2,f3,kind\n1,2,3,4,a\n");
  write(folder / "array.npz", "PK\003\004 of somebody else, whatever it may hold");
  std::filesystem::create_symlink("new.csv", folder / "link.csv");
  std::filesystem::create_hard_link(folder / "new.csv", folder / "other_name.csv");
  std::filesystem::create_directory(folder / "folder.csv");
  const auto before = contents(folder.path());
  const std::string there = "is there already and is not a ";
  const std::string of_run = "belongs to a run or a comparison; give another name";
  const std::string is_read = "is read by this command, too; give another name";
  const std::vector<std::pair<Words, std::string>> all = {
      {{"--predictions", "train.csv"}, is_read},
      {{"--predictions", "new.csv", "--set", "data.path=new.csv"}, is_read},
      {{"--predictions", "link.csv", "--set", "data.path=new.csv"}, is_read},
      {{"--predictions", "other_name.csv", "--set", "data.path=new.csv"}, is_read},
      {{"--cells", "./new.csv", "--set", "data.path=new.csv"}, is_read},
      {{"--predictions", "samples.csv", "--set", "data.path=samples.csv"}, is_read},
      {{"--predictions", "notes.csv"}, there + "table of predictions"},
      {{"--cells", "notes.csv"}, there + "file of cells"},
      {{"--cells", "array.npz"}, there + "file of cells"},
      {{"--weights", "array.npz"}, there + "file of weights"},
      {{"--predictions", "folder.csv"}, "is a folder; give the name of a file"},
      {{"--cells", "run/checkpoint.h5"}, of_run},
      {{"--predictions", "run/result.json"}, of_run},
      {{"--predictions", "run/config.toml"}, of_run},
      {{"--predictions", "run/diverged.json"}, of_run},
      {{"--predictions", "a.csv", "--cells", "a.csv"}, "is the file of --predictions, too"},
      {{"--weights", "a.npz", "--cells", "./a.npz"}, "is the file of --weights, too"},
      {{"--predictions", ""}, "--predictions: was given as \"\"; give a value or leave it out"},
      {{"--weights", ""}, "--weights: was given as"},
      {{"--cells", ""}, "--cells: was given as"}};
  for (const auto& [words, sentence] : all) {
    SCOPED_TRACE(words[0] + " " + words[1]);
    expect_mistake(words, sentence);
    EXPECT_TRUE(contents(folder.path()) == before);
  }
  // what an evaluation has written it may write again
  for (int time = 0; time < 2; ++time) {
    const Ended ended =
        evaluate({"--predictions", "p.csv", "--weights", "w.npz", "--cells", "c.csv"});
    EXPECT_EQ(ended.code, 0) << ended.err;
    for (const std::string cells : {"c.npz", "c.h5"})
      EXPECT_EQ(evaluate({"--cells", cells}).code, 0) << cells;
  }
}

TEST_F(Evaluate, ANumberThatIsNoneIsNoTemperature) {
  for (const std::string kelvins : {"nan", "inf", "-nan"})
    expect_mistake({"--after", "1d", "--temperature", kelvins}, "--temperature");
}

}  // namespace

}  // namespace nernst::test
