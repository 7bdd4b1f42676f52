// SPDX-License-Identifier: Apache-2.0
#include "nernst/io/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace nernst::io {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::optional<double> parse_number(std::string_view text) {
  // from_chars knows no plus sign, and it does know inf and nan
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end || !std::isfinite(number)) return std::nullopt;
  return number;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool is_index(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

// (Unicode 15, table 3-7)
std::size_t utf8_length(std::string_view text, std::size_t position) {
  const auto byte = [&](std::size_t k) -> unsigned {
    return position + k < text.size() ? static_cast<unsigned char>(text[position + k]) : 0;
  };
  const auto continues = [&](std::size_t k) { return (byte(k) & 0xC0) == 0x80; };
  const unsigned first = byte(0), second = byte(1);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return continues(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const bool overlong = first == 0xE0 && second < 0xA0;
    const bool surrogate = first == 0xED && second > 0x9F;
    return continues(1) && continues(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool overlong = first == 0xF0 && second < 0x90;
    const bool beyond = first == 0xF4 && second > 0x8F;
    return continues(1) && continues(2) && continues(3) && !overlong && !beyond ? 4 : 0;
  }
  return 0;
}

std::size_t find_not_utf8(std::string_view text) {
  for (std::size_t position = 0; position < text.size();) {
    const std::size_t length = utf8_length(text, position);
    if (length == 0) return position;
    position += length;
  }
  return std::string_view::npos;
}

bool is_utf8(std::string_view text) { return find_not_utf8(text) == std::string_view::npos; }

std::string shown(std::string_view text, std::size_t limit) {
  std::string result;
  for (std::size_t position = 0; position < text.size();) {
    if (result.size() >= limit) return result + "...";
    const std::size_t length = utf8_length(text, position);
    const auto first = static_cast<unsigned char>(text[position]);
    if (length == 0 || first < 0x20 || first == 0x7F) {
      result += '?';
    } else {
      result += text.substr(position, length);
    }
    position += std::max<std::size_t>(length, 1);
  }
  return result;
}

std::string at_line(const std::string& name, std::size_t line) {
  return fmt::format("{}:{}", name, line);
}

}  // namespace nernst::io
