// SPDX-License-Identifier: Apache-2.0
#include "nernst/io/toml_guard.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "nernst/io/test_help.h"
#include "nernst/io/text.h"
#include "nernst/io/toml.h"

namespace nernst::io {
namespace {

std::string utf8(unsigned code) {
  const auto tail = [&](int shift) { return static_cast<char>(0x80 | ((code >> shift) & 0x3F)); };
  if (code < 0x80) return {static_cast<char>(code)};
  if (code < 0x800) return {static_cast<char>(0xC0 | (code >> 6)), tail(0)};
  if (code < 0x10000) return {static_cast<char>(0xE0 | (code >> 12)), tail(6), tail(0)};
  return {static_cast<char>(0xF0 | (code >> 18)), tail(12), tail(6), tail(0)};
}

TEST(TomlGuard, WhatComesOutIsAsciiWithTheSameLines) {
  const std::string text =
      "\xEF\xBB\xBF# \xC3\xA9\na = \"\xC3\xA9\\\"\"\nb = '\xE2\x82\xAC\\\"'\nc = '\\plain'";
  EXPECT_EQ(guard_toml(text, "x"),
            "# ??\na = \"\\U000000E9\\\"\"\nb = \"\\U000020AC\\\\\\\"\"\nc = '\\plain'");
}

TEST(TomlGuard, CharactersOfUnicodeAreReadInEveryKindOfString) {
  // a thousand characters to a string; of those beyond 16 bits, which are all alike, some
  for (unsigned first = 0x80; first < 0x110000; first += first < 0x10000 ? 1009 : 37003) {
    std::string all;
    for (unsigned code = first; code < std::min(first + 1009, 0x110000u); ++code)
      if (code < 0xD800 || code > 0xDFFF) all += utf8(code);
    const Tree tree =
        parse_toml("a = \"" + all + "\"\nb = '" + all + "'\nc = \"\"\"\n" + all + "\\\n  " + all +
                       "\"\"\"\nd = '''\n" + all + "\\\n'''''\n\"" + all + "\" = 1\n",
                   "x");
    ASSERT_EQ(tree["a"], all) << first;
    ASSERT_EQ(tree["b"], all) << first;
    ASSERT_EQ(tree["c"], all + all) << first;
    ASSERT_EQ(tree["d"], all + "\\\n''") << first;
    ASSERT_EQ(tree[all], 1) << first;
  }
}

TEST(TomlGuard, ACharacterBeyondAsciiOutsideOfQuotesIsRefused) {
  for (const unsigned code :
       {0x80u, 0x85u, 0xA0u, 0xA7u, 0x40Bu, 0x2003u, 0x2028u, 0x3000u, 0xFEFFu, 0x1F600u}) {
    const std::string c = utf8(code);
    for (const std::string& text : {c, "a" + c + " = 1", "a = " + c, "a = 1" + c,
                                    "a = [1," + c + "]", "a = 7b=\"" + c + "ex"})
      EXPECT_EQ(complaint([&] { parse_toml("\n" + text, "x"); }).find("x:2: "), 0u) << text;
    EXPECT_NE(complaint([&] { parse_toml("a = \"\\" + c + "\"", "x"); }), "");
  }
}

TEST(TomlGuard, AMistakeBehindAStringOfManyLinesNamesItsLine) {
  const std::string lines =
      "a = \"\"\"\n\\\"\"\"\n\xC3\xA9\\\n\"\"\"\"\nb = '''\n\xC3\xA9\n\\'''\n";
  EXPECT_EQ(complaint([&] { parse_toml(lines, "x"); }), "");
  EXPECT_EQ(complaint([&] { parse_toml(lines + "c = \n", "x"); }).find("x:8: "), 0u);
  EXPECT_EQ(complaint([&] { parse_toml(lines + "c = \xC3\xA9", "x"); }).find("x:8: "), 0u);
  EXPECT_EQ(
      complaint([&] { parse_toml(lines + "c = \"\xC3\"", "x"); }).find("x:8: is not text in UTF-8"),
      0u);
}

}  // namespace
}  // namespace nernst::io
