// SPDX-License-Identifier: Apache-2.0
#include "nernst/cli/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <system_error>

#include "nernst/base/error.h"
#include "nernst/io/text.h"

namespace nernst {

namespace {

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// The first of the three that is set decides, as in setlocale(3).
bool locale_is_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    std::string locale = environment(name);
    if (locale.empty()) continue;
    std::transform(locale.begin(), locale.end(), locale.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return locale.find("utf-8") != locale.npos || locale.find("utf8") != locale.npos;
  }
  return false;
}

// Columns of the terminal behind `descriptor`.
std::size_t terminal_columns(int descriptor) {
  constexpr std::size_t usual = 80;
  struct winsize size {};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return usual;
}

Look look_of(int descriptor) {
  Look look;
  look.terminal = ::isatty(descriptor) == 1 && environment("TERM") != "dumb";
  look.unicode = locale_is_utf8();
  look.color = look.terminal && environment("NO_COLOR").empty();
  if (look.terminal) look.columns = terminal_columns(descriptor);
  return look;
}

// The number of the error when not all of `text` was taken, else 0.
int write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

constexpr const char* kShadeCodes[] = {"", "\x1b[1m", "\x1b[2m", "\x1b[32m", "\x1b[31m"};
constexpr std::string_view kShadeEnd = "\x1b[0m";

// `text` without what a terminal would obey, whatever file or folder it came from: but for the
// shades where the stream has colours.
std::string safe(std::string_view text, const Look& look) {
  std::string result;
  while (!text.empty()) {
    const std::size_t escape = look.color ? std::min(text.find('\x1b'), text.size()) : text.size();
    result += io::printable(text.substr(0, escape));
    text.remove_prefix(escape);
    if (text.empty()) break;
    std::string_view shade = text.substr(0, 1);
    for (const std::string_view code : kShadeCodes)
      if (!code.empty() && text.starts_with(code)) shade = code;
    if (text.starts_with(kShadeEnd)) shade = kShadeEnd;
    result += shade.size() > 1 ? std::string(shade) : "?";
    text.remove_prefix(shade.size());
  }
  return result;
}

}  // namespace

std::string shaded(std::string_view text, Shade shade, const Look& look) {
  if (!look.color || shade == Shade::plain) return std::string(text);
  return kShadeCodes[static_cast<int>(shade)] + std::string(text) + std::string(kShadeEnd);
}

std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

Console::Console() : out_(look_of(STDOUT_FILENO)), err_(look_of(STDERR_FILENO)) {}

std::size_t Console::err_columns() const { return terminal_columns(STDERR_FILENO); }

void Console::print(std::string_view text) {
  clear_line();
  const int error = write_all(STDOUT_FILENO, safe(text, out_));
  if (error == EPIPE) {
    // who reads has seen enough (`| head`): the end of any program, and no error to tell
    std::signal(SIGPIPE, SIG_DFL);
    std::raise(SIGPIPE);
  }
  if (error != 0) throw IoError("standard output", std::generic_category().message(error));
}

void Console::note(std::string_view sentence) {
  if (!quiet_) complain(sentence);
}

void Console::complain(std::string_view sentence) {
  clear_line();
  // there is nobody left to tell when this fails
  write_all(STDERR_FILENO, safe(sentence, err_) + "\n");
}

void Console::draw(std::string_view line) {
  if (quiet_ || !err_.terminal || line == drawn_) return;
  // one write, and what was longer is cut off behind the new line rather than before it: no flicker
  write_all(STDERR_FILENO, "\r" + safe(line, err_) + "\x1b[K");
  drawn_ = line;
}

void Console::clear_line() {
  if (drawn_.empty()) return;
  write_all(STDERR_FILENO, "\r\x1b[K");
  drawn_.clear();
}

}  // namespace nernst
