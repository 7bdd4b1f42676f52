// SPDX-License-Identifier: Apache-2.0
// A small run on three clouds of a CSV file, done, for tests of what can be done with it.
#pragma once

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "program.h"

namespace nernst::test {

using Words = std::vector<std::string>;
using Row = std::vector<std::string>;  // four numbers and the class

// Three clouds that overlap a little.
inline std::vector<Row> clouds() {
  std::vector<Row> rows;
  std::uint32_t state = 1;
  const auto next = [&] { return (state = state * 1664525u + 1013904223u) >> 16; };
  for (std::size_t k = 0; k < 150; ++k) {
    Row row;
    for (std::size_t f = 0; f < 4; ++f)
      row.push_back(std::to_string(next() % 100 + (f == k % 3 ? 70 : 0)));
    row.push_back(std::string(1, static_cast<char>('a' + k % 3)));
    rows.push_back(row);
  }
  return rows;
}

inline const Row kHeader = {"f0", "f1", "f2", "f3", "kind"};

class FinishedRun : public ::testing::Test {
 protected:
  void SetUp() override {
    write_table("train.csv", clouds());
    write(folder / "e.toml",
          "[data]\nname = \"csv\"\npath = \"train.csv\"\n"
          "[[network.layer]]\nunits = 8\n[[network.layer]]\nunits = 3\nactivation = \"softmax\"\n"
          "[training]\nepochs = 15\nreference = false\n");
    const Ended ended = run(folder, {"train", "e.toml", "--out", "run", "--quiet"});
    ASSERT_EQ(ended.code, 0) << ended.err;
  }

  // Columns in this order; all of them without one.
  void write_table(const std::string& name, const std::vector<Row>& rows,
                   std::vector<std::size_t> columns = {0, 1, 2, 3, 4}, bool header = true) {
    std::ostringstream text;
    const auto line = [&](const Row& row) {
      for (std::size_t k = 0; k < columns.size(); ++k) text << (k ? "," : "") << row[columns[k]];
      text << "\n";
    };
    if (header) line(kHeader);
    for (const Row& row : rows) line(row);
    write(folder / name, text.str());
  }

  Ended evaluate(Words more) {
    more.insert(more.begin(), {"evaluate", "run"});
    return run(folder, more);
  }
  void expect_mistake(const Words& words, const std::string& part) {
    const Ended ended = evaluate(words);
    EXPECT_EQ(ended.code, 2) << ended.err;
    EXPECT_NE(ended.err.find(part), std::string::npos) << ended.err;
  }

  Folder folder;
};

}  // namespace nernst::test
