// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "nernst/base/statistics.h"
#include "nernst/experiment/experiment_file.h"
#include "nernst/experiment/float_training.h"
#include "nernst/experiment/transfer_source.h"
#include "nernst/io/file.h"
#include "nernst/io/hash.h"
#include "nernst/io/json.h"
#include "nernst/io/toml.h"

namespace nernst {

namespace fs = std::filesystem;

namespace {

// `changes` over `base`, table by table.
void merge(Tree& base, const Tree& changes) {
  for (const auto& [key, value] : changes.items()) {
    if (value.is_object() && base.contains(key) && base[key].is_object()) {
      merge(base[key], value);
    } else {
      base[key] = value;
    }
  }
}

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

// What a job needs of its data before it is begun.
struct JobData {
  std::string title, checksum;
  DataFit fit;
};

// The data of every job, read once for each different [data] table.
class JobDataCache {
 public:
  explicit JobDataCache(const CompareHooks& hooks) : hooks_(&hooks) {}

  const JobData& of(DataSpec spec) {
    const std::string key = io::to_json(write_fields(fields_of(spec)), io::JsonLayout::line);
    const auto found = known_.find(key);
    if (found != known_.end()) return found->second;
    DataSet data = load_data(spec);
    if (hooks_->warn)
      for (const std::string& remark : data.remarks)
        if (said_.insert(remark).second) hooks_->warn(remark);
    return known_[key] = {std::move(data.title), std::move(data.checksum), std::move(data.fit)};
  }

 private:
  const CompareHooks* hooks_;
  std::set<std::string> said_;
  std::map<std::string, JobData> known_;
};

// What the job's run will be, as its folder will say.
RunIdentity identity_of_job(Config config, const JobData& data) {
  fit_network(config, data.fit, data.title);
  const DeviceSpec device = resolve_device(config);
  fit_full_scales(config, device);
  return identity_of(config, device, check_transfer_source(config), data.checksum);
}

// The result of a run that is done, or why there is none. Throws ConfigError for one of another
// config, device or data, and for a damaged one.
std::optional<Tree> finished(const fs::path& folder, const RunIdentity& identity) {
  for (const char* name : {"result.json", "diverged.json"}) {
    try {
      if (auto result = read_result(folder / name, &identity)) return result;
    } catch (const ConfigError& error) {
      throw ConfigError(error.field(), error.value(),
                        error.remedy() + ", or give the comparison another --out");
    }
  }
  return std::nullopt;
}

Tree run_job(const CompareJob& job, const RunIdentity& identity, const fs::path& folder,
             const RunSetup& setup, const RunHooks& hooks) {
  if (auto done = finished(folder, identity)) {
    if (done->contains("epochs") && done->at("epochs") != job.config.epochs_in_situ())
      throw ConfigError(folder.string(), "",
                        "was trained for more epochs than the comparison asks for; give the "
                        "comparison another --out");
    return *done;
  }
  try {
    if (!fs::exists(folder / "config.toml"))
      return result_json(start_run(job.config, folder, setup, hooks));
    check_identity(folder.string(), identity, open_run(folder).identity);
    return result_json(resume_run(folder, setup, hooks));
  } catch (const Diverged& diverged) {
    const Tree answer = {{"diverged", diverged.what()}};
    write_result(folder / "diverged.json", identity, answer);
    return answer;
  }
}

// The float network of the experiment, once for each seed.
Tree run_float(const Config& config, const RunIdentity& identity, const fs::path& folder,
               const RunHooks& hooks) {
  if (auto done = finished(folder, identity)) return *done;
  const DataSet data = load_data(config.data);
  Tree result = Tree::object();
  try {
    FloatNetwork network = train_float(config, data, hooks);
    const Evaluation test = evaluate_float(network, config, data, hooks);
    result["test_accuracy"] = test.accuracy;
    write_shares(result, class_shares(test.confusion));
  } catch (const Diverged& diverged) {
    result["diverged"] = diverged.what();
  }
  result["operations"] = float_operations(config, data);
  result["data"] = data.title;
  io::make_folder(folder);
  write_result(folder / "result.json", identity, result);
  return result;
}

// How far one run is, from its phases.
double fraction_of(const Progress& progress, bool transfer) {
  switch (progress.phase) {
    case RunPhase::reference:
      return transfer ? 0.8 * progress.fraction : 1;
    case RunPhase::programming:
      return 0.8 + 0.1 * progress.fraction;
    case RunPhase::training:
      return transfer ? 0.9 + 0.1 * progress.fraction : 0.98 * progress.fraction;
    case RunPhase::evaluating:
    case RunPhase::comparing:
      return 0;
  }
  return 0;
}

// All tasks on some threads; the first exception stops the rest and is thrown again.
class Crew {
 public:
  Crew(std::size_t tasks, const CompareHooks& hooks) : hooks_(&hooks), fractions_(tasks, 0.0) {
    began_s_ = now_s();
  }

