// SPDX-License-Identifier: Apache-2.0
#include "nernst/io/csv.h"

#include <gtest/gtest.h>

#include "nernst/io/test_help.h"

namespace nernst::io {
namespace {

TEST(Csv, AHeaderIsARowWithoutNumbers) {
  const CsvTable named = parse_csv("pulse, g_S\n0, 1e-6\n1, 2e-6\n", "x");
  EXPECT_EQ(named.header(), (std::vector<std::string>{"pulse", "g_S"}));
  EXPECT_EQ(named.rows(), 2u);
  EXPECT_EQ(named.number(1, named.column("g_S")), 2e-6);
  EXPECT_EQ(named.line(0), 2u);

  const CsvTable labelled = parse_csv("5.1,3.5,setosa\n4.9,3,versicolor\n", "x");
  EXPECT_TRUE(labelled.header().empty());
  EXPECT_EQ(labelled.rows(), 2u);
  EXPECT_EQ(labelled.text(0, 2), "setosa");
  EXPECT_TRUE(labelled.is_numeric(0));
  EXPECT_FALSE(labelled.is_numeric(2));
  EXPECT_EQ(labelled.column_numbers(0), (std::vector<double>{5.1, 4.9}));
  EXPECT_EQ(labelled.row_numbers(1, 0, 2), (std::vector<double>{4.9, 3}));
}

TEST(Csv, LineEndsBlanksAndCommentsDoNotMatter) {
  const std::vector<std::vector<double>> wanted{{1, 2}, {3, 4}, {5, 6}};
  for (const char* text : {"1,2\n3,4\n5,6\n", "1,2\r\n3,4\r\n5,6", "1,2\r3,4\r5,6\r",
                           "\xEF\xBB\xBF 1 ,\t2 \n\n\n# three, four\n3,4\n  \n5,6",
                           "# top\r\n1,2\r\n\r\n   # inside\r\n3,4\r\n5,6\r\n# end",
                           "\"1\",\"2\"\n3, \"4\" \n5,6\n\n"}) {
    const CsvTable table = parse_csv(text, "x");
    ASSERT_EQ(table.rows(), 3u) << text;
    for (std::size_t row = 0; row < 3; ++row)
      EXPECT_EQ(table.row_numbers(row, 0, 2), wanted[row]) << text;
  }
}

TEST(Csv, QuotedFieldsHoldAnything) {
  const CsvTable table = parse_csv("1,\"a, \"\"b\"\"\n# c\r\nd \",\"\"\n2,e\"f,#g\n", "x");
  EXPECT_EQ(table.columns(), 3u);
  EXPECT_EQ(table.text(0, 1), "a, \"b\"\n# c\r\nd ");
  EXPECT_EQ(table.text(0, 2), "");
  EXPECT_EQ(table.text(1, 1), "e\"f");
  EXPECT_EQ(table.text(1, 2), "#g");
  EXPECT_EQ(table.line(1), 4u) << "lines within quotes count";
}

TEST(Csv, EmptyFieldsAreFields) {
  const CsvTable table = parse_csv("1,,\n,2,\n", "x");
  EXPECT_EQ(table.columns(), 3u);
  EXPECT_EQ(table.text(0, 2), "");
  EXPECT_EQ(table.text(1, 1), "2");
  EXPECT_EQ(complaint([&] { table.number(1, 0); }), "x:2: column 1 is empty; give a finite number");
}

TEST(Csv, BlanksCanSeparate) {
  const CsvTable table = parse_csv("  1   2\t3 \n4 5  6\n", "x", {.separator = ' '});
  ASSERT_EQ(table.columns(), 3u);
  EXPECT_EQ(table.row_numbers(0, 0, 3), (std::vector<double>{1, 2, 3}));
  EXPECT_EQ(table.row_numbers(1, 0, 3), (std::vector<double>{4, 5, 6}));
  EXPECT_EQ(parse_csv("1 \"a b\" 2", "x", {.separator = ' '}).text(0, 1), "a b");
  const CsvTable tabs = parse_csv("1\t\t 3\n", "x", {.separator = '\t'});
  ASSERT_EQ(tabs.columns(), 3u);
  EXPECT_EQ(tabs.text(0, 1), "");
  EXPECT_EQ(tabs.text(0, 2), "3");
}

TEST(Csv, APreambleCanBeSkipped) {
  // as scikit-learn's breast_cancer.csv starts
  const CsvTable table =
      parse_csv("569,30,malignant,benign\r\n17.99,0\r\n20.57,1\r\n", "x", {.skip_lines = 1});
  EXPECT_EQ(table.rows(), 2u);
  EXPECT_EQ(table.line(0), 2u);
  EXPECT_EQ(parse_csv("one line", "x", {.skip_lines = 7}).rows(), 0u);
}

TEST(Csv, NothingIsATableWithoutRows) {
  for (const char* text : {"", "\n\n", "# only this", "\xEF\xBB\xBF"}) {
    EXPECT_EQ(parse_csv(text, "x").rows(), 0u);
    EXPECT_EQ(parse_csv(text, "x").columns(), 0u);
  }
  EXPECT_EQ(parse_csv("a,b\n", "x").rows(), 0u);
  EXPECT_EQ(parse_csv("a,b\n", "x").columns(), 2u);
}

TEST(Csv, ARaggedRowNamesItsLineAndTheFieldsItNeeds) {
  EXPECT_EQ(complaint([] { parse_csv("a,b\n1,2\n\n1,2,3\n", "t.csv"); }),
            "t.csv:4: has 3 fields; give 2 as in the first row");
  EXPECT_NE(complaint([] { parse_csv("1,2\n1,2,\n", "x"); }), "");
  EXPECT_NE(complaint([] { parse_csv("1,2\n1\n", "x"); }), "");
}

TEST(Csv, ABrokenQuoteNamesItsLine) {
  EXPECT_EQ(complaint([] { parse_csv("1\n\"a\n\nb", "t.csv"); }),
            "t.csv:2: close the quote that opens on this line");
  EXPECT_EQ(complaint([] { parse_csv("1\n\n\"a\"b\n", "t.csv"); }).find("t.csv:3: has text after"),
            0u);
  EXPECT_NE(complaint([] { parse_csv("\"", "x"); }), "");
  EXPECT_NE(complaint([] { parse_csv("\"a\"b c", "x", {.separator = ' '}); }), "");
}

TEST(Csv, WhatIsNotAFiniteNumberNamesLineAndColumn) {
  const CsvTable table = parse_csv("age,g_S\n1,nan\n2,1e999\n3,abc\n", "t.csv");
  EXPECT_EQ(complaint([&] { table.number(0, 1); }),
            "t.csv:2 = nan: give a finite number in column 2 (\"g_S\")");
  EXPECT_EQ(complaint([&] { table.column_numbers(1); }).find("t.csv:2"), 0u);
  EXPECT_EQ(complaint([&] { table.number(1, 1); }).find("t.csv:3 = 1e999"), 0u);
  EXPECT_EQ(complaint([&] { table.row_numbers(2, 0, 2); }).find("t.csv:4 = abc"), 0u);
  EXPECT_FALSE(table.is_numeric(1));
}

TEST(Csv, AMissingColumnNamesTheNearest) {
  const CsvTable table = parse_csv("pulse,conductance\n1,2\n", "t.csv");
  EXPECT_TRUE(table.has_column("pulse"));
  EXPECT_EQ(complaint([&] { table.column("pulses"); }),
            "t.csv: has no column \"pulses\"; did you mean \"pulse\"?");
  EXPECT_NE(complaint([&] { table.column("quite another"); }), "");
  EXPECT_NE(complaint([] { parse_csv("1,2", "x").column("a"); }).find("first row of names"),
            std::string::npos);
}

TEST(Csv, BytesThatAreNotTextAreRefused) {
  EXPECT_NE(complaint([] { parse_csv(std::string_view("1,\0\n", 4), "x"); }).find("NUL"),
            std::string::npos);
  EXPECT_NE(complaint([] {
              parse_csv(std::string_view("\xFF\xFE"
                                         "1\0",
                                         4),
                        "x");
            }),
            "");
}

TEST(Csv, ALargeTableKeepsItsPlaces) {
  std::string text;
  for (int row = 0; row < 1003; ++row) {
    for (int column = 0; column < 37; ++column)
      text += std::to_string(row * 37 + column) + (column < 36 ? "," : "\r\n");
  }
  const CsvTable table = parse_csv(text, "x");
  ASSERT_EQ(table.rows(), 1003u);
  for (std::size_t row = 0; row < 1003; ++row)
    for (std::size_t column = 0; column < 37; ++column)
      ASSERT_EQ(table.number(row, column), static_cast<double>(row * 37 + column));
}

}  // namespace
}  // namespace nernst::io
