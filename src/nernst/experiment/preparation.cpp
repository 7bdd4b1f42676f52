// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/preparation.h"

#include <algorithm>

#include "nernst/training/transfer/zero_shift.h"

namespace nernst {

namespace {

// Tells of the rows written, and hears whether to stop.
std::function<void(std::size_t)> row_counter(const Chip& chip, const RunHooks& hooks,
                                             std::size_t& done) {
  std::size_t rows = 0;
  for (std::size_t a = 0; a < chip.arrays(); ++a) rows += chip.shape(a).rows;
  const double began_s = hooks.now_s ? hooks.now_s() : 0;
  return [&hooks, &done, rows, began_s, told_s = began_s](std::size_t) mutable {
    ++done;
    if (hooks.stop && hooks.stop()) throw Interrupted();
    if (!hooks.progress || hooks.now_s() - told_s < 0.1) return;
    told_s = hooks.now_s();
    Progress progress{.phase = RunPhase::programming};
    progress.fraction = static_cast<double>(done) / static_cast<double>(rows);
    progress.seconds_left = (told_s - began_s) * (1 / progress.fraction - 1);
    hooks.progress(progress);
  };
}

}  // namespace

TransferReport transfer(const Config& config, const DeviceSpec& device, const FloatNetwork& source,
                        Chip& chip, const RunHooks& hooks) {
  TransferReport report;
  std::size_t rows_done = 0;
  const auto row_done = row_counter(chip, hooks, rows_done);
  const std::vector<ArraySpec> arrays = array_specs(config);
  const bool pair = config.chip.weight == WeightCoding::differential_pair;
  const double half_range = (device.cell.w_max - device.cell.w_min) / 2;
  const double low = pair ? -half_range : device.cell.w_min;
  const double high = pair ? half_range : device.cell.w_max;
  for (std::size_t a = 0; a < chip.arrays(); ++a) {
    const ArrayShape shape = chip.shape(a);
    Matrix<double> targets(shape.rows, shape.columns);
    const Matrix<double> from(shape.rows, shape.columns);
    for (std::size_t r = 0; r < shape.rows; ++r)
      for (std::size_t c = 0; c < shape.columns; ++c) {
        const double wanted = static_cast<double>(source.weights(a).row(r)[c]);
        const double scale = arrays[a].full_scale_weight;
        targets(r, c) = std::clamp(wanted, low * scale, high * scale);
        report.clipped += targets(r, c) != wanted ? 1 : 0;
      }
    report.written +=
        config.transfer.write == WriteMode::open_loop
            ? write_open_loop(chip, a, from.view(), targets.view(), row_done)
            : program_verify(chip, a, targets.view(), config.transfer.verify, row_done);
  }
  return report;
}

void shift_zero(const Config& config, Chip& chip) {
  zero_shift(chip, config.training.zero_shift);
  if (config.chip.init != InitialState::random || config.transfer.enabled()) return;
  for (std::size_t a = 0; a < chip.arrays(); ++a) {
    const Matrix<double> first =
        initial_weights(config.network, a, static_cast<std::uint64_t>(config.training.seed));
    const Matrix<double> zero(first.rows(), first.columns());
    write_open_loop(chip, a, zero.view(), first.view());
  }
}

}  // namespace nernst
