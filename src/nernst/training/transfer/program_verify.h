// SPDX-License-Identifier: Apache-2.0
// Program-verify: write, read, correct, until every cell is within a tolerance or out of tries.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "nernst/base/parameters.h"
#include "nernst/chip/chip.h"

namespace nernst {

// Whether the cells of a row are written and read together, or each on its own.
enum class VerifyBy { row, cell };

struct VerifySpec {
  double tolerance = 0.02;  // of the range of weights, either way
  std::int64_t tries = 50;  // corrections of a cell at most
  VerifyBy by = VerifyBy::row;
  void describe(Fields& f);
};

// What programming some cells took.
struct ProgramReport {
  std::int64_t cells = 0;
  std::int64_t failed = 0;  // cells that ended outside the tolerance, by their last read
  std::int64_t pulses = 0, reads = 0;
  double square_error = 0;   // sum over cells of (last read - target)^2, in weights
  double largest_error = 0;  // in weights
  ProgramReport& operator+=(const ProgramReport& other);
  void describe(Fields& f);
};

// Brings the weights of a row to `targets` (one for each column). A correction is as many nominal
// pulses as the error asks for, one at least. A cell that is out of tries, as where the tolerance
// is finer than its step, goes on until a read is within half a nominal step, a tenth as often
// again, and counts as failed if it is outside the tolerance then. Every pulse and read is in the
// ledger. `wanted`, where it is given, is what the errors in the report are against: a target that
// was clipped misses it. Targets are finite.
ProgramReport program_row(Chip& chip, ArrayPart part, std::size_t row,
                          std::span<const double> targets, const VerifySpec& spec,
                          std::span<const double> wanted = {});

// The weights that an array is to have: `targets`, which its cells can reach, and `wanted`, before
// they were clipped to that. Both are rows x columns.
struct ProgramTargets {
  MatrixView<const double> targets, wanted;
  // (what can be reached is given as it is)
  ProgramTargets(MatrixView<const double> both) : targets(both), wanted(both) {}
  ProgramTargets(MatrixView<double> both) : targets(both), wanted(both) {}
  ProgramTargets(MatrixView<const double> clipped, MatrixView<const double> before)
      : targets(clipped), wanted(before) {}
};

// The same for all rows. `row_done(row)` is called after each.
ProgramReport program_verify(Chip& chip, ArrayPart part, const ProgramTargets& weights,
                             const VerifySpec& spec,
                             const std::function<void(std::size_t row)>& row_done = {});

// Writes the change from `from` to the targets in nominal pulses, unseen: open loop. The errors in
// the report are those of clipping alone.
ProgramReport write_open_loop(Chip& chip, ArrayPart part, MatrixView<const double> from,
                              const ProgramTargets& weights,
                              const std::function<void(std::size_t row)>& row_done = {});

// Reads a part, resets it, and programs what was read: what pairs of cells that can only rise need
// before they are full.
ProgramReport refresh(Chip& chip, ArrayPart part, const VerifySpec& spec);

}  // namespace nernst
