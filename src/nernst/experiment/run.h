// SPDX-License-Identifier: Apache-2.0
// A run: config -> data -> chip -> loop -> run folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "nernst/chip/simulated_chip.h"
#include "nernst/experiment/checkpoint.h"
#include "nernst/experiment/class_shares.h"
#include "nernst/experiment/config.h"
#include "nernst/experiment/evaluation.h"
#include "nernst/experiment/run_folder.h"
#include "nernst/training/diverged.h"
#include "nernst/training/learner.h"

namespace nernst {

enum class RunPhase {
  reading,  // the data
  making,   // the chip
  training,
  evaluating,
  reference,
  programming,
  comparing,
  saving,
  working  // on whatever a command does without parts of its own
};

// Where a run is, for a person who waits.
struct Progress {
  RunPhase phase = RunPhase::training;
  double fraction = 0;  // of the phase
  std::uint64_t epoch = 0, epochs = 0;
  double accuracy = 0;  // of the latest samples; in training before each was learned
  double samples_per_second = 0;
  // of the run as far as that is known, up to what `then` names; not a number before it means
  // anything
  double seconds_left = kUnknown;
  const char* then = "";  // what comes afterwards and takes its own time
  double rho = 0;         // the monitor's largest mean
  double spent_s = 0;     // on what has no fraction: reading and making

  static constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
};

// Whether what took `spent_s` for a `fraction` of the work says how long the rest will take.
inline bool estimate_means_something(double spent_s, double fraction) {
  constexpr double long_enough_s = 1, much = 0.05;
  return spent_s > 0 && fraction > 0 && (spent_s >= long_enough_s || fraction >= much);
}

// What a run is given from above. Nothing here influences a result.
struct RunHooks {
  std::function<void(const Progress&)> progress;
  std::function<void(const std::string&)> warn;
  std::function<void(const std::string&)> tell;  // what is good to know before a long wait
  std::function<bool()> stop;                    // Ctrl-C
  std::function<double()> now_s;                 // a clock that only goes forward
};

// load_data() that hears a stop, and says after a second that it is under way. Throws Interrupted.
DataSet load_data(const DataSpec& spec, const RunHooks& hooks);

// Throws Interrupted where `hooks` ask to stop.
inline void heed_stop(const RunHooks& hooks) {
  if (hooks.stop && hooks.stop()) throw Interrupted();
}

struct RunSetup {
  int threads = 1;
  Backend backend = Backend::fast;
};

struct RunResult {
  double test_accuracy = 0, test_loss = 0;
  std::optional<double> validation_accuracy;
  std::optional<double> reference_accuracy;
  std::optional<double> reference_balanced_accuracy;
  std::string reference_diverged;  // how the training in float ended where it diverged
  double samples_per_second = 0;
  std::uint64_t epochs = 0;
  std::string weights_digest;
  std::string metrics_digest;  // of metrics.jsonl
  std::int64_t weights = 0;    // of the network
  // multiply-adds of a training on the computer; empty where it was done elsewhere
  std::optional<std::int64_t> host_operations = 0;
  std::optional<TransferReport> transfer;  // where a trained network was written to the chip
  Matrix<std::int64_t> confusion;
  std::int64_t undecided = 0;          // of the test: see Evaluation
  std::optional<double> common_shift;  // of all weights on the shelf, in w, where it lay there
  Books books;
  std::int64_t pulses_per_cell_max = 0;
  double cells_below_zero = 0;      // part_of_cells_below_zero
  std::optional<WireReport> wires;  // where the lines have resistance
  std::string data, device, schedule, update, run;
};

// Trains in a new folder. Throws ConfigError, IoError, Interrupted (after a checkpoint), Diverged.
RunResult start_run(Config config, const std::filesystem::path& folder, const RunSetup& setup,
                    const RunHooks& hooks);

// Goes on with a run, from its last checkpoint or from the beginning; with `more_epochs`, so many
// beyond its end, at the learning rate that it has there. Throws ConfigError where the config, the
// device or the data were changed, or another process has the run; IoError, Interrupted (after a
// checkpoint), Diverged.
RunResult resume_run(const std::filesystem::path& folder, const RunSetup& setup,
                     const RunHooks& hooks, std::int64_t more_epochs = 0);

// Sentences on pulses that could not be sent and outputs that were clipped; "" where these are few.
std::string saturation_remark(const LedgerCounts& book);
std::string clipping_remark(const LedgerCounts& book);

// Remarks on a result that a reader of its accuracy needs: who is no better than chance, and what
// was clipped.
std::vector<std::string> remarks_on(const RunResult& result);

// The result as JSON, the ledger in it (training only; evaluation stands in `evaluation_ledger`).
Tree result_json(const RunResult& result);

// Of all weights of a chip in units of w, without noise: their mean, which is what they shift by
// together as cells and their references relax, and their root mean square, which says how much
// of them is left.
struct WeightMoments {
  double mean = 0, rms = 0;
};
WeightMoments weight_moments(const SimulatedChip& chip);

// The part of the cells and references of a chip whose w stands for less than 0 S. The weights
// count it as the law has it; conductances, currents and energies end at 0 S.
double part_of_cells_below_zero(const SimulatedChip& chip);
// A sentence on that; "" where it is less than one in a thousand.
std::string below_zero_remark(double part);

// The chip that a config means, with its first weights.
std::unique_ptr<SimulatedChip> make_chip(const Config& config, const DeviceSpec& device,
                                         const RunSetup& setup);

// The network of a config on its chip, which must outlive it.
std::unique_ptr<Network> make_network(const Config& config, SimulatedChip& chip);

// What trains the network of a config: its schedule, rule and loss. `network` and its chip outlive
// it. Throws ConfigError for names that there are not.
Learner make_learner(const Config& config, Network& network);

// A chip as a run left it, for evaluation and export.
struct FinishedChip {
  Config config;
  DataFit fit;
  std::string data_checksum;   // of what it was trained on
  std::string weights_digest;  // of the chip as it was left
  std::unique_ptr<SimulatedChip> chip;
  std::unique_ptr<Network> network;
};
FinishedChip load_chip(const std::filesystem::path& folder, const RunSetup& setup);

// Leaves the instruction set that NERNST_INSTRUCTION_SET names, and plainer ones; all without it.
void instruction_set_from_environment();

// The back-end that NERNST_BACKEND (reference, scalar, fast) asks for; fast without it.
Backend backend_from_environment();
const char* backend_name(Backend backend);

}  // namespace nernst
