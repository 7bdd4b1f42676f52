// SPDX-License-Identifier: Apache-2.0
#include "nernst/io/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace nernst::io {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// True for a decimal number that is nearer to 0 than to any other double: its first digit that
// counts stands far behind the point. `text` is one that std::from_chars has found out of range.
bool is_tiny(std::string_view text) {
  const std::size_t mark = std::min(text.find_first_of("eE"), text.size());
  const std::string_view digits = text.substr(0, mark);
  const std::size_t first = digits.find_first_of("123456789");
  const std::size_t point = std::min(digits.find('.'), digits.size());
  if (first == std::string_view::npos) return true;
  // an exponent that no integer holds decides alone
  std::int64_t exponent = 0;
  if (mark < text.size()) {
    std::string_view power = text.substr(mark + 1);
    if (power.starts_with('+')) power.remove_prefix(1);
    const auto [stop, error] = std::from_chars(power.data(), power.data() + power.size(), exponent);
    if (error != std::errc{}) return power.starts_with('-');
  }
  // (a text is shorter than 2^62)
  const auto place = static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first);
  if (exponent < -(std::int64_t{1} << 62)) return true;
  if (exponent > (std::int64_t{1} << 62)) return false;
  return exponent + place < 0;
}

// The character at `position`, of `length` bytes, as a number of Unicode.
char32_t code_point(std::string_view text, std::size_t position, std::size_t length) {
  const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(text[position + k]); };
  if (length == 1) return byte(0);
  char32_t code = byte(0) & (0x7Fu >> length);
  for (std::size_t k = 1; k < length; ++k) code = (code << 6) | (byte(k) & 0x3Fu);
  return code;
}

// True for what a terminal obeys instead of showing it: controls (C0, DEL, C1), separators of lines
// and paragraphs, and marks that turn the direction of writing.
bool is_control(char32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x61C || code == 0xFEFF ||
         (code >= 0x200E && code <= 0x200F) || (code >= 0x2028 && code <= 0x202E) ||
         (code >= 0x2066 && code <= 0x2069);
}

}  // namespace

std::optional<double> parse_number(std::string_view text) {
  // from_chars knows no plus sign, and it does know inf and nan
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (stop != end) return std::nullopt;
  if (error == std::errc::result_out_of_range && is_tiny(text))
    return text.starts_with('-') ? -0.0 : 0.0;
  if (error != std::errc{} || !std::isfinite(number)) return std::nullopt;
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
    if (length == 0 || is_control(code_point(text, position, length))) {
      result += '?';
    } else {
      result += text.substr(position, length);
    }
    position += std::max<std::size_t>(length, 1);
  }
  return result;
}

std::string printable(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t position = 0; position < text.size();) {
    const std::size_t length = utf8_length(text, position);
    const char first = text[position];
    const bool layout = first == '\n' || first == '\t';
    if (length == 0 || (!layout && is_control(code_point(text, position, length)))) {
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

std::string utf8_of_latin1(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  for (const char byte : bytes) {
    const auto code = static_cast<unsigned char>(byte);
    if (code < 0x80) {
      text += byte;
    } else {
      text += static_cast<char>(0xC0 | code >> 6);
      text += static_cast<char>(0x80 | (code & 0x3F));
    }
  }
  return text;
}

}  // namespace nernst::io