  // task(k, hooks) for every k.
  void work(int threads, const std::vector<std::string>& names, const std::vector<bool>& transfers,
            const std::function<void(std::size_t, const RunHooks&)>& task) {
    std::atomic<std::size_t> next = 0;
    const auto take = [&] {
      for (std::size_t k = next++; k < fractions_.size() && !stopped_; k = next++) {
        try {
          RunHooks hooks;
          hooks.now_s = hooks_->now_s;
          hooks.stop = [this] { return stopped_ || (hooks_->stop && hooks_->stop()); };
          hooks.progress = [this, k, &names, &transfers](const Progress& progress) {
            report(k, fraction_of(progress, transfers[k]), names[k]);
          };
          task(k, hooks);
          report(k, 1, names[k]);
        } catch (...) {
          const std::lock_guard lock(mutex_);
          if (!error_) error_ = std::current_exception();
          stopped_ = true;
        }
      }
    };
    std::vector<std::jthread> crew;
    for (int t = 1; t < threads; ++t) crew.emplace_back(take);
    take();
    crew.clear();
    if (error_) std::rethrow_exception(error_);
  }

 private:
  double now_s() const { return hooks_->now_s ? hooks_->now_s() : 0; }

  void report(std::size_t k, double fraction, const std::string& name) {
    const std::lock_guard lock(mutex_);
    // a run whose result was there already says nothing of the time that the others take
    if (fractions_[k] == 0 && fraction == 1) known_ += 1;
    fractions_[k] = std::max(fractions_[k], fraction);
    if (!hooks_->progress) return;
    CompareProgress progress;
    progress.jobs = fractions_.size();
    progress.running = name;
    double sum = 0;
    for (const double f : fractions_) {
      sum += f;
      progress.done += f == 1 ? 1 : 0;
    }
    progress.fraction = sum / static_cast<double>(fractions_.size());
    const double made = sum - known_, left = static_cast<double>(fractions_.size()) - sum;
    if (made > 0) progress.seconds_left = (now_s() - began_s_) * left / made;
    hooks_->progress(progress);
  }

