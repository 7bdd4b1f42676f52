// SPDX-License-Identifier: Apache-2.0
#include "nernst/io/json.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <iterator>
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

TEST(Json, ATableOfManyKeysIsReadInLinearTime) {
  // (with a search among the keys at each of them: more than a minute)
  constexpr std::size_t keys = 100'003;
  std::string text = "{";
  for (std::size_t k = 0; k < keys; ++k) text += fmt::format("\"key {}\":{},\n", k, k);
  const auto start = std::chrono::steady_clock::now();
  const Tree tree = parse_json(text + "\"last\":[{}]}", "x");
  EXPECT_EQ(tree.size(), keys + 1);
  EXPECT_EQ(tree.begin().key(), "key 0");
  EXPECT_EQ(std::prev(tree.end()).key(), "last");
  EXPECT_EQ(complaint([&] { parse_json(text + "\"key 7\":0}", "x"); }),
            "x = key 7: give each key of a table once");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

TEST(Json, WhatATerminalObeysIsEscaped) {
  const std::string text = "a\u009bb\u0080\x7f\u00a0é\xC2";
  EXPECT_EQ(to_json(text, JsonLayout::line), "\"a\\u009bb\\u0080\\u007f\u00a0é\xEF\xBF\xBD\"");
  EXPECT_EQ(parse_json(to_json("\u009b\x7f", JsonLayout::line), "x"), "\u009b\x7f");
}

TEST(Json, ANumberTooSmallForADoubleIsZero) {
  EXPECT_EQ(parse_json("1e-400", "x").get<double>(), 0.0);
  EXPECT_EQ(parse_json("1e-310", "x").get<double>(), 1e-310);
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
