// SPDX-License-Identifier: Apache-2.0
// A comparison as its file has it: strategies and devices become jobs.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "nernst/experiment/compare.h"
#include "nernst/experiment/experiment_file.h"
#include "nernst/io/toml.h"

namespace nernst {

namespace {

// An entry of a list of named tables.
struct Case {
  std::string name;
  Tree changes = Tree::object();
  Tree on = Tree::object();  // changes for single devices
};

std::vector<Case> read_cases(const Tree& tree, const std::string& key) {
  std::vector<Case> cases;
  if (!tree.contains(key)) return cases;
  if (!tree[key].is_array()) throw ConfigError(key, "", fmt::format("give tables [[{}]]", key));
  std::set<std::string> names;
  for (std::size_t k = 0; k < tree[key].size(); ++k) {
    const std::string where = fmt::format("{}.{}", key, k);
    Tree table = tree[key][k];
    if (!table.is_object() || !table.contains("name") || !table["name"].is_string())
      throw ConfigError(where + ".name", "", "give the name that it has in the table");
    Case one;
    one.name = table["name"].get<std::string>();
    const bool plain = !one.name.empty() && one.name.size() <= 60 &&
                       one.name.find_first_not_of(
                           "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV"
                           "WXYZ0123456789_-+. ") == std::string::npos &&
                       one.name.front() != '.';
    if (!plain)
      throw ConfigError(where + ".name", one.name,
                        "names a folder too: letters, digits, blanks and _ - + .");
    if (!names.insert(one.name).second)
      throw ConfigError(where + ".name", one.name, "is there twice; give each a name of its own");
    table.erase("name");
    if (table.contains("on")) {
      one.on = table["on"];
      table.erase("on");
    }
    one.changes = table;
    cases.push_back(one);
  }
  return cases;
}

// Collects what the experiments of a comparison read, so that only a key that none of those that
// have it reads is said to have no effect.
class Readers {
 public:
  void add(const Tree& written, const Config& config) {
    for (const WrittenKey& key : written_keys(written, config)) {
      if (key.key == "training.reference")
        add({key.key, key.value, "the float network is trained once for each seed"});
      else if (key.key == "training.seed")
        add({key.key, key.value, "compare.seeds gives the seeds"});
      else
        add(key);
    }
  }
  std::vector<WrittenKey> unread() const {
    std::vector<WrittenKey> keys;
    for (const WrittenKey& key : unread_)
      if (!read_.contains(key.key)) keys.push_back(key);
    return keys;
  }

 private:
  void add(const WrittenKey& key) {
    if (key.read())
      read_.insert(key.key);
    else if (known_.insert(key.key).second)
      unread_.push_back(key);
  }

  std::vector<WrittenKey> unread_;
  std::set<std::string> known_, read_;
};

std::string folder_name(const std::string& strategy, const std::string& device, std::int64_t seed) {
  std::string name = strategy + (device.empty() ? "" : "-" + device);
  for (char& c : name)
    if (c == ' ') c = '_';
  return fmt::format("{}-seed{}", name, seed);
}

// Every run has a folder of its own.
void check_folders(const Comparison& comparison) {
  std::map<std::string, std::string> owners;
  for (const std::int64_t seed : comparison.spec.seeds)
    if (!owners.emplace(float_folder(seed), "the float network").second)
      throw ConfigError("compare.seeds", std::to_string(seed),
                        "is there twice; give each seed once");
  for (const CompareJob& job : comparison.jobs) {
    const auto [owner, is_new] = owners.emplace(job.folder, job.title());
    if (!is_new)
      throw ConfigError(job.title(), "",
                        fmt::format("would have the folder {}, which is that of {}; give it "
                                    "another name",
                                    job.folder, owner->second));
  }
}

}  // namespace

std::string float_folder(std::int64_t seed) { return fmt::format("float-seed{}", seed); }

std::string CompareJob::title() const {
  return fmt::format("strategy \"{}\"{}", strategy,
                     device.empty() ? "" : fmt::format(" on device \"{}\"", device));
}

void CompareSpec::describe(Fields& f) {
  f.text("title", title, "what stands above the table");
  f.integers("seeds", seeds, {.min = 0, .max = 9e15, .help = "seeds that every strategy has"});
}

Comparison read_comparison(const Tree& original) {
  Tree tree = original;
  Comparison comparison;
  comparison.text = io::to_toml(with_absolute_paths(original));
  if (tree.contains("compare")) {
    if (!tree["compare"].is_object()) throw ConfigError("compare", "", "must be a table");
    read_fields(tree["compare"], "compare", fields_of(comparison.spec));
  }
  if (comparison.spec.seeds.empty()) throw ConfigError("compare.seeds", "[]", "give one at least");
  const std::vector<Case> strategies = read_cases(tree, "strategy");
  std::vector<Case> devices = read_cases(tree, "device_case");
  if (strategies.empty())
    throw ConfigError("strategy", "none", "give at least one [[strategy]] with a name");
  if (devices.empty()) devices.emplace_back();
  for (const char* key : {"compare", "strategy", "device_case"}) tree.erase(key);
  comparison.base = read_config(tree);
  make_paths_absolute(comparison.base);

  Readers readers;
  for (const Case& strategy : strategies) {
    for (const auto& [name, changes] : strategy.on.items())
      if (std::none_of(devices.begin(), devices.end(),
                       [&wanted = name](const Case& device) { return device.name == wanted; }))
        throw ConfigError("strategy.on", name, "is not the name of a [[device_case]]");
    for (const Case& device : devices) {
      Tree merged = tree;
      merge_tables(merged, device.changes);
      merge_tables(merged, strategy.changes);
      if (strategy.on.contains(device.name)) merge_tables(merged, strategy.on[device.name]);
      CompareJob job;
      job.strategy = strategy.name;
      job.device = device.name;
      try {
        job.config = read_config(merged);
        resolve_device(job.config);
      } catch (const ConfigError& error) {
        throw ConfigError(job.title(), "", error.what());
      }
      readers.add(merged, job.config);
      make_paths_absolute(job.config);
      job.config.training.reference = false;
      for (const std::int64_t seed : comparison.spec.seeds) {
        job.seed = job.config.training.seed = seed;
        job.folder = folder_name(strategy.name, device.name, seed);
        comparison.jobs.push_back(job);
      }
    }
  }
  check_folders(comparison);
  comparison.unread = readers.unread();
  return comparison;
}

}  // namespace nernst
