// SPDX-License-Identifier: Apache-2.0
#include "nernst/io/toml_guard.h"

#include <fmt/format.h>

#include <algorithm>

#include "nernst/base/error.h"
#include "nernst/io/depth.h"
#include "nernst/io/text.h"

namespace nernst::io {

namespace {

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

std::size_t count_lines(std::string_view text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

// Copies a text and tells keys, strings and comments apart as TOML does. Past the first mistake of
// the text, where toml++ stops, it may take one for the other; what it puts out is ASCII all the
// same.
class Guard {
 public:
  Guard(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  std::string copy() {
    if (const std::size_t place = find_not_utf8(text_); place != text_.npos) {
      line_ += count_lines(text_.substr(0, place));
      refuse("is not text in UTF-8");
    }
    // a byte-order mark
    if (text_.starts_with("\xEF\xBB\xBF")) position_ = 3;
    while (position_ < text_.size()) {
      const char c = text_[position_];
      if (c == '"' || c == '\'') {
        copy_string(c);
      } else if (c == '#') {
        copy_comment();
      } else {
        if (!is_ascii(c)) refuse("has a character beyond ASCII outside of quotes");
        count(c);
        copy_ += c;
        ++position_;
      }
    }
    return std::move(copy_);
  }

 private:
  [[noreturn]] void refuse(const std::string& reason) const {
    throw ConfigError(at_line(name_, line_), "", reason);
  }

  // Levels come from brackets and from the dots of a key.
  void count(char c) {
    if (c == '\n') ++line_;
    if (c == '[' || c == '{') ++brackets_;
    if ((c == ']' || c == '}') && brackets_ > 0) --brackets_;
    if (c == '.') ++dots_;
    if (c == '\n' || c == '=' || c == ',' || c == '[' || c == '{') dots_ = 0;
    // [[name]] opens two brackets on one level
    if (dots_ > kMaxDepth || brackets_ > kMaxDepth + 2) refuse(too_deep());
  }

  void copy_comment() {
    const std::size_t end = std::min(text_.find('\n', position_), text_.size());
    for (; position_ < end; ++position_)
      copy_ += is_ascii(text_[position_]) ? text_[position_] : '?';
  }

  void copy_string(char quote) {
    const bool many_lines = text_.substr(position_, 3) == std::string(3, quote);
    const std::size_t quotes = many_lines ? 3 : 1;
    const std::size_t first = position_ + quotes;
    const std::size_t last = find_end(first, quote, quotes);
    const std::string_view inside = text_.substr(first, last - first);
    const std::size_t closing = std::min(quotes, text_.size() - last);
    position_ = last + closing;
    if (std::all_of(inside.begin(), inside.end(), is_ascii)) {
      copy_.append(quotes, quote).append(inside).append(text_.substr(last, closing));
    } else {
      // a literal string has no escapes, so it becomes a basic one
      copy_.append(quotes, '"');
      escape(inside, quote == '"');
      if (text_.substr(last, closing) == std::string(quotes, quote))
        copy_.append(quotes, '"');
      else
        copy_.append(text_.substr(last, closing));
    }
    line_ += count_lines(inside) + count_lines(text_.substr(last, closing));
  }

  // Where the closing quotes start, or what stands in place of them: a line end, the end of the
  // text.
  std::size_t find_end(std::size_t first, char quote, std::size_t quotes) const {
    const std::string closing(quotes, quote);
    std::size_t place = first;
    for (; place < text_.size(); ++place) {
      if (quotes == 1 && text_[place] == '\n') return place;
      if (text_[place] == '\\' && quote == '"') {
        ++place;
      } else if (text_.substr(place, quotes) == closing) {
        // up to two quotes may stand before the closing three
        for (int k = 0; k < 2 && quotes == 3; ++k)
          if (place + 3 < text_.size() && text_[place + 3] == quote) ++place;
        return place;
      }
    }
    return text_.size();
  }

  // Copies what stands in a string with its characters beyond ASCII as escapes.
  void escape(std::string_view inside, bool has_escapes) {
    for (std::size_t k = 0; k < inside.size();) {
      const std::size_t length = utf8_length(inside, k);
      if (length > 1) {
        unsigned code = static_cast<unsigned char>(inside[k]) & (0x7Fu >> length);
        for (std::size_t j = 1; j < length; ++j)
          code = (code << 6) | (static_cast<unsigned char>(inside[k + j]) & 0x3Fu);
        copy_ += fmt::format("\\U{:08X}", code);
      } else if (has_escapes && inside[k] == '\\' && k + 1 < inside.size()) {
        // else the backslash would take the one of the escape that follows
        if (!is_ascii(inside[k + 1])) refuse("has a backslash before a character beyond ASCII");
        copy_.append(inside.substr(k++, 2));
      } else if (!has_escapes && (inside[k] == '\\' || inside[k] == '"')) {
        copy_.append(1, '\\').append(1, inside[k]);
      } else {
        copy_ += inside[k];
      }
      k += std::max<std::size_t>(length, 1);
    }
  }

  std::string_view text_;
  const std::string& name_;
  std::string copy_;
  std::size_t position_ = 0, line_ = 1, brackets_ = 0, dots_ = 0;
};

}  // namespace

std::string guard_toml(std::string_view text, const std::string& name) {
  return Guard(text, name).copy();
}

}  // namespace nernst::io
