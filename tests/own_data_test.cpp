// SPDX-License-Identifier: Apache-2.0
// A user's own table as it lies on his disk: other separators, texts, gaps, columns that are none
// of the network's business.
#include <gtest/gtest.h>

#include <sstream>

#include "program.h"

namespace nernst::test {

namespace {

using Words = std::vector<std::string>;

class OwnData : public ::testing::Test {
 protected:
  // Rows of a number, its gap now and then, a colour, and the class that both decide.
  static std::string table(const std::string& separator, const std::string& point,
                           const std::string& gap, bool header = true) {
    std::ostringstream text;
    const auto line = [&](const Words& fields) {
      for (std::size_t k = 0; k < fields.size(); ++k) text << (k ? separator : "") << fields[k];
      text << "\n";
    };
    if (header) line({"id", "size", "colour", "kind"});
    for (int k = 0; k < 60; ++k) {
      const bool large = k % 2 == 0, red = k % 3 == 0;
      const std::string size = std::to_string(large ? 7 : 2) + point + std::to_string(k % 7 + 1);
      line({std::to_string(k + 1), k % 20 == 5 ? gap : size, red ? "red" : "blue",
            large == red ? "same" : "other"});
    }
    return text.str();
  }
  static std::string experiment(const std::string& data) {
    return "[data]\nname = \"csv\"\npath = \"t.csv\"\n" + data +
           "[[network.layer]]\nunits = 6\n[[network.layer]]\nunits = 2\nactivation = \"softmax\"\n"
           "[training]\nepochs = 2\nreference = false\n";
  }
  Ended train(const std::string& data, const std::string& run_folder = "run") {
    write(folder / "e.toml", experiment(data));
    return run(folder, {"train", "e.toml", "--out", run_folder, "--json"});
  }
  void expect_said(const Ended& ended, const std::string& part) {
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_NE(ended.err.find(part), std::string::npos) << ended.err;
  }
  void expect_mistake(const Ended& ended, const std::string& part) {
    EXPECT_EQ(ended.code, 2) << ended.err;
    EXPECT_NE(ended.err.find(part), std::string::npos) << ended.err;
  }
  std::size_t features() { return parse(read(folder / "run/data.json"))["offsets"].size(); }
  Folder folder;
};

TEST_F(OwnData, IsReadAsItLooksAndThatIsSaid) {
  write(folder / "t.csv", table(";", ",", "3,5"));
  expect_said(train("drop = [\"id\"]\n"), "is separated by semicolons, with decimal commas");
  EXPECT_EQ(features(), 3u);  // size, and two colours
  const Tree fit = parse(read(folder / "run/data.json"));
  EXPECT_EQ(fit["feature_names"], (Words{"size", "colour=blue", "colour=red"}));
  EXPECT_NEAR(fit["smallest"][0].get<double>(), 2.1, 1e-9);
  write(folder / "t.csv", table("\t", ".", "3.5"));
  expect_said(train("", "tabs"), "is separated by tabs");
  write(folder / "t.csv", table(",", ".", "3.5"));
  const Ended plain = train("drop = [0]\n", "commas");
  EXPECT_EQ(plain.err.find("is separated by"), std::string::npos) << plain.err;
}

TEST_F(OwnData, ColumnsAreChosenByNameOrNumber) {
  write(folder / "t.csv", table(",", ".", "3.5"));
  expect_said(train(""), "(\"id\") only counts the rows");
  expect_said(train("", "colours"), "becomes 2 inputs of 0 or 1, one for each of blue, red");
  EXPECT_EQ(train("columns = [\"size\", 2]\nlabel_column = 3\n", "chosen").code, 0);
  expect_mistake(train("columns = [\"siz\"]\n", "x"), "did you mean \"size\"?");
  expect_mistake(train("drop = [\"weight in kg\"]\n", "x"), "one of id, size, colour, kind");
  expect_mistake(train("label_column = \"target\"\n", "x"), "one of id, size, colour, kind");
  expect_mistake(train("drop = [0, 1, 2]\n", "x"), "leaves no column to learn from");
}

TEST_F(OwnData, GapsAreDealtWithAsIsSaid) {
  for (const char* gap : {"", "?", "NA"}) {
    write(folder / "t.csv", table(",", ".", gap));
    expect_mistake(train("", "x"), "t.csv:7 = \"" + std::string(gap) + "\": is no value for");
  }
  expect_said(train("missing = \"drop\"\n", "dropped"), "3 of 60 rows lack a value");
  for (const char* policy : {"mean", "most_frequent"}) {
    const Ended ended = train("missing = \"" + std::string(policy) + "\"\n", policy);
    EXPECT_EQ(ended.code, 0) << ended.err;
    const Tree fit = parse(read(folder / (std::string(policy) + "/data.json")));
    EXPECT_TRUE(fit["columns"][1]["fill"].is_number());
    // the finished chip fills new gaps alike, with or without the rest of the columns
    write(folder / "new.csv", "colour,size\nred,7.2\nblue,\n?,2.5\n");
    const Ended asked = run(folder, {"evaluate", policy, "--set", "data.path=new.csv", "--json"});
    EXPECT_EQ(asked.code, 2) << asked.out;  // id is missing as a column
    write(folder / "new.csv", "id,colour,size\n1,red,7.2\n2,blue,\n3,?,2.5\n");
    const Ended filled = run(folder, {"evaluate", policy, "--set", "data.path=new.csv", "--json"});
    EXPECT_EQ(filled.code, 0) << filled.err;
    EXPECT_EQ(parse(filled.out)["samples"], 3);
  }
  write(folder / "new.csv", "id,colour,size\n1,violet,7.2\n");
  expect_mistake(run(folder, {"evaluate", "mean", "--set", "data.path=new.csv"}),
                 "is none of the categories that training had in column 2 (\"colour\"): blue, red");
}

TEST_F(OwnData, ALabelThatIsNoneIsAskedAbout) {
  std::string text;
  for (int k = 0; k < 150; ++k)
    text += std::to_string(k % 3) + "," + std::to_string(k % 5) + "," + std::to_string(k) + "\n";
  write(folder / "t.csv", text);
  expect_mistake(train("", "x"), "has 150 rows in 150 classes: is column 3 the label?");
  text.clear();
  for (int k = 0; k < 150; ++k)
    text += std::to_string(k % 3) + "," + std::to_string(k * 0.37) + "\n";
  write(folder / "t.csv", text);
  expect_mistake(train("", "x"), "(regression) is not there yet");
}

}  // namespace

}  // namespace nernst::test
