// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/preparation.h"

#include <algorithm>
#include <cmath>

#include "nernst/training/transfer/zero_shift.h"

namespace nernst {

namespace {

// Tells now and then how much of the programming is done, and hears whether to stop.
class Teller {
 public:
  Teller(const RunHooks& hooks, const char* then)
      : hooks_(&hooks), then_(then), began_s_(hooks.now_s ? hooks.now_s() : 0), told_s_(began_s_) {}

  void tell(double done) {
    heed_stop(*hooks_);
    if (!hooks_->progress || hooks_->now_s() - told_s_ < 0.1) return;
    told_s_ = hooks_->now_s();
    Progress progress{.phase = RunPhase::programming};
    progress.fraction = done;
    progress.then = then_;
    const double spent_s = told_s_ - began_s_;
    if (estimate_means_something(spent_s, done)) progress.seconds_left = spent_s * (1 / done - 1);
    hooks_->progress(progress);
  }

 private:
  const RunHooks* hooks_;
  const char* then_;
  double began_s_, told_s_;
};

}  // namespace

TransferReport transfer(const Config& config, const DeviceSpec& device, const FloatNetwork& source,
                        Chip& chip, const RunHooks& hooks) {
  TransferReport report;
  Teller teller(hooks, config.epochs_in_situ() > 0 ? "training" : "testing");
  std::size_t rows = 0, rows_done = 0;
  for (std::size_t a = 0; a < chip.arrays(); ++a) rows += chip.shape(a).rows;
  const auto row_done = [&](std::size_t) {
    teller.tell(static_cast<double>(++rows_done) / static_cast<double>(rows));
  };
  const std::vector<ArraySpec> arrays = array_specs(config);
  const WeightReach reach = weight_reach(config.chip, device);
  for (std::size_t a = 0; a < chip.arrays(); ++a) {
    const ArrayShape shape = chip.shape(a);
    Matrix<double> targets(shape.rows, shape.columns), wanted = targets;
    const Matrix<double> from(shape.rows, shape.columns);
    const double scale = arrays[a].full_scale_weight;
    for (std::size_t r = 0; r < shape.rows; ++r)
      for (std::size_t c = 0; c < shape.columns; ++c) {
        wanted(r, c) = static_cast<double>(source.weights(a).row(r)[c]);
        targets(r, c) = std::clamp(wanted(r, c), reach.low * scale, reach.high * scale);
        const double lost = std::abs(wanted(r, c) - targets(r, c));
        report.clipped += lost > 0 ? 1 : 0;
        report.clipped_by = std::max(report.clipped_by, lost);
      }
    const ProgramTargets weights(targets.view(), wanted.view());
    report.written += config.transfer.write == WriteMode::open_loop
                          ? write_open_loop(chip, a, from.view(), weights, row_done)
                          : program_verify(chip, a, weights, config.transfer.verify, row_done);
  }
  return report;
}

void shift_zero(const Config& config, Chip& chip, const RunHooks& hooks) {
  Teller teller(hooks, config.transfer.enabled() ? "the transfer" : "training");
  zero_shift(chip, config.training.zero_shift, [&](double done) { teller.tell(done); });
  if (config.chip.init != InitialState::random || config.transfer.enabled()) return;
  for (std::size_t a = 0; a < chip.arrays(); ++a) {
    const Matrix<double> first =
        initial_weights(config.network, a, static_cast<std::uint64_t>(config.training.seed));
    const Matrix<double> zero(first.rows(), first.columns());
    write_open_loop(chip, a, zero.view(), first.view());
  }
}

}  // namespace nernst
