// SPDX-License-Identifier: Apache-2.0
#include "nernst/io/toml.h"

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

constexpr const char* kConfig = R"(seed = 7  # a comment

[data]
name = "fashion-mnist"

[chip]
tile = [512, 512]
rate = 1e-3
[chip.wires]
r_row_Ohm = 1.0
enabled = false

[[network.layer]]
kind = "dense"
units = 256

[[network.layer]]
kind = "dense"
units = 10
)";

std::vector<std::string> keys_of(const Tree& table) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : table.items()) keys.push_back(key);
  return keys;
}

std::string repeated(const std::string& text, std::size_t count) {
  std::string result;
  for (std::size_t k = 0; k < count; ++k) result += text;
  return result;
}

TEST(Toml, ATableOfManyKeysIsReadInLinearTime) {
  // (with a search among the keys at each of them: more than a minute)
  constexpr std::size_t keys = 100'003;
  std::string flat, tables, list;
  for (std::size_t k = 0; k < keys; ++k) {
    flat += fmt::format("key_{} = {}\n", k, k);
    tables += fmt::format("[table_{}]\nx = 1\n", k);
    list += "[[list]]\nx = 1\n";
  }
  const auto start = std::chrono::steady_clock::now();
  const Tree tree = parse_toml(flat, "x");
  EXPECT_EQ(tree.size(), keys);
  EXPECT_EQ(std::prev(tree.end()).key(), fmt::format("key_{}", keys - 1));
  EXPECT_EQ(parse_toml(tables, "x").size(), keys);
  EXPECT_EQ(parse_toml(list, "x")["list"].size(), keys);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(60));
}

TEST(Toml, ANumberTooSmallForADoubleIsZero) {
  EXPECT_EQ(parse_toml("x = 1e-400", "x")["x"].get<double>(), 0.0);
  EXPECT_EQ(parse_toml("x = 1e-310", "x")["x"].get<double>(), 1e-310);
  Tree tree = Tree::object();
  set_value(tree, "x=-1e-400");
  EXPECT_EQ(tree["x"].get<double>(), 0.0);
}

TEST(Toml, ValuesKeepTheirTypesAndKeysTheirOrder) {
  const Tree tree = parse_toml(kConfig, "x");
  EXPECT_EQ(keys_of(tree), (std::vector<std::string>{"seed", "data", "chip", "network"}));
  EXPECT_EQ(keys_of(tree["chip"]["wires"]), (std::vector<std::string>{"r_row_Ohm", "enabled"}));
  EXPECT_TRUE(tree["seed"].is_number_integer());
  EXPECT_TRUE(tree["chip"]["wires"]["r_row_Ohm"].is_number_float());
  EXPECT_EQ(tree["chip"]["wires"]["enabled"], false);
  EXPECT_EQ(tree["chip"]["tile"], Tree({512, 512}));
  EXPECT_EQ(tree["network"]["layer"][1]["units"], 10);
  EXPECT_EQ(keys_of(parse_toml("z.b = 1\na = 2\nz.a = 3\n[m]\n[c]\n[m.x]\n", "x")),
            (std::vector<std::string>{"z", "a", "m", "c"}));
  EXPECT_TRUE(parse_toml("", "x").is_object());
}

TEST(Toml, WhatIsWrittenReadsBack) {
  const Tree tree = parse_toml(kConfig, "x");
  EXPECT_EQ(parse_toml(to_toml(tree), "y"), tree);
  EXPECT_EQ(to_toml(parse_toml("a = 1.0\nb = [1e300, -0.0]\nc = [[], [{x = 1}]]", "x")),
            "a = 1.0\nb = [1e+300, -0.0]\nc = [[], [{ x = 1 }]]\n");
  EXPECT_EQ(to_toml(parse_toml("[b]\n[a.c]\nx = 1\n[[l]]\n[[l]]\ny = 2\n[l.m]\n", "x")),
            "[b]\n\n[a]\n\n[a.c]\nx = 1\n\n[[l]]\n\n[[l]]\ny = 2\n\n[l.m]\n");
  EXPECT_EQ(to_toml(Tree::object()), "");
}

