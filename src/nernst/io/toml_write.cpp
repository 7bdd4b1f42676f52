// SPDX-License-Identifier: Apache-2.0
// A Tree as TOML text; toml++ could print, but only with its keys sorted by name.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "nernst/base/error.h"
#include "nernst/io/depth.h"
#include "nernst/io/text.h"
#include "nernst/io/toml.h"

namespace nernst::io {

namespace {

[[noreturn]] void refuse(const std::string& path, const std::string& remedy) {
  throw ConfigError(shown(path), "", remedy);
}

std::string quoted(const std::string& text, const std::string& path) {
  if (!is_utf8(text)) refuse(path, "give text in UTF-8");
  std::string result = "\"";
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (c == '\n') {
      result += "\\n";
    } else if (c == '\t') {
      result += "\\t";
    } else if (code < 0x20 || code == 0x7F) {
      result += fmt::format("\\u{:04X}", code);
    } else {
      result += c;
    }
  }
  return result + '"';
}

std::string key_text(const std::string& key, const std::string& path) {
  const auto is_bare = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  };
  const bool bare = !key.empty() && std::all_of(key.begin(), key.end(), is_bare);
  return bare ? key : quoted(key, path);
}

std::string number_text(double number, const std::string& path) {
  if (!std::isfinite(number)) refuse(path, "give a finite number, neither inf nor nan");
  // the fewest digits that read back as the same double, and as a double: 1.0, not 1
  std::string digits = fmt::format("{}", number);
  if (digits.find_first_of(".e") == std::string::npos) digits += ".0";
  return digits;
}

// A value on the right of `=` or in a list; a table among them is written inline.
std::string inline_text(const Tree& value, const std::string& path) {
  switch (value.type()) {
    case Tree::value_t::string:
      return quoted(value.get_ref<const std::string&>(), path);
    case Tree::value_t::boolean:
      return value.get<bool>() ? "true" : "false";
    case Tree::value_t::number_float:
      return number_text(value.get<double>(), path);
    case Tree::value_t::number_integer:
      return fmt::format("{}", value.get<std::int64_t>());
    case Tree::value_t::number_unsigned:
      if (value.get<std::uint64_t>() > std::uint64_t{std::numeric_limits<std::int64_t>::max()})
        refuse(path, "give an integer below 2^63");
      return fmt::format("{}", value.get<std::uint64_t>());
    case Tree::value_t::array: {
      std::string list;
      for (std::size_t k = 0; k < value.size(); ++k) {
        if (k > 0) list += ", ";
        list += inline_text(value[k], fmt::format("{}.{}", path, k));
      }
      return "[" + list + "]";
    }
    case Tree::value_t::object: {
      std::string table;
      for (const auto& [key, entry] : value.items()) {
        const std::string entry_path = join_path(path, key);
        table += table.empty() ? " " : ", ";
        table += key_text(key, entry_path) + " = " + inline_text(entry, entry_path);
      }
      return table.empty() ? "{}" : "{" + table + " }";
    }
    default:
      refuse(path, "has no value, and TOML has no way to say that");
  }
}

// A list that is written as [[name]] sections.
bool is_list_of_tables(const Tree& value) {
  return value.is_array() && !value.empty() &&
         std::all_of(value.begin(), value.end(),
                     [](const Tree& entry) { return entry.is_object(); });
}

// Sections are named by their keys as TOML writes them (`a."b c"`), errors by the plain path (`a.b
// c.0`).
void write_table(std::string& text, const Tree& table, const std::string& section,
                 const std::string& path) {
  for (const auto& [key, value] : table.items()) {
    if (value.is_object() || is_list_of_tables(value)) continue;
    const std::string value_path = join_path(path, key);
    text += key_text(key, value_path) + " = " + inline_text(value, value_path) + "\n";
  }
  for (const auto& [key, value] : table.items()) {
    const std::string value_path = join_path(path, key);
    if (value.is_object()) {
      const std::string name = join_path(section, key_text(key, value_path));
      text += fmt::format("{}[{}]\n", text.empty() ? "" : "\n", name);
      write_table(text, value, name, value_path);
    } else if (is_list_of_tables(value)) {
      const std::string name = join_path(section, key_text(key, value_path));
      for (std::size_t k = 0; k < value.size(); ++k) {
        text += fmt::format("{}[[{}]]\n", text.empty() ? "" : "\n", name);
        write_table(text, value[k], name, fmt::format("{}.{}", value_path, k));
      }
    }
  }
}

}  // namespace

std::string to_toml(const Tree& table) {
  NERNST_CHECK(table.is_object());
  if (depth_of(table) > kMaxDepth) refuse("the table", too_deep());
  std::string text;
  write_table(text, table, "", "");
  return text;
}

}  // namespace nernst::io
