// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/experiment_file.h"

#include <array>
#include <functional>
#include <system_error>

#include "nernst/device/device_path.h"
#include "nernst/io/file.h"
#include "nernst/io/toml.h"

namespace nernst {

namespace fs = std::filesystem;

namespace {

constexpr std::array<std::string_view, 4> kPathKeys = {"data.path", "data.test_path", "chip.device",
                                                       "transfer.source"};

// No config file is larger.
constexpr std::size_t kMaxConfigBytes = std::size_t{1} << 20;

bool is_path(std::string_view key, const std::string& text) {
  if (text.empty()) return false;
  if (key == "chip.device") return is_device_path(text);
  if (key == "transfer.source") return text != "none" && text != "float";
  return true;
}

using ChangePath = std::function<std::string(const std::string&)>;

// From the root, with one spelling for each folder; a file that is a link keeps its own name.
std::string absolute(const std::string& text) {
  std::error_code unknown;
  const fs::path path = fs::absolute(text, unknown), name = path.filename();
  const bool named = !name.empty() && name != "." && name != "..";
  const fs::path full = named ? fs::weakly_canonical(path.parent_path(), unknown) / name
                              : fs::weakly_canonical(path, unknown);
  return unknown ? text : full.string();
}

void change_paths_of_tables(Tree& tables, const ChangePath& change) {
  if (!tables.is_object()) return;
  for (const std::string_view key : kPathKeys) {
    const std::size_t dot = key.find('.');
    const std::string table(key.substr(0, dot)), name(key.substr(dot + 1));
    if (!tables.contains(table) || !tables[table].is_object() || !tables[table].contains(name))
      continue;
    Tree& value = tables[table][name];
    if (value.is_string() && is_path(key, value.get<std::string>()))
      value = change(value.get<std::string>());
  }
}

// The tables of the experiment, and in a comparison those of each strategy and each device.
void change_paths(Tree& experiment, const ChangePath& change) {
  change_paths_of_tables(experiment, change);
  for (const char* list : {"strategy", "device_case"}) {
    if (!experiment.contains(list) || !experiment[list].is_array()) continue;
    for (Tree& one : experiment[list]) {
      change_paths_of_tables(one, change);
      if (!one.is_object() || !one.contains("on") || !one["on"].is_object()) continue;
      for (auto& [device, on] : one["on"].items()) change_paths_of_tables(on, change);
    }
  }
}

}  // namespace

std::span<const std::string_view> path_keys() { return kPathKeys; }

Tree read_experiment(const std::string& file, const std::vector<std::string>& settings) {
  Tree tree = io::parse_toml(io::read_file(file, kMaxConfigBytes), file);
  const fs::path folder = fs::path(file).parent_path();
  // (joining an absolute path to a folder leaves the path)
  if (!folder.empty())
    change_paths(tree, [&](const std::string& path) { return (folder / path).string(); });
  for (const std::string& setting : settings) io::set_value(tree, setting);
  return tree;
}

Tree with_absolute_paths(Tree experiment) {
  change_paths(experiment, absolute);
  return experiment;
}

void make_paths_absolute(Config& config) {
  const auto change = [](std::string_view key, std::string& path) {
    if (is_path(key, path)) path = absolute(path);
  };
  change("data.path", config.data.path);
  change("data.test_path", config.data.test_path);
  change("chip.device", config.chip.device);
  change("transfer.source", config.transfer.source);
}

}  // namespace nernst