TEST(Toml, ValuesComeBeforeTheTablesThatWouldSwallowThem) {
  Tree tree = Tree::object();
  tree["table"]["x"] = 1;
  tree["value"] = 2;
  EXPECT_EQ(to_toml(tree), "value = 2\n\n[table]\nx = 1\n");
}

TEST(Toml, DoublesAndIntegersReadBackToTheBit) {
  for (const double number : {0.1, 1.0, -0.0, 1e22, 1e-7, 5e-324, 1.7976931348623157e308, 1.0 / 3,
                              123456789.0, 1e15, 1e16, 9007199254740993.0, 6.02214076e23}) {
    const Tree back = parse_toml(to_toml(Tree{{"x", number}}), "x")["x"];
    ASSERT_TRUE(back.is_number_float()) << number;
    EXPECT_EQ(std::signbit(back.get<double>()), std::signbit(number));
    EXPECT_EQ(back.get<double>(), number);
  }
  for (const std::int64_t number : {std::int64_t{0}, INT64_MAX, INT64_MIN, std::int64_t{-1}}) {
    const Tree back = parse_toml(to_toml(Tree{{"x", number}}), "x")["x"];
    EXPECT_TRUE(back.is_number_integer());
    EXPECT_EQ(back.get<std::int64_t>(), number);
  }
  EXPECT_EQ(to_toml(Tree{{"x", std::uint64_t{INT64_MAX}}}), "x = 9223372036854775807\n");
}

TEST(Toml, AwkwardTextsAndKeysReadBack) {
  std::string every_byte;
  for (int code = 0; code < 128; ++code) every_byte += static_cast<char>(code);
  every_byte += "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\xEE\x80\x80";
  for (const std::string& text :
       {every_byte, std::string(), std::string("\"\"\""), std::string("a\\"),
        std::string("\xEF\xBB\xBF"), std::string("\xEF\xBF\xBF")}) {
    Tree tree = Tree::object();
    tree["text"] = text;
    tree["inline"] = {1, Tree{{text, text}}};
    tree["table"][text]["x"] = 1;
    tree["list"][0][text] = text;
    EXPECT_EQ(parse_toml(to_toml(tree), "x"), tree) << to_toml(tree);
  }
}

TEST(Toml, WhatTomlCannotHoldNamesItsPlace) {
  EXPECT_EQ(complaint([] { to_toml(Tree::parse(R"({"a": [1, {"b": null}]})")); }).find("a.1.b: "),
            0u);
  EXPECT_EQ(complaint([] {
              to_toml(Tree{{"x", std::numeric_limits<double>::infinity()}});
            }).find("x: "),
            0u);
  EXPECT_EQ(complaint([] { to_toml(Tree{{"x", std::nan("")}}); }).find("x: "), 0u);
  EXPECT_EQ(complaint([] { to_toml(Tree{{"x", std::uint64_t{1} << 63}}); }).find("x: "), 0u);
  EXPECT_NE(complaint([] { to_toml(Tree{{"x", "\xFF"}}); }), "");
  EXPECT_NE(complaint([] { to_toml(Tree{{"\xFF", 1}}); }), "");
}

TEST(Toml, AMistakeNamesItsLine) {
  EXPECT_EQ(
      complaint([] { parse_toml("a = 1\nb = \nc = 2", "x.toml"); }).find("x.toml:2: is not TOML: "),
      0u);
  EXPECT_EQ(complaint([] { parse_toml("a = 1\n\na = 2", "x.toml"); }).find("x.toml:3: "), 0u);
  EXPECT_EQ(
      complaint([] { parse_toml("a = 1\nb = inf", "x.toml"); }).find("x.toml:2: give a finite"),
      0u);
  EXPECT_EQ(complaint([] { parse_toml("[t]\nb = [1.0, nan]", "x.toml"); }).find("x.toml:2: "), 0u);
  EXPECT_EQ(
      complaint([] { parse_toml("a = 1979-05-27", "x.toml"); }).find("x.toml:1: dates and times"),
      0u);
  EXPECT_NE(complaint([] { parse_toml("a = 07:32:00", "x"); }), "");
  EXPECT_NE(complaint([] { parse_toml("a = 1979-05-27T07:32:00Z", "x"); }), "");
  for (const char* text :
       {"a = \"\xFF\"", "a = 9223372036854775808", "a = 1e999", "= 1", "[a\n", "a = 1 b = 2"})
    EXPECT_EQ(complaint([&] { parse_toml(text, "x"); }).find("x:1: "), 0u) << text;
}

