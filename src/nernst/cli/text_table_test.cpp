// SPDX-License-Identifier: Apache-2.0
#include "nernst/cli/text_table.h"

#include <gtest/gtest.h>

namespace nernst {

TEST(TextTable, LinesUpAndLeavesNoBlanksAtTheEnd) {
  TextTable table({Align::left, Align::right, Align::left});
  table.row({"energy", "3.21 µJ", "all of it"});
  table.row({"cells read", "0"});
  EXPECT_EQ(table.text(Look()),
            "  energy      3.21 µJ  all of it\n"
            "  cells read        0\n");
}

TEST(TextTable, ALongLastColumnGoesOnBelowItselfOnATerminal) {
  TextTable table({Align::left, Align::left});
  table.row({"name", "one two three four five six seven eight"});
  EXPECT_EQ(table.text({.columns = 40}),
            "  name  one two three four five six\n"
            "        seven eight\n");
  EXPECT_EQ(table.text(Look()), "  name  one two three four five six seven eight\n");
}

TEST(TextTable, ColoursTakeNoRoom) {
  TextTable table({Align::right, Align::left});
  table.row({"1", "a"}, {Shade::strong, Shade::bad});
  table.row({"10", "b"});
  EXPECT_EQ(table.text({.color = true}), "   \x1b[1m1\x1b[0m  \x1b[31ma\x1b[0m\n  10  b\n");
}

TEST(Wrapped, BreaksAtBlanks) {
  EXPECT_EQ(wrapped("aaaa bbbb cccc", 2, {.columns = 13}), "  aaaa bbbb\n  cccc\n");
  EXPECT_EQ(wrapped("aaaa bbbb cccc", 2, Look()), "  aaaa bbbb cccc\n");
}

}  // namespace nernst
