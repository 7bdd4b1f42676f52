// SPDX-License-Identifier: Apache-2.0
#include "nernst/training/transfer/program_verify.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "nernst/base/error.h"
#include "nernst/base/saturating.h"

namespace nernst {

namespace {

// Pulses that an error of so many weights asks for.
std::int32_t pulses_for(double error, double step) {
  constexpr double most = 1 << 16;
  const double size = std::clamp(std::nearbyint(std::abs(error) / step), 1.0, most);
  return static_cast<std::int32_t>(error < 0 ? -size : size);
}

}  // namespace

void VerifySpec::describe(Fields& f) {
  f.real("tolerance", tolerance,
         {.min = 1e-6, .max = 1, .help = "largest error of a cell, of the range of weights"});
  f.integer("tries", tries, {.min = 1, .max = 1e6, .help = "corrections of a cell at most"});
  f.choice("verify_by", by, {"row", "cell"}, "write and read a row in parallel, or cell by cell");
}

void ProgramReport::describe(Fields& f) {
  f.integer("cells", cells, {.min = 0, .help = "cells programmed"});
  f.integer("failed", failed, {.min = 0, .help = "cells that ended outside the tolerance"});
  f.integer("pulses", pulses, {.min = 0, .help = "nominal pulses sent"});
  f.integer("reads", reads, {.min = 0, .help = "reads of a cell"});
  f.real("square_error", square_error, {.min = 0, .help = "sum of squared errors, in weights"});
  f.real("largest_error", largest_error, {.min = 0, .help = "largest error, in weights"});
}

ProgramReport& ProgramReport::operator+=(const ProgramReport& other) {
  add_saturating(cells, other.cells);
  add_saturating(failed, other.failed);
  add_saturating(pulses, other.pulses);
  add_saturating(reads, other.reads);
  square_error += other.square_error;
  largest_error = std::max(largest_error, other.largest_error);
  return *this;
}

ProgramReport program_row(Chip& chip, ArrayPart part, std::size_t row,
                          std::span<const double> targets, const VerifySpec& spec,
                          std::span<const double> wanted) {
  const std::size_t columns = targets.size();
  NERNST_CHECK(wanted.empty() || wanted.size() == columns);
  for (const double target : targets) NERNST_CHECK(std::isfinite(target));
  NERNST_CHECK(columns == chip.shape(part.array).columns);
  const double step = chip.weight_step(part);
  const double tolerance = spec.tolerance * chip.weight_range(part);
  const std::int64_t last_try = spec.tries + std::max<std::int64_t>(1, spec.tries / 10);
  ProgramReport report;
  report.cells = static_cast<std::int64_t>(columns);
  std::vector<double> read(columns), error(columns);
  std::vector<std::int32_t> pulses(columns);
  std::vector<std::size_t> open(columns);
  for (std::size_t c = 0; c < columns; ++c) open[c] = c;

  for (std::int64_t attempt = 0;; ++attempt) {
    if (spec.by == VerifyBy::row) {
      chip.read_row(part, row, read, ReadReason::verify);
      report.reads += static_cast<std::int64_t>(columns);
    } else {
      for (const std::size_t c : open) read[c] = chip.read(part, row, c, ReadReason::verify);
      report.reads += static_cast<std::int64_t>(open.size());
    }
    const double near = attempt < spec.tries ? tolerance : std::max(tolerance, step / 2);
    for (const std::size_t c : open) error[c] = targets[c] - read[c];
    std::erase_if(open, [&](std::size_t c) { return std::abs(error[c]) <= near; });
    if (open.empty() || attempt == last_try) break;

    std::fill(pulses.begin(), pulses.end(), 0);
    for (const std::size_t c : open) {
      pulses[c] = pulses_for(error[c], step);
      add_saturating(report.pulses, std::abs(pulses[c]));
      if (spec.by == VerifyBy::cell) chip.pulse(part, row, c, pulses[c]);
    }
    if (spec.by == VerifyBy::row) chip.write_row(part, row, pulses);
  }
  for (std::size_t c = 0; c < columns; ++c) {
    const double missed = error[c] + (wanted.empty() ? 0 : wanted[c] - targets[c]);
    report.failed += std::abs(missed) > tolerance ? 1 : 0;
    report.square_error += missed * missed;
    report.largest_error = std::max(report.largest_error, std::abs(missed));
  }
  return report;
}

ProgramReport program_verify(Chip& chip, ArrayPart part, const ProgramTargets& weights,
                             const VerifySpec& spec,
                             const std::function<void(std::size_t row)>& row_done) {
  NERNST_CHECK(weights.targets.rows() == chip.shape(part.array).rows &&
               weights.wanted.rows() == weights.targets.rows());
  ProgramReport report;
  for (std::size_t r = 0; r < weights.targets.rows(); ++r) {
    report += program_row(chip, part, r, weights.targets.row(r), spec, weights.wanted.row(r));
    if (row_done) row_done(r);
  }
  return report;
}

ProgramReport write_open_loop(Chip& chip, ArrayPart part, MatrixView<const double> from,
                              const ProgramTargets& weights,
                              const std::function<void(std::size_t row)>& row_done) {
  const ArrayShape shape = chip.shape(part.array);
  const auto targets = weights.targets, wanted = weights.wanted;
  NERNST_CHECK(targets.rows() == shape.rows && targets.columns() == shape.columns);
  NERNST_CHECK(from.rows() == shape.rows && from.columns() == shape.columns);
  NERNST_CHECK(wanted.rows() == shape.rows && wanted.columns() == shape.columns);
  const double step = chip.weight_step(part);
  ProgramReport report;
  std::vector<std::int32_t> pulses(shape.columns);
  std::vector<double> left(shape.columns);
  for (std::size_t r = 0; r < shape.rows; ++r) {
    for (std::size_t c = 0; c < shape.columns; ++c) {
      const double change = targets(r, c) - from(r, c);
      const double lost = std::abs(wanted(r, c) - targets(r, c));
      NERNST_CHECK(std::isfinite(change));
      left[c] = std::abs(change) < step / 2 ? 0 : change;
      report.square_error += lost * lost;
      report.largest_error = std::max(report.largest_error, lost);
    }
    report.cells += static_cast<std::int64_t>(shape.columns);
    // what is more than one train of pulses goes in several
    for (bool more = true; more;) {
      more = false;
      for (std::size_t c = 0; c < shape.columns; ++c) {
        pulses[c] = left[c] == 0 ? 0 : pulses_for(left[c], step);
        add_saturating(report.pulses, std::abs(pulses[c]));
        left[c] -= pulses[c] * step;
        if (std::abs(left[c]) < step) left[c] = 0;
        more = more || left[c] != 0;
      }
      chip.write_row(part, r, pulses);
    }
    if (row_done) row_done(r);
  }
  return report;
}

ProgramReport refresh(Chip& chip, ArrayPart part, const VerifySpec& spec) {
  const ArrayShape shape = chip.shape(part.array);
  ProgramReport report;
  std::vector<double> weights(shape.columns);
  for (std::size_t r = 0; r < shape.rows; ++r) {
    chip.read_row(part, r, weights, ReadReason::read);
    chip.reset_row(part, r);
    report += program_row(chip, part, r, weights, spec);
  }
  return report;
}

}  // namespace nernst
