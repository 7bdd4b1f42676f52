// SPDX-License-Identifier: Apache-2.0
#include "nernst/io/text.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cfloat>
#include <clocale>
#include <cmath>

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

TEST(Text, ANumberTooSmallForADoubleIsZero) {
  for (const char* text :
       {"1e-400", "+1e-400", "0.5e-324", "123456e-400", "1e-99999999999999999999", "0.00001e-320",
        "2.4e-324", "0e-999", "0e999"})
    EXPECT_EQ(parse_number(text), std::optional(0.0)) << text;
  EXPECT_EQ(parse_number(fmt::format("0.{:0>401}", 1)), std::optional(0.0));
  EXPECT_TRUE(std::signbit(parse_number("-1e-400").value()));
  // the smallest that there are, and what rounds to them
  EXPECT_EQ(parse_number("1e-310"), std::optional(1e-310));
  EXPECT_EQ(parse_number("4.9406564584124654e-324"), std::optional(5e-324));
  EXPECT_EQ(parse_number("2.5e-324"), std::optional(5e-324));
  // what is too large is none, whatever its exponent looks like
  for (const char* text : {"1e400", "-1e400", "1e99999999999999999999", "1e-400x", "1e-", "e-400"})
    EXPECT_FALSE(parse_number(text).has_value()) << text;
  EXPECT_FALSE(parse_number(fmt::format("{:1>700}e-300", 1)).has_value());
  EXPECT_EQ(parse_number(fmt::format("{:0<401}e-400", 1)), std::optional(1.0));
}

TEST(Text, WhatATerminalObeysIsNotShown) {
  // C1 controls (CSI, OSC), DEL, escape, turns of direction, line separators
  EXPECT_EQ(shown("a\u009b31mb\u009dc\u0080d\u009f"), "a?31mb?c?d?");
  EXPECT_EQ(shown("a\x7f\x1b[0mb\nc\t"), "a??[0mb?c?");
  EXPECT_EQ(shown("\u202eabc\u2066\u2028\u200f\ufeff"), "?abc????");
  EXPECT_EQ(shown("\u00a0µ é 漢 😀"), "\u00a0µ é 漢 😀");
  EXPECT_EQ(printable("a\u009b31m\x1b[31m\r\n\tb\xff"), "a?31m?[31m?\n\tb?");
}

}  // namespace
}  // namespace nernst::io
