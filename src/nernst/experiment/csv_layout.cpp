// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/csv_layout.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "nernst/base/error.h"
#include "nernst/io/text.h"

namespace nernst {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The first lines of the table, without what stands in quotes.
std::vector<std::string> first_lines(std::string_view bytes, std::size_t skip) {
  constexpr std::size_t most = 20;
  std::vector<std::string> lines;
  std::string line;
  bool quoted = false;
  std::size_t skipped = 0;
  for (std::size_t k = 0; k <= bytes.size() && lines.size() < most; ++k) {
    const char c = k < bytes.size() ? bytes[k] : '\n';
    if (skipped < skip) {
      skipped += c == '\n' ? 1 : 0;
      continue;
    }
    if (c == '"') quoted = !quoted;
    if (quoted && k < bytes.size()) continue;
    if (c != '\n' && c != '\r') {
      line += c;
      continue;
    }
    const std::string_view text = io::trimmed(line);
    // (a tab at an end may stand for an empty field)
    if (!text.empty() && text.front() != '#') lines.push_back(line);
    line.clear();
  }
  return lines;
}

// How many separators stand in each line; nothing where there are none, or not as many in each.
std::optional<std::size_t> in_each_line(const std::vector<std::string>& lines, char separator) {
  std::optional<std::size_t> count;
  for (const std::string& line : lines) {
    const auto here = static_cast<std::size_t>(std::count(line.begin(), line.end(), separator));
    if (here == 0 || (count && here != *count)) return std::nullopt;
    count = here;
  }
  return count;
}

bool commas_are_in_numbers(const std::vector<std::string>& lines) {
  for (const std::string& line : lines)
    for (std::size_t k = line.find(','); k != std::string::npos; k = line.find(',', k + 1))
      if (k == 0 || k + 1 == line.size() || !is_digit(line[k - 1]) || !is_digit(line[k + 1]))
        return false;
  return true;
}

std::size_t words_of(const std::string& line) {
  std::size_t words = 0;
  bool inside = false;
  for (const char c : line) {
    const bool blank = c == ' ' || c == '\t';
    if (!blank && !inside) ++words;
    inside = !blank;
  }
  return words;
}

char separator_of(const std::vector<std::string>& lines) {
  const auto commas = in_each_line(lines, ',');
  for (const char candidate : {';', '\t'}) {
    const auto count = in_each_line(lines, candidate);
    // (commas may be those of decimals, one in a field at the most)
    if (count && (!commas || (*commas <= *count + 1 && commas_are_in_numbers(lines))))
      return candidate;
  }
  const bool has_comma = std::any_of(lines.begin(), lines.end(), [](const std::string& line) {
    return line.find(',') != std::string::npos;
  });
  if (has_comma || lines.empty()) return ',';
  const std::size_t words = words_of(lines.front());
  const bool alike = std::all_of(lines.begin(), lines.end(),
                                 [&](const std::string& line) { return words_of(line) == words; });
  return words > 1 && alike ? ' ' : ',';
}

// Numbers as 1,5 and none as 1.5.
bool looks_decimal_comma(std::string_view bytes) {
  bool commas = false;
  for (std::size_t k = 1; k + 1 < bytes.size(); ++k) {
    if (!is_digit(bytes[k - 1]) || !is_digit(bytes[k + 1])) continue;
    if (bytes[k] == '.') return false;
    commas = commas || bytes[k] == ',';
  }
  return commas;
}

}  // namespace

CsvLayout layout_of(std::string_view bytes, const DataSpec& spec) {
  // in the order of Separator, of which the first is automatic
  constexpr std::array separators = {',', ',', ';', '\t', ' '};
  constexpr std::array names = {"commas", "commas", "semicolons", "tabs", "blanks"};
  CsvLayout layout;
  layout.format.skip_lines = static_cast<std::size_t>(spec.skip_lines);
  const bool open = spec.separator == Separator::automatic;
  layout.format.separator = open ? separator_of(first_lines(bytes, layout.format.skip_lines))
                                 : separators[static_cast<std::size_t>(spec.separator)];
  const char separator = layout.format.separator;
  if (spec.decimal == Decimal::comma && separator == ',')
    throw ConfigError("data.decimal", "comma",
                      "cannot be where commas separate the fields; data.separator names another");
  layout.format.decimal_comma =
      spec.decimal == Decimal::comma ||
      (spec.decimal == Decimal::automatic && separator != ',' && looks_decimal_comma(bytes));
  const bool found_comma = layout.format.decimal_comma && spec.decimal == Decimal::automatic;
  const auto place = std::find(separators.begin() + 1, separators.end(), separator);
  const std::string name = names[static_cast<std::size_t>(place - separators.begin())];
  if ((open && separator != ',') || found_comma)
    layout.remark = "is separated by " + name + (found_comma ? ", with decimal commas" : "");
  return layout;
}

}  // namespace nernst