  const CompareHooks* hooks_;
  std::mutex mutex_;
  std::vector<double> fractions_;
  double known_ = 0, began_s_ = 0;
  std::atomic<bool> stopped_ = false;
  std::exception_ptr error_;
};

Tree summary_of(const std::vector<double>& values) {
  Tree tree = Tree::object();
  tree["mean"] = values.empty() ? Tree(nullptr) : Tree(mean(values));
  tree["spread"] = values.size() < 2 ? Tree(nullptr) : Tree(deviation(values));
  tree["values"] = values;
  return tree;
}

// A number of a result: "ledger.time_s"; NaN where it is null.
double number_in(const Tree& result, const std::string& path) {
  const Tree* place = &result;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('.', begin), path.size());
    place = &place->at(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return place->is_null() ? std::nan("") : place->get<double>();
}

// The same, NaN also where it is not there.
double number_or(const Tree& result, const std::string& key) {
  return result.contains(key) ? number_in(result, key) : std::nan("");
}

Tree strategy_row(const CompareJob& first, const std::vector<Tree>& results) {
  static const std::vector<std::pair<const char*, const char*>> columns = {
      {"test_accuracy", "test_accuracy"},
      {"balanced_accuracy", "balanced_accuracy"},
      {"time_s", "ledger.time_s"},
      {"energy_J", "ledger.energy_J"},
      {"pulses_per_cell_max", "ledger.pulses_per_cell_max"},
      {"cell_reads", "ledger.cell_reads"},
      {"verifies", "ledger.verifies"},
      {"signal_words", "ledger.signal_words_peak"},
      {"weight_words", "ledger.weight_words_peak"},
      {"host_bytes", "ledger.host_bytes"},
      {"digital_operations", "ledger.digital_operations"},
      {"host_operations", "host_operations"}};
  Tree row = {{"name", first.strategy}, {"device", first.device}, {"seeds", results.size()}};
  std::int64_t failed = 0;
  std::vector<const Tree*> done;
  for (const Tree& result : results) {
    if (result.contains("diverged"))
      ++failed;
    else
      done.push_back(&result);
  }
  row["failed"] = failed;
  // what a reader must know beside the numbers, each sentence once
  row["remarks"] = Tree::array();
  const auto remark = [&](const Tree& sentence) {
    if (std::find(row["remarks"].begin(), row["remarks"].end(), sentence) == row["remarks"].end())
      row["remarks"].push_back(sentence);
  };
  for (const Tree& result : results) {
    if (result.contains("diverged")) remark(result["diverged"]);
    if (result.contains("remarks"))
      for (const Tree& sentence : result["remarks"]) remark(sentence);
  }
  for (const auto& [name, path] : columns) {
    std::vector<double> values;
    for (const Tree* result : done)
      if (const double value = number_in(*result, path); !std::isnan(value))
        values.push_back(value);
    row[name] = summary_of(values);
  }
  std::vector<double> per_weight;
  for (const Tree* result : done)
    per_weight.push_back(number_in(*result, "ledger.pulses") / number_in(*result, "weights"));
  row["pulses_per_weight"] = summary_of(per_weight);
  return row;
}

// What the same training costs on digital hardware, in arithmetic and memory alone.
Tree baselines(double operations, const std::vector<double>& accuracies) {
  struct Machine {
    const char* name;
    double e_operation_J;
    const char* source;
  };
  // a multiply-add is two floating-point operations
  static const Machine machines[] = {
      {"GPU at peak (H100)", 2 * 0.7e-12, "0.7 pJ per operation at peak, quoted"},
      {"GPU at peak (V100)", 2 * 2.4e-12, "2.4 pJ per operation at peak, quoted"},
      {"digital, 45 nm, weights in SRAM", 4.6e-12 + 5e-12,
       "3.7 + 0.9 pJ for a multiply-add, 10 pJ for 64 bit of SRAM; quoted from Horowitz 2014"},
      {"digital, 45 nm, weights in DRAM", 4.6e-12 + 975e-12,
       "as before, 1.3 to 2.6 nJ for 64 bit of DRAM; quoted from Horowitz 2014"}};
  Tree list = Tree::array();
  for (const Machine& machine : machines) {
    Tree entry = {{"name", machine.name},
                  {"energy_J", operations * machine.e_operation_J},
                  {"operations", operations},
                  {"source", machine.source}};
    if (!accuracies.empty()) entry["test_accuracy"] = mean(accuracies);
    list.push_back(entry);
  }
  return list;
}

// "strategy "in situ" on device "organic""
std::string named(const CompareJob& job) {
  return fmt::format("strategy \"{}\"{}", job.strategy,
                     job.device.empty() ? "" : fmt::format(" on device \"{}\"", job.device));
}

std::string text_of_first(const std::vector<Tree>& results, const char* key) {
  for (const Tree& result : results)
    if (result.is_object() && result.contains(key)) return result[key].get<std::string>();
  return "";
}

// The answer from the results that are there; those that are missing are null.
Tree answer_of(const Comparison& comparison, const std::vector<Tree>& results,
               const fs::path& folder) {
  const std::vector<std::int64_t>& seeds = comparison.spec.seeds;
  Tree answer = Tree::object();
  answer["title"] = comparison.spec.title;
  answer["data"] = text_of_first(results, "data");
  answer["strategies"] = Tree::array();
  for (std::size_t first = 0; first < comparison.jobs.size(); first += seeds.size()) {
    std::vector<Tree> of_strategy;
    for (std::size_t k = 0; k < seeds.size(); ++k)
      if (const Tree& result = results[seeds.size() + first + k]; result.is_object())
        of_strategy.push_back(result);
    if (!of_strategy.empty())
      answer["strategies"].push_back(strategy_row(comparison.jobs[first], of_strategy));
  }
  std::vector<double> accuracies;
  std::vector<double> balanced;
  answer["float_remarks"] = Tree::array();
  for (std::size_t k = 0; k < seeds.size(); ++k) {
    if (!results[k].is_object()) continue;
    if (results[k].contains("diverged")) {
      answer["float_remarks"].push_back(results[k]["diverged"]);
      continue;
    }
    accuracies.push_back(results[k].at("test_accuracy").get<double>());
    balanced.push_back(number_or(results[k], "balanced_accuracy"));
  }
  answer["float_accuracy"] = summary_of(accuracies);
  answer["float_balanced_accuracy"] = summary_of(balanced);
  // of the samples, which are the same for all that did not diverge
  answer["largest_class_share"] = nullptr;
  answer["uneven_classes"] = false;
  for (const Tree& result : results) {
    if (!result.contains("largest_class_share")) continue;
    answer["largest_class_share"] = result["largest_class_share"];
    answer["uneven_classes"] = result["uneven_classes"];
    break;
  }
  const Tree& first = results.front();
  answer["baseline"] = first.is_object()
                           ? baselines(first.at("operations").get<double>(), accuracies)
                           : Tree::array();
  answer["folder"] = folder.string();
  return answer;
}

}  // namespace

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
      merge(merged, device.changes);
      merge(merged, strategy.changes);
      if (strategy.on.contains(device.name)) merge(merged, strategy.on[device.name]);
      CompareJob job;
      job.strategy = strategy.name;
      job.device = device.name;
      try {
        job.config = read_config(merged);
        resolve_device(job.config);
      } catch (const ConfigError& error) {
        throw ConfigError(named(job), "", error.what());
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
  comparison.unread = readers.unread();
  return comparison;
}

Tree run_comparison(const Comparison& comparison, const fs::path& folder, const RunSetup& setup,
                    const CompareHooks& hooks) {
  // every strategy meets its data before the first is run
  const std::vector<std::int64_t>& seeds = comparison.spec.seeds;
  JobDataCache data(hooks);
  std::vector<Config> floats;
  std::vector<RunIdentity> identities;
  for (const std::int64_t seed : seeds) {
    Config config = comparison.base;
    config.training.seed = seed;
    const JobData& of_float = data.of(config.data);
    fit_network(config, of_float.fit, of_float.title);
    identities.push_back(identity_of(config, {}, "float", of_float.checksum));
    floats.push_back(std::move(config));
  }
  for (const CompareJob& job : comparison.jobs) {
    try {
      identities.push_back(identity_of_job(job.config, data.of(job.config.data)));
    } catch (const ConfigError& error) {
      throw ConfigError(named(job), "", error.what());
    }
  }

  const fs::path begun = folder / "compare.toml";
  std::optional<io::FolderLock> lock;
  if (fs::exists(begun)) {
    lock.emplace(folder);
    if (io::read_file(begun, 1 << 20) != comparison.text)
      throw ConfigError("--out", folder.string(),
                        "holds another comparison; give another folder, or the file it began with");
  } else {
    // (what an attempt that was killed at once has left may stay)
    refuse_strangers(folder, {".compare.toml."});
    io::make_folder(folder);
    lock.emplace(folder);
    io::write_file_atomically(begun, comparison.text);
  }

  // the float networks first: they are the measure, and the soonest done
  std::vector<Tree> results(seeds.size() + comparison.jobs.size());
  std::vector<std::string> names;
  for (const std::int64_t seed : seeds) names.push_back(fmt::format("float-seed{}", seed));
  std::vector<bool> transfers(seeds.size(), true);
  for (const CompareJob& job : comparison.jobs) {
    names.push_back(job.folder);
    transfers.push_back(job.config.transfer.enabled());
  }
  const RunSetup each{.threads = 1, .backend = setup.backend};
  Crew crew(results.size(), hooks);
  try {
    crew.work(setup.threads, names, transfers, [&](std::size_t k, const RunHooks& run_hooks) {
      results[k] = k < seeds.size()
                       ? run_float(floats[k], identities[k], folder / names[k], run_hooks)
                       : run_job(comparison.jobs[k - seeds.size()], identities[k],
                                 folder / names[k], each, run_hooks);
    });
  } catch (...) {
    if (hooks.unfinished) hooks.unfinished(answer_of(comparison, results, folder));
    throw;
  }
  const Tree answer = answer_of(comparison, results, folder);
  io::write_file_atomically(folder / "compare.json", io::to_json(answer, io::JsonLayout::indented));
  return answer;
}

}  // namespace nernst
