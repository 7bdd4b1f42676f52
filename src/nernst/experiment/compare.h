// SPDX-License-Identifier: Apache-2.0
// A comparison: strategies x devices x seeds over one network and data set.
//
// The file is an experiment as `nernst train` takes it, and besides
//   [compare]        title, seeds
//   [[strategy]]     name, and tables that go over the experiment; [strategy.on.DEVICE] goes over
//                    that with the device of this name
//   [[device_case]]  name, and tables that go over the experiment; none = its own device only
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "nernst/experiment/run.h"
#include "nernst/experiment/unread_keys.h"

namespace nernst {

// The `[compare]` table.
struct CompareSpec {
  std::string title = "comparison";
  std::vector<std::int64_t> seeds = {1, 2, 3};
  void describe(Fields& f);
};

// One run of a comparison.
struct CompareJob {
  std::string strategy, device;  // names; the device is "" where the file names none
  std::int64_t seed = 1;
  std::string folder;  // in the folder of the comparison
  Config config;

  // "strategy "in situ" on device "organic"", as errors call it.
  std::string title() const;
};

struct Comparison {
  CompareSpec spec;
  std::vector<CompareJob> jobs;    // strategy by strategy, device by device, seed by seed
  Config base;                     // the experiment itself
  std::vector<WrittenKey> unread;  // keys that no strategy reads
  std::string text;                // of the file, for whoever finds the folder
};

// The folder of the float network of a seed, beside those of the jobs.
std::string float_folder(std::int64_t seed);

// Throws ConfigError that names the key; every job's config is checked.
Comparison read_comparison(const Tree& tree);

// Where a comparison stands, for a person who waits.
struct CompareProgress {
  std::size_t done = 0, jobs = 0;
  double fraction = 0, seconds_left = Progress::kUnknown;
  std::string running;  // one of the jobs under way
};

struct CompareHooks {
  std::function<void(const CompareProgress&)> progress;
  std::function<bool()> stop;
  std::function<double()> now_s;
  std::function<void(const std::string&)> warn;  // what was found in the data
  // what is done when the comparison stops early, in the form of its result
  std::function<void(const Tree&)> unfinished;
};

// Runs all jobs, `threads` at once, each in a folder of its own in `folder`; what is there already
// is not run again, and what was interrupted goes on. Writes compare.json. Throws ConfigError where
// the folder belongs to another comparison; Interrupted when `hooks` ask to stop.
//
// The result: {title, data, strategies: [{name, device, seeds, failed, test_accuracy: {mean,
// spread, values}, ...}], baseline: [{name, energy_J, source, ...}]}.
Tree run_comparison(const Comparison& comparison, const std::filesystem::path& folder,
                    const RunSetup& setup, const CompareHooks& hooks);

}  // namespace nernst
