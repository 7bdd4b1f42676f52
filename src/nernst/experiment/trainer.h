// SPDX-License-Identifier: Apache-2.0
// The loop of a run over epochs and mini-batches, from any position to the end.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "nernst/base/interruption.h"
#include "nernst/experiment/mini_batch.h"
#include "nernst/experiment/run.h"
#include "nernst/io/file.h"
#include "nernst/io/hash.h"
#include "nernst/training/learner.h"

namespace nernst {

// Bytes that one sample sends to the chip: its inputs, as the converters take them, and its label.
std::int64_t host_bytes_per_sample(const ChipSpec& chip, std::size_t features);

class Trainer {
 public:
  // All of them outlive the trainer.
  Trainer(const Config& config, const DataSet& data, SimulatedChip& chip, Network& network,
          const RunFolder& folder, const RunIdentity& identity, const RunHooks& hooks);
  Trainer(const Trainer&) = delete;
  Trainer& operator=(const Trainer&) = delete;

  // Goes back to where the checkpoint in the folder is, if there is one; cuts the metrics back to
  // it.
  void restore();
  // Trains to the last epoch. Throws Interrupted after a checkpoint; Diverged.
  void run();

  const RunPosition& position() const { return position_; }
  const Books& books();
  // How the transfer before training went, where there was one.
  std::optional<TransferReport> transfer_report() const;
  // Evaluates on the chip with the work entered in the evaluation's book.
  Evaluation evaluate(const Samples& samples);

 private:
  // All state that training changes: of the chip and of the learner.
  std::vector<PlaneView> state();
  void prepare();
  void age();
  void begin_epoch();
  void train_batch();
  void end_epoch();
  enum class Tested { no, yes };
  void write_metrics(Tested tested);
  void save();
  void save_if_due(double wanted_spacing_s);
  void report();
  void watch();
  // Asked between tiles, rows and layers: throws Interrupted where somebody waits too long for the
  // end of a mini-batch, or where there is none to wait for.
  void heed_stop() const;
  bool stop_asked() const { return hooks_->stop && hooks_->stop(); }
  double now_s() const { return hooks_->now_s ? hooks_->now_s() : 0; }
  double epochs_done() const;

  const Config* config_;
  const DataSet* data_;
  SimulatedChip* chip_;
  Network* network_;
  const RunFolder* folder_;
  RunIdentity identity_;
  const RunHooks* hooks_;
  Learner learner_;
  RunPosition position_;
  Books books_;
  // Of the run up to its end, while a test of `of` samples has done `tested` of them in `test_s`.
  double seconds_left(double test_s, std::size_t tested, std::size_t of) const;

  std::unique_ptr<io::AppendFile> metrics_;
  io::Digest metrics_digest_;  // of all that was written to them
  std::vector<std::uint32_t> order_;
  MiniBatch<double> batch_;  // under way
  bool warned_ = false;
  std::optional<double> batch_began_s_;  // while a mini-batch is under way
  // time of day, for progress and the spacing of checkpoints only
  double started_s_ = 0, wall_before_s_ = 0;
  double saved_s_ = 0, save_cost_s_ = 0, reported_s_ = 0;
  std::uint64_t samples_here_ = 0;  // trained since this process began
  // of the loop over the epochs: when it began here, and what its tests took
  double loop_began_s_ = 0, test_s_ = 0;
  std::size_t tested_ = 0;  // samples in these tests
  bool last_test_ = false;  // when there is nothing to do but one test
  double recent_accuracy_ = 0;
  InterruptionScope scope_;
};

}  // namespace nernst
