// SPDX-License-Identifier: Apache-2.0
// Small matters of text that the parsers share: numbers, UTF-8, and a foreign value shown in a
// sentence.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace nernst::io {

// Bytes of Latin-1 (ISO 8859-1) as UTF-8: every byte is a character, so that nothing is lost.
std::string utf8_of_latin1(std::string_view bytes);

// The finite decimal number that is exactly the whole of `text` ("+1.5e-3"), rounded to the nearest
// double, which may be 0 ("1e-400"); nothing for anything else: blanks, nan, inf, hexadecimal, a
// number that is larger than any double. Does not depend on the locale.
std::optional<double> parse_number(std::string_view text);

// `text` without blanks, tabs and line ends at both ends.
std::string_view trimmed(std::string_view text);

// True when `text` is one or more decimal digits.
bool is_index(std::string_view text);

// Bytes of the UTF-8 character that starts at `position`; 0 when it is malformed (cut short,
// overlong, a surrogate).
std::size_t utf8_length(std::string_view text, std::size_t position);

// Where the first malformed character starts, npos in well-formed UTF-8.
std::size_t find_not_utf8(std::string_view text);
bool is_utf8(std::string_view text);

// `text` fit to be quoted in one sentence: at most about `limit` bytes; broken UTF-8 and what a
// terminal would obey (control characters, also those beyond ASCII; turns of direction) as `?`.
std::string shown(std::string_view text, std::size_t limit = 60);

// The whole of `text` with the same replaced, but for line ends and tabs.
std::string printable(std::string_view text);

// `name:line`, the field of an error in a file.
std::string at_line(const std::string& name, std::size_t line);

}  // namespace nernst::io