TEST(Toml, CutShortAnywhereIsReadOrRefused) {
  const std::string whole = kConfig;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    try {
      parse_toml(whole.substr(0, size), "x");
    } catch (const ConfigError&) {
    }
  }
}

TEST(Toml, DepthIsLimitedHoweverItIsReached) {
  const std::size_t fits = kMaxDepth, large = 200001;
  const auto deep = [](std::size_t levels) {
    return std::vector<std::string>{
        "a = " + repeated("[", levels) + repeated("]", levels),
        "a = " + repeated("{a = ", levels) + "1" + repeated("}", levels),
        repeated("a.", levels) + "a = 1",
        "[" + repeated("a.", levels - 1) + "a]",
        "[[" + repeated("a.", levels / 2 - 1) + "a]]",
        repeated("\"a\" . 'a.b'.", levels / 2) + "a = 1"};
  };
  for (const std::string& text : deep(fits))
    EXPECT_EQ(complaint([&] { parse_toml(text, "x"); }), "") << text;
  for (const std::string& text : deep(fits))
    EXPECT_NO_THROW(to_toml(parse_toml(text, "x"))) << text;
  for (const std::string& text : deep(2 * fits + 2))
    EXPECT_NE(complaint([&] { parse_toml(text, "x"); }), "") << text;
  for (const std::string& text : deep(large))
    EXPECT_NE(complaint([&] { parse_toml(text, "x"); }).find("levels"), std::string::npos);
  Tree tree = 1;
  for (std::size_t level = 0; level < fits + 2; ++level) tree = Tree{{"a", tree}};
  EXPECT_NE(complaint([&] { to_toml(tree); }), "");
}

TEST(Toml, DotsInTextsNumbersAndCommentsAreNotDepth) {
  const std::string dots(1003, '.');
  const Tree tree = parse_toml("a = \"" + dots + "\" # " + dots + "\nb = '" + dots +
                                   "'\nc = \"\"\"\n\\\"\"\"" + dots + "\"\"\"\"\"\nd = '''" + dots +
                                   "''''\ne = [" + repeated("1.5, ", 1003) + "]\n",
                               "x");
  EXPECT_EQ(tree["a"], dots);
  EXPECT_EQ(tree["c"], "\"\"\"" + dots + "\"\"");
  EXPECT_EQ(tree["d"], dots + "'");
  EXPECT_EQ(tree["e"].size(), 1003u);
}

TEST(SetValue, AValueIsTomlOrAPlainText) {
  Tree tree = parse_toml(kConfig, "x");
  set_value(tree, "seed=8");
  EXPECT_EQ(tree["seed"], 8);
  set_value(tree, "chip.rate = 0.5");
  EXPECT_EQ(tree["chip"]["rate"], 0.5);
  set_value(tree, "chip.wires.enabled=true");
  EXPECT_EQ(tree["chip"]["wires"]["enabled"], true);
  set_value(tree, "chip.tile=[1, 2]");
  EXPECT_EQ(tree["chip"]["tile"], Tree({1, 2}));
  set_value(tree, "data.name=\"a b\"");
  EXPECT_EQ(tree["data"]["name"], "a b");
  set_value(tree, "training.schedule=progressive");
  EXPECT_EQ(tree["training"]["schedule"], "progressive");
  set_value(tree, "data.folder=/a/b=c.d");
  EXPECT_EQ(tree["data"]["folder"], "/a/b=c.d");
  set_value(tree, "data.name=");
  EXPECT_EQ(tree["data"]["name"], "");
  set_value(tree, "data.name=2024-05-01");
  EXPECT_EQ(tree["data"]["name"], "2024-05-01");
  set_value(tree, "data.name=1\nb = 2");
  EXPECT_EQ(tree["data"]["name"], "1\nb = 2");
  set_value(tree, "data.options={x = 1, y = [2]}");
  EXPECT_EQ(tree["data"]["options"]["y"][0], 2);
}

