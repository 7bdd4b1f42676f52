// SPDX-License-Identifier: Apache-2.0
#include "nernst/io/json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "nernst/io/depth.h"
#include "nernst/io/test_help.h"

namespace nernst::io {
namespace {

TEST(Json, ReadsBackWhatItWrote) {
  const std::string line =
      R"({"z":1,"a":[true,null,"é\n"],"x":1.0,"big":18446744073709551615,"empty":{}})";
  const Tree tree = parse_json(line, "x");
  EXPECT_EQ(to_json(tree, JsonLayout::line), line) << "keys keep their order";
  EXPECT_EQ(parse_json(to_json(tree, JsonLayout::indented), "x"), tree);
  EXPECT_EQ(to_json(Tree{{"a", 1}}, JsonLayout::indented), "{\n  \"a\": 1\n}\n");
}

TEST(Json, DoublesReadBackToTheBit) {
  for (const double number :
       {0.1, 1.0, -0.0, 1e22, 5e-324, 1.7976931348623157e308, 1.0 / 3, 9007199254740993.0}) {
    const Tree back = parse_json(to_json(number, JsonLayout::line), "x");
    ASSERT_TRUE(back.is_number_float()) << number;
    EXPECT_EQ(back.get<double>(), number);
    EXPECT_EQ(std::signbit(back.get<double>()), std::signbit(number));
  }
}

TEST(Json, WhatJsonCannotHoldIsReplaced) {
  EXPECT_EQ(to_json(std::nan(""), JsonLayout::line), "null");
  EXPECT_EQ(to_json(std::numeric_limits<double>::infinity(), JsonLayout::line), "null");
  EXPECT_EQ(to_json("a\xFF", JsonLayout::line), "\"a\xEF\xBF\xBD\"");
}

TEST(Json, AMistakeNamesItsLine) {
  EXPECT_EQ(
      complaint([] { parse_json("{\n\"a\": 1,\n}", "x.json"); }).find("x.json:3: is not JSON: "),
      0u);
  for (const char* text : {"", "{", "[1,]", "nan", "1 2", "\"\xFF\"", "{\"a\":1,\"a\":2}", "1e999",
                           "[1]]", "{1:2}", "'a'", "\"\\ud800\"", "[\"\n\"]"})
    EXPECT_EQ(complaint([&] { parse_json(text, "x.json"); }).find("x.json"), 0u) << text;
  EXPECT_EQ(complaint([] { parse_json("{\"b\":{\"a\":1},\"a\":2}", "x"); }), "")
      << "the same key in two tables";
}

TEST(Json, CutShortAnywhereIsRefused) {
  const std::string whole = R"({"a":[1.5,true,null,"é\u00e9"],"b":{"c":-1e-3}})";
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_NE(complaint([&] { parse_json(whole.substr(0, size), "x"); }), "") << size;
}

TEST(Json, DepthIsLimited) {
  const auto lists = [](std::size_t count) {
    return std::string(count, '[') + std::string(count, ']');
  };
  EXPECT_EQ(complaint([&] { parse_json(lists(kMaxDepth + 1), "x"); }), "");
  EXPECT_NE(complaint([&] { parse_json(lists(kMaxDepth + 2), "x"); }), "");
  EXPECT_NE(complaint([&] { parse_json(std::string(1000003, '['), "x"); }), "");
}

}  // namespace
}  // namespace nernst::io
