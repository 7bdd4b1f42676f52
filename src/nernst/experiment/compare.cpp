// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "nernst/experiment/compare_table.h"
#include "nernst/experiment/float_training.h"
#include "nernst/experiment/transfer_source.h"
#include "nernst/io/file.h"
#include "nernst/io/hash.h"
#include "nernst/io/json.h"
#include "nernst/io/toml.h"

namespace nernst {

namespace fs = std::filesystem;

namespace {

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
    RunHooks reading;
    reading.stop = hooks_->stop;
    reading.now_s = hooks_->now_s;
    reading.progress = [this](const Progress&) {
      if (!hooks_->progress) return;
      CompareProgress progress;
      progress.running = "reading the data";
      hooks_->progress(progress);
    };
    DataSet data = load_data(spec, reading);
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
RunIdentity identity_of_job(Config config, const JobData& data, Backend backend) {
  fit_network(config, data.fit, data.title);
  const DeviceSpec device = resolve_device(config);
  fit_full_scales(config, device);
  return identity_of(config, device, check_transfer_source(config), data.checksum, backend);
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
  const auto refuse_longer = [&] {
    throw ConfigError(folder.string(), "",
                      "was trained for more epochs than the comparison asks for; give the "
                      "comparison another --out");
  };
  if (auto done = finished(folder, identity)) {
    if (done->contains("epochs") && done->at("epochs") != job.config.epochs_in_situ())
      refuse_longer();
    return *done;
  }
  try {
    if (!fs::exists(folder / "config.toml"))
      return result_json(start_run(job.config, folder, setup, hooks));
    const OpenedRun begun = open_run(folder);
    check_identity(folder.string(), identity, begun.identity);
    if (begun.config.more_epochs != 0) refuse_longer();
    return result_json(resume_run(folder, setup, hooks));
  } catch (const Diverged& diverged) {
    return {{"diverged", diverged.what()}};
  }
}

// The float network of the experiment, once for each seed.
Tree run_float(const Config& config, const RunIdentity& identity, const fs::path& folder,
               const RunHooks& hooks) {
  if (auto done = finished(folder, identity)) return *done;
  const DataSet data = load_data(config.data, hooks);
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
    case RunPhase::reading:
    case RunPhase::making:
    case RunPhase::evaluating:
    case RunPhase::comparing:
    case RunPhase::saving:
    case RunPhase::working:
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
    const double spent_s = now_s() - began_s_;
    if (made > 0 && estimate_means_something(spent_s, made / (made + left)))
      progress.seconds_left = spent_s * left / made;
    hooks_->progress(progress);
  }

  const CompareHooks* hooks_;
  std::mutex mutex_;
  std::vector<double> fractions_;
  double known_ = 0, began_s_ = 0;
  std::atomic<bool> stopped_ = false;
  std::exception_ptr error_;
};

}  // namespace

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
    identities.push_back(identity_of(config, {}, "float", of_float.checksum, Backend::fast));
    floats.push_back(std::move(config));
  }
  std::set<std::string> said;
  for (const CompareJob& job : comparison.jobs) {
    try {
      const JobData& of_job = data.of(job.config.data);
      identities.push_back(identity_of_job(job.config, of_job, setup.backend));
      for (const std::string& warning : check_learned_from(job.config, of_job.fit))
        if (said.insert(warning).second && hooks.warn) hooks.warn(warning);
    } catch (const ConfigError& error) {
      throw ConfigError(job.title(), "", error.what());
    }
  }

  const fs::path begun = folder / "compare.toml";
  // (what an attempt that was killed at once has left may stay; before a folder is made, and again
  // where nobody else can begin in it any more)
  const auto check = [&] {
    static const std::array<std::string, 1> ours = {".compare.toml."};
    if (!fs::exists(begun))
      refuse_strangers(folder, ours);
    else if (io::read_file(begun, 1 << 20) != comparison.text)
      throw ConfigError("--out", folder.string(),
                        "holds another comparison; give another folder, or the file it began with");
  };
  check();
  io::make_folder(folder);
  const io::FolderLock lock(folder);
  check();
  if (!fs::exists(begun)) io::write_file_atomically(begun, comparison.text);

  // the float networks first: they are the measure, and the soonest done
  std::vector<Tree> results(seeds.size() + comparison.jobs.size());
  std::vector<std::string> names;
  for (const std::int64_t seed : seeds) names.push_back(float_folder(seed));
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
    const std::exception_ptr stopped = std::current_exception();
    try {
      if (hooks.unfinished) hooks.unfinished(comparison_table(comparison, results, folder));
    } catch (...) {
      // why it stopped is what has to be said
    }
    std::rethrow_exception(stopped);
  }
  const Tree answer = comparison_table(comparison, results, folder);
  io::write_file_atomically(folder / "compare.json", io::to_json(answer, io::JsonLayout::indented));
  return answer;
}

}  // namespace nernst