TEST(SetValue, NumbersAsPeopleTypeThem) {
  Tree tree;
  for (const auto& [text, number] : std::vector<std::pair<std::string, double>>{
           {".5", 0.5}, {"5.", 5}, {"+.5", 0.5}, {"1e-3", 1e-3}, {"1e3", 1000}, {"007", 7}}) {
    set_value(tree, "x=" + text);
    EXPECT_TRUE(tree["x"].is_number()) << text;
    EXPECT_EQ(tree["x"].get<double>(), number) << text;
  }
  for (const char* text : {"inf", "+inf", "-inf", "nan", "-nan", "[inf]"})
    EXPECT_NE(complaint([&] { set_value(tree, std::string("x=") + text); }), "") << text;
}

TEST(SetValue, ListEntriesAreNamedByIndex) {
  Tree tree = parse_toml(kConfig, "x");
  set_value(tree, "network.layer.0.units=64");
  EXPECT_EQ(tree["network"]["layer"][0]["units"], 64);
  set_value(tree, "chip.tile.1=7");
  EXPECT_EQ(tree["chip"]["tile"], Tree({512, 7}));
  EXPECT_EQ(complaint([&] { set_value(tree, "network.layer.2.units=64"); }),
            "network.layer.2: network.layer has 2 entries; give an index from 0 to 1");
  for (const char* index : {"-1", "99999999999999999999999", "x", "0x0", "18446744073709551616"})
    EXPECT_NE(
        complaint([&] { set_value(tree, std::string("network.layer.") + index + ".units=1"); }), "")
        << index;
  tree["empty"] = Tree::array();
  EXPECT_NE(complaint([&] { set_value(tree, "empty.0=1"); }).find("has no entries"),
            std::string::npos);
}

TEST(SetValue, MissingTablesAreMadeButNotMissingLists) {
  Tree tree;
  set_value(tree, "a.b.c=1");
  EXPECT_EQ(tree, parse_toml("a.b.c = 1", "x"));
  EXPECT_NE(complaint([&] { set_value(tree, "network.layer.0.units=64"); }).find("no list"),
            std::string::npos);
  EXPECT_NE(complaint([&] { set_value(tree, "a.b.c.d=1"); }).find("a.b.c = 1: is not a table"),
            std::string::npos);
}

TEST(SetValue, AMalformedAssignmentChangesNothing) {
  const Tree before = parse_toml(kConfig, "x");
  Tree tree = before;
  for (const char* text :
       {"",      "=",        "=1",     "seed",     "a..b=1",    ".a=1",    "a.=1",
        "a b=1", "\"a\"=1",  "a[0]=1", "seed.x=1", "a=\"open",  "a=[1, 2", "a={x = 1",
        "a='",   "a=\"x\"y", "a=\xFF", "\xFF=1",   "new.0.x=1", "a#b=1",   "a=[1979-05-27]"}) {
    EXPECT_NE(complaint([&] { set_value(tree, text); }), "") << text;
    EXPECT_EQ(tree, before) << text;
  }
  EXPECT_EQ(complaint([&] { set_value(tree, "seed"); }), "--set = seed: give table.key=value");
}

TEST(SetValue, DepthIsLimited) {
  Tree tree;
  set_value(tree, repeated("a.", kMaxDepth) + "a=1");
  EXPECT_EQ(parse_toml(to_toml(tree), "x"), tree);
  EXPECT_NE(complaint([&] { set_value(tree, repeated("b.", kMaxDepth + 1) + "b=1"); }), "");
  EXPECT_NE(complaint([&] { set_value(tree, repeated("b.", kMaxDepth) + "b=[]"); }), "");
  EXPECT_NE(complaint([&] { set_value(tree, repeated("b.", 200001) + "b=1"); }), "");
  EXPECT_FALSE(tree.contains("b"));
}

}  // namespace
}  // namespace nernst::io
