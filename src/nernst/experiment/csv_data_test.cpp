// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/csv_data.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "nernst/io/test_help.h"

namespace nernst {
namespace {

using io::complaint;
using Labels = std::vector<std::uint32_t>;
using Names = std::vector<std::string>;

RawData from_text(std::string_view text, const DataSpec& spec = {}) {
  return csv_data({"x.csv", text}, nullptr, spec);
}
RawData from_texts(std::string_view train, std::string_view test, const DataSpec& spec = {}) {
  const CsvSource test_source{"y.csv", test};
  return csv_data({"x.csv", train}, &test_source, spec);
}
std::string complaint_about(std::string_view text, const DataSpec& spec = {}) {
  return complaint([&] { from_text(text, spec); });
}
const Matrix<double>& numbers(const RawSamples& samples) {
  return std::get<Matrix<double>>(samples.inputs);
}

TEST(CsvData, LabelsMayStandInAnyColumn) {
  const std::string_view text = "w,x,y\n7,8,9\n4,5,6\n";
  const std::vector<double> without_first{8, 9, 5, 6}, without_middle{7, 9, 4, 6},
      without_last{7, 8, 4, 5};
  for (const auto& [column, inputs, classes] : {std::tuple("last", without_last, Names{"6", "9"}),
                                                {"2", without_last, {"6", "9"}},
                                                {"y", without_last, {"6", "9"}},
                                                {"first", without_first, {"4", "7"}},
                                                {"0", without_first, {"4", "7"}},
                                                {"w", without_first, {"4", "7"}},
                                                {"1", without_middle, {"5", "8"}},
                                                {"x", without_middle, {"5", "8"}}}) {
    const RawData raw = from_text(text, {.label_column = column});
    EXPECT_EQ(numbers(raw.train).values(), inputs) << column;
    EXPECT_EQ(raw.classes, classes) << column;
    EXPECT_EQ(raw.train.labels, (Labels{1, 0})) << column;
    EXPECT_FALSE(raw.test.has_value());
  }
}

TEST(CsvData, AWrongLabelColumnIsNamedWithWhatWouldDo) {
  const std::string_view named = "width,height,kind\n1,2,a\n3,4,b\n";
  EXPECT_EQ(complaint_about(named, {.label_column = "kin"}),
            "data.label_column = \"kin\": x.csv has no such column; did you mean \"kind\"?");
  EXPECT_EQ(complaint_about(named, {.label_column = "colour of it"}),
            "data.label_column = \"colour of it\": x.csv has no such column; give \"first\", "
            "\"last\", 0 to 2, or one of width, height, kind");
  EXPECT_EQ(complaint_about(named, {.label_column = "3"}),
            "data.label_column = \"3\": the columns of x.csv are 0 to 2");
  EXPECT_EQ(complaint_about(named, {.label_column = "99999999999999999999999"}),
            "data.label_column = \"99999999999999999999999\": the columns of x.csv are 0 to 2");
  EXPECT_EQ(complaint_about("1,2,a\n3,4,b\n", {.label_column = "kind"}),
            "data.label_column = \"kind\": x.csv has no first row with names; give \"first\", "
            "\"last\" or 0 to 2");
  EXPECT_NE(complaint_about(named, {.label_column = ""}), "");
  EXPECT_NE(complaint_about(named, {.label_column = "-1"}), "");
}

TEST(CsvData, NumbersAsLabelsSortByValueAndTextsByLetters) {
  EXPECT_EQ(from_text("0,10\n0,9\n0,-1\n0,9.0\n").classes, (Names{"-1", "9", "10"}));
  EXPECT_EQ(from_text("0,10\n0,9\n0,-1\n0,9.0\n").train.labels, (Labels{2, 1, 0, 1}));
  // one text makes all of them texts
  EXPECT_EQ(from_text("0,10\n0,9\n0,x\n0,9.0\n").classes, (Names{"10", "9", "9.0", "x"}));
  EXPECT_EQ(from_text("0,Iris b\n0,Iris a\n0,\"Iris b\"\n").train.labels, (Labels{1, 0, 1}));
}

TEST(CsvData, ATestFileHasTheClassesOfTheTraining) {
  const RawData raw = from_texts("1,a\n2,b\n3,c\n", "5,c\n6,a\n");
  EXPECT_EQ(raw.classes, (Names{"a", "b", "c"}));
  EXPECT_EQ(raw.test.value().labels, (Labels{2, 0}));
  EXPECT_EQ(numbers(*raw.test).values(), (std::vector<double>{5, 6}));
  EXPECT_EQ(from_texts("1,7\n2,8\n", "5,8.0\n").test.value().labels, Labels{1});

  EXPECT_EQ(complaint([] { from_texts("1,a\n2,b\n", "5,b\n6,d\n"); }),
            "y.csv:2 = \"d\": no training sample has this label");
  EXPECT_EQ(complaint([] { from_texts("1,7\n2,8\n", "5,8\n6,7.5\n"); }),
            "y.csv:2 = \"7.5\": no training sample has this label");
  EXPECT_EQ(complaint([] { from_texts("1,a\n2,b\n", "5,6,b\n"); }),
            "y.csv: has 3 columns; give 2 as in x.csv");
  EXPECT_EQ(complaint([] { from_texts("u,k\n1,a\n2,b\n", "v,k\n5,b\n"); }),
            "y.csv: has other names of columns than x.csv");
  EXPECT_EQ(from_texts("u,k\n1,a\n2,b\n", "5,b\n").test.value().labels, Labels{1});
  EXPECT_EQ(complaint([] { from_texts("1,a\n2,b\n", ""); }), "y.csv: has no samples");
}

TEST(CsvData, OtherLayoutsCanBeSaid) {
  const std::vector<double> wanted{1.5, 2, 3, 4};
  for (const auto& [separator, text] : {std::pair(Separator::semicolon, "1.5;2;a\n3;4;b\n"),
                                        {Separator::tab, "1.5\t2\ta\n3\t4\tb"},
                                        {Separator::blanks, "  1.5  2 a\n3   4\tb\n"}}) {
    const RawData raw = from_text(text, {.separator = separator});
    EXPECT_EQ(numbers(raw.train).values(), wanted) << text;
  }
  EXPECT_EQ(numbers(from_text("2,2,a,b\n1.5,2,0\n3,4,1\n", {.skip_lines = 1}).train).values(),
            wanted);
  EXPECT_EQ(complaint_about("1.5;2;a\n3;4;b\n", {.separator = Separator::comma}),
            "x.csv: has one column only; give a label and at least one number in each line, "
            "separated as data.separator says");
}

TEST(CsvData, ALayoutThatIsNotSaidIsRecognised) {
  const std::vector<double> wanted{1.5, 2, 3, 4};
  for (const auto& [text, remark] :
       {std::pair("1.5;2;a\n3;4;b\n", "x.csv is separated by semicolons"),
        {"1,5;2;a\n3;4;b\n", "x.csv is separated by semicolons, with decimal commas"},
        {"u;v;k\n1,5;2,0;a,x\n3;4;b,x\n", "x.csv is separated by semicolons, with decimal commas"},
        {"1,5\t2\ta\n3\t4\tb\n", "x.csv is separated by tabs, with decimal commas"},
        {"1.5 2 a\n3  4 b\n", "x.csv is separated by blanks"}}) {
    const RawData raw = from_text(text);
    EXPECT_EQ(numbers(raw.train).values(), wanted) << text;
    EXPECT_EQ(raw.remarks, Names{remark}) << text;
  }
  // commas with semicolons in a field stay commas, and quotes hide both
  EXPECT_EQ(from_text("1.5,2,\"a;b\"\n3,4,\"c;d\"\n").remarks, Names{});
  EXPECT_EQ(from_text("1.5,2,a;\n3,4,b;\n").classes, (Names{"a;", "b;"}));
  EXPECT_EQ(complaint_about("1;2,5;a\n3;4;b\n", {.decimal = Decimal::point}),
            "x.csv:1 = 2,5: give a finite number in column 2");
}

TEST(CsvData, WhatIsMissingIsRefusedUntilAPolicyIsSaid) {
  for (const char* gap : {"", "?", "NA", "N/A", "NaN", "nan"}) {
    const std::string text = fmt::format("u,v,k\n1,2,a\n3,{},b\n5,6,a\n", gap);
    EXPECT_EQ(complaint_about(text),
              fmt::format("x.csv:3 = \"{}\": is no value for column 2 (\"v\"); data.missing = "
                          "\"drop\" leaves such rows out, \"mean\" and \"most_frequent\" fill them",
                          gap));
    EXPECT_EQ(complaint_about(text, {.missing = Missing::drop}), "");
  }
  const RawData dropped =
      from_text("u,v,k\n1,2,a\n3,?,b\n5,6,a\n7,8,c\n", {.missing = Missing::drop});
  EXPECT_EQ(numbers(dropped.train).values(), (std::vector<double>{1, 2, 5, 6, 7, 8}));
  EXPECT_EQ(dropped.classes, (Names{"a", "c"}));
  EXPECT_EQ(dropped.remarks, Names{"x.csv: 1 of 4 rows lack a value and are left out"});
}

TEST(CsvData, TextsBecomeAnInputForEach) {
  const RawData raw = from_text("1,red,a\n2,blue,b\n3,red,a\n");
  EXPECT_EQ(numbers(raw.train).values(), (std::vector<double>{1, 0, 1, 2, 1, 0, 3, 0, 1}));
  // one number among them makes it a mistake
  EXPECT_EQ(complaint_about("1,red,a\n2,7,b\n"), "x.csv:1 = red: give a finite number in column 2");
  EXPECT_EQ(
      complaint([] { from_texts("1,red,a\n2,blue,b\n", "1,green,a\n"); }),
      "y.csv:1 = \"green\": is none of the categories that training had in column 2: blue, red");
}

TEST(CsvData, NumbersThatOnlyNameKindsBecomeAnInputForEach) {
  const std::string_view text = "region,v,k\n10,1,a\n2,2,b\n10.0,3,a\n";
  const RawData raw = from_text(text, {.categories = {"region"}});
  EXPECT_EQ(raw.feature_names, (Names{"region=2", "region=10", "v"}));
  EXPECT_EQ(numbers(raw.train).values(), (std::vector<double>{0, 1, 1, 1, 0, 2, 0, 1, 3}));
  EXPECT_EQ(complaint_about(text, {.drop = {"region"}, .categories = {"0"}}),
            "data.categories = \"0\": is no column to learn from: data.columns or data.drop leave "
            "it out");
  EXPECT_EQ(complaint_about(text, {.categories = {"regio"}}),
            "data.categories = \"regio\": x.csv has no such column; did you mean \"region\"?");
}

TEST(CsvData, ColumnsThatASettingCannotMeanAreRefused) {
  const std::string_view text = "u,v,v,k\n1,2,3,a\n4,5,6,b\n";
  EXPECT_EQ(complaint_about(text),
            "x.csv = \"v\": is the name of two columns to learn from; give each a name of its own, "
            "or leave one out by its number with data.drop");
  EXPECT_EQ(complaint_about(text, {.drop = {"2"}}), "");
  for (const DataSpec& spec : {DataSpec{.drop = {"2", "k"}}, DataSpec{.columns = {"u", "k"}}})
    EXPECT_NE(complaint_about(text, spec).find("is the column of the labels"), std::string::npos);
  EXPECT_EQ(complaint_about(text, {.columns = {"u"}, .drop = {"1"}}),
            "data.drop = \"1\": is there twice, or not among data.columns; leave it out here");
}

TEST(CsvData, ALabelThatIsMissingIsNoClass) {
  const std::string_view text = "1,a\n2,NA\n3,b\n4,?\n";
  EXPECT_EQ(complaint_about(text),
            "x.csv:2 = \"NA\": has no label in column 2; data.missing = \"drop\" leaves such rows "
            "out");
  EXPECT_EQ(from_text(text, {.missing = Missing::drop}).classes, (Names{"a", "b"}));
}

TEST(CsvData, ATestOfTheSamplesOfTheTrainingIsRemarkedOn) {
  const std::string_view text = "1,a\n2,b\n";
  EXPECT_EQ(from_texts(text, text).remarks.size(), 1u);
  EXPECT_EQ(from_texts(text, "1,a\n3,b\n").remarks.size(), 0u);
}

TEST(CsvData, WhatIsNoTableOfNumbersIsRefusedWithItsLine) {
  EXPECT_EQ(complaint_about(""), "x.csv: has no samples");
  EXPECT_EQ(complaint_about("a,b,c\n"), "x.csv: has no samples");
  EXPECT_EQ(complaint_about("1,2,a\n3,b\n"), "x.csv:2: has 2 fields; give 3 as in the first row");
  EXPECT_EQ(complaint_about("1,2,a\n\n3,4,5,b\n"),
            "x.csv:3: has 4 fields; give 3 as in the first row");
  EXPECT_EQ(
      complaint_about("u,v,k\n1,2,a\n3,4,\n"),
      "x.csv:3: has no label in column 3 (\"k\"); data.missing = \"drop\" leaves such rows out");
  EXPECT_EQ(complaint_about("1,2\n3,\n"),
            "x.csv:2: has no label in column 2; data.missing = \"drop\" leaves such rows out");
  for (const char* cell : {"inf", "-Infinity", "1e999", "0x10", "1 2"})
    EXPECT_EQ(complaint_about(fmt::format("u,v,k\n1,2,a\n3,{},b\n", cell)),
              fmt::format("x.csv:3 = {}: give a finite number in column 2 (\"v\")", cell));
  EXPECT_EQ(complaint_about("u,v,k\n1,2,a\n3,,b\n").find("x.csv:3"), 0u);
  EXPECT_EQ(complaint_about("1,2,a\n3,-4e38,b\n"),
            "x.csv:2 = -4e+38: give a number below 3e38 in column 2");
  EXPECT_EQ(complaint_about("1,2,a\n3,3.4e38,b\n"), "");
  EXPECT_NE(complaint_about(std::string_view("1,2\0,a\n", 8)), "");
  EXPECT_NE(complaint_about("1,2,\"a\n"), "");
}

TEST(CsvData, AColumnOfMeasurementsIsNoColumnOfLabels) {
  std::string text;
  for (std::size_t k = 0; k < kMaxClasses; ++k) text += fmt::format("1,{}\n", k * 0.5);
  EXPECT_EQ(complaint_about(text),
            "x.csv: has 1000 rows in 1000 classes: is column 2 the label? data.label_column names "
            "another; to learn numbers (regression) is not there yet, only classes");
  EXPECT_EQ(from_text(text + text).classes.size(), kMaxClasses);
  text += text + "1,-1\n";
  EXPECT_EQ(complaint_about(text),
            "x.csv: has more than 1000 different labels in column 2; is data.label_column right?");
}

TEST(CsvData, NamesOfClassesAreFitToBeShown) {
  const RawData raw = from_text("1,\"a\nb\"\n2,\"\x1b[31m\"\n3,\xff\n");
  EXPECT_EQ(raw.classes, (Names{"?[31m", "a?b", "\xC3\xBF"}));
}

}  // namespace
}  // namespace nernst
