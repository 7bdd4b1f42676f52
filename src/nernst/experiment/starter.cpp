// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/starter.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "nernst/base/error.h"
#include "nernst/base/noise.h"
#include "nernst/base/parameters.h"
#include "nernst/experiment/starter_texts.h"
#include "nernst/io/text.h"

namespace nernst {

namespace {

constexpr std::string_view kOwnFile = "my_", kTable = "my_data.csv";

// Three kinds of parts that two of four measurements tell apart well and the others badly.
std::string made_up_table() {
  struct Kind {
    std::string_view name;
    std::array<double, 4> mean;
  };
  constexpr std::array<Kind, 3> kinds = {Kind{"bolt", {42, 8.0, 12.5, 7.2}},
                                         Kind{"pin", {38, 5.5, 9.5, 7.4}},
                                         Kind{"screw", {45, 6.5, 10.0, 6.9}}};
  constexpr std::array<double, 4> scatter = {2.5, 0.6, 1.0, 0.3};
  constexpr std::size_t of_each = 50;
  const NoiseStream noise(1, 0, Purpose::initial_weight);
  std::string text = "length_mm,width_mm,mass_g,density_g_cm3,kind\n";
  for (std::size_t k = 0; k < of_each; ++k)
    for (std::size_t c = 0; c < kinds.size(); ++c) {
      for (std::size_t f = 0; f < scatter.size(); ++f) {
        const std::size_t draw = (k * kinds.size() + c) * scatter.size() + f;
        text +=
            fmt::format("{:.2f},", kinds[c].mean[f] + scatter[f] * noise.normal<double>(draw, 0));
      }
      text += fmt::format("{}\n", kinds[c].name);
    }
  return text;
}

const std::string_view* text_of(std::string_view name) {
  for (const auto& [stem, text] : starter_texts())
    if (stem == name) return &text;
  return nullptr;
}

}  // namespace

std::vector<std::string> starter_kinds() {
  std::vector<std::string> kinds;
  for (const auto& [stem, text] : starter_texts())
    if (!stem.starts_with(kOwnFile)) kinds.emplace_back(stem);
  return kinds;
}

Starter make_starter(std::string_view kind) {
  const std::vector<std::string> kinds = starter_kinds();
  if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) {
    const auto near = nearest_name(std::string(kind), kinds);
    throw ConfigError("KIND", io::shown(kind),
                      (near ? fmt::format("did you mean \"{}\"? ", *near) : std::string()) +
                          fmt::format("there are {}", fmt::join(kinds, ", ")));
  }
  Starter starter{std::string(kind), std::string(*text_of(kind)), {}};
  if (starter.text.find(fmt::format("\"{}\"", kTable)) != std::string::npos)
    starter.files.emplace_back(kTable, made_up_table());
  for (const auto& [stem, text] : starter_texts()) {
    const std::string file = fmt::format("{}.toml", stem);
    if (stem.starts_with(kOwnFile) && starter.text.find("\"" + file + "\"") != std::string::npos)
      starter.files.emplace_back(file, text);
  }
  return starter;
}

std::string title_of_config(std::string_view toml) {
  std::string title;
  while (!toml.empty()) {
    const std::size_t end = std::min(toml.find('\n'), toml.size());
    std::string_view line = toml.substr(0, end);
    toml.remove_prefix(std::min(end + 1, toml.size()));
    if (!line.starts_with("#")) break;
    line.remove_prefix(1);
    while (line.starts_with(" ")) line.remove_prefix(1);
    if (line.starts_with("SPDX")) continue;
    if (line.empty()) break;
    title += (title.empty() ? "" : " ") + std::string(line);
  }
  return title;
}

std::string command_for(std::string_view toml, const std::string& file) {
  const bool several = toml.find("\n[[strategy]]") != std::string_view::npos;
  return fmt::format("nernst {} {}", several ? "compare" : "train", file);
}

}  // namespace nernst
