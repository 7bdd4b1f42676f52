// SPDX-License-Identifier: Apache-2.0
#include "nernst/io/text.h"

#include <gtest/gtest.h>

#include <cfloat>
#include <clocale>

namespace nernst::io {
namespace {

TEST(Text, NumbersAreReadWhole) {
  EXPECT_EQ(parse_number("1.5"), 1.5);
  EXPECT_EQ(parse_number("+1.5e-3"), 1.5e-3);
  EXPECT_EQ(parse_number("-.5"), -0.5);
  EXPECT_EQ(parse_number("5."), 5.0);
  EXPECT_EQ(parse_number("007"), 7.0);
  EXPECT_EQ(parse_number("1.7976931348623157e308"), DBL_MAX);
  EXPECT_EQ(parse_number("4.9406564584124654e-324"), 4.9406564584124654e-324);
  EXPECT_EQ(parse_number("0.1000000000000000055511151231257827"), 0.1);
}

TEST(Text, WhatIsNotAFiniteNumberIsNone) {
  for (const char* text : {"",          " ",      "+",    "-",     ".",      "e5",   "1e",  "1 ",
                           " 1",        "1,5",    "0x10", "1e400", "-1e400", "nan",  "inf", "-inf",
                           "+infinity", "nan(1)", "+-1",  "++1",   "1.5.2",  "1_000"})
    EXPECT_FALSE(parse_number(text)) << text;
  EXPECT_FALSE(parse_number(std::string_view("1\0", 2)));
}

TEST(Text, NumbersDoNotDependOnTheLocale) {
  // where it is installed, this locale's decimal point is a comma
  std::setlocale(LC_ALL, "de_DE.UTF-8");
  EXPECT_EQ(parse_number("1.5"), 1.5);
  std::setlocale(LC_ALL, "C");
}

TEST(Text, Utf8IsToldFromOtherBytes) {
  EXPECT_TRUE(is_utf8("plain"));
  EXPECT_TRUE(is_utf8("\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80"));
  EXPECT_TRUE(is_utf8("\xED\x9F\xBF\xEE\x80\x80\xF4\x8F\xBF\xBF"));
  EXPECT_FALSE(is_utf8("\xC0\x80"));          // overlong NUL
  EXPECT_FALSE(is_utf8("\xE0\x9F\xBF"));      // overlong
  EXPECT_FALSE(is_utf8("\xED\xA0\x80"));      // surrogate
  EXPECT_FALSE(is_utf8("\xF0\x8F\xBF\xBF"));  // overlong
  EXPECT_FALSE(is_utf8("\xF4\x90\x80\x80"));  // beyond Unicode
  EXPECT_FALSE(is_utf8("a\xFF"));
  EXPECT_FALSE(is_utf8("\x80"));
  // cut short at every byte
  for (const std::string_view whole : {"\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"})
    for (std::size_t size = 1; size < whole.size(); ++size)
      EXPECT_FALSE(is_utf8(whole.substr(0, size)));
}

TEST(Text, ShownIsShortAndClean) {
  EXPECT_EQ(shown("a\nb\x7F\xFF\xC3\xA9"), "a?b??\xC3\xA9");
  EXPECT_EQ(shown("abcdef", 3), "abc...");
  EXPECT_EQ(shown("abc", 3), "abc");
  // a character is not cut in two
  EXPECT_TRUE(is_utf8(shown("\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC", 4)));
}

TEST(Text, TrimmedAndIndex) {
  EXPECT_EQ(trimmed(" \t a b\r\n"), "a b");
  EXPECT_EQ(trimmed(" \r\n"), "");
  EXPECT_TRUE(is_index("0123"));
  EXPECT_FALSE(is_index(""));
  EXPECT_FALSE(is_index("-1"));
}

}  // namespace
}  // namespace nernst::io
