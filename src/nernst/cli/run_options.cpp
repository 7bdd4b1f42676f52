// SPDX-License-Identifier: Apache-2.0
#include "nernst/cli/run_options.h"

#include <algorithm>
#include <cctype>
#include <string_view>
#include <thread>

namespace nernst {

void add_set_option(CLI::App& app, std::vector<std::string>& settings) {
  app.add_option("--set", settings, "change a key of the config; may be given many times")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
}

void add_strict_option(CLI::App& app, bool& strict) {
  app.add_flag("--strict", strict, "a key of the config that has no effect is an error");
}

std::vector<std::string> heed_unread(Console& console, const std::vector<WrittenKey>& unread,
                                     bool strict) {
  if (strict && !unread.empty()) throw unread_error(unread);
  std::vector<std::string> sentences = unread_sentences(unread);
  for (const std::string& sentence : sentences) console.note("nernst: warning: " + sentence);
  return sentences;
}

void add_threads_option(CLI::App& app, int& threads) {
  constexpr int most = 1024;
  app.add_option_function<int>(
         "--threads",
         [&threads](const int& asked) {
           threads = asked > 0 ? asked
                               : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
         },
         "threads; 0 = one for each core; default 1; same result")
      ->option_text("N")
      ->type_name("N")
      ->check(CLI::Range(0, most));
}

std::string shell_word(const std::string& text) {
  const auto plain = [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("/._-+=:@%,").find(static_cast<char>(c)) != std::string_view::npos;
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), plain)) return text;
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? "'\\''" : std::string(1, c);
  return word + "'";
}

}  // namespace nernst
