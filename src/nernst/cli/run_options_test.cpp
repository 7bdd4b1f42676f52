// SPDX-License-Identifier: Apache-2.0
#include "nernst/cli/run_options.h"

#include <gtest/gtest.h>

namespace nernst {

TEST(ShellWord, IsQuotedOnlyWhereItMust) {
  EXPECT_EQ(shell_word("runs/xor-2"), "runs/xor-2");
  EXPECT_EQ(shell_word("my run"), "'my run'");
  EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_word(""), "''");
}

TEST(Options, SetTakesOneValueAtATime) {
  CLI::App app;
  std::vector<std::string> settings;
  std::string file;
  app.add_option("FILE", file);
  add_set_option(app, settings);
  app.parse(std::vector<std::string>{"x.toml", "b=2", "--set", "a=1", "--set"});  // back to front
  EXPECT_EQ(settings, (std::vector<std::string>{"a=1", "b=2"}));
  EXPECT_EQ(file, "x.toml");
}

}  // namespace nernst
