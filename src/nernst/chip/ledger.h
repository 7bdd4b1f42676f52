// SPDX-License-Identifier: Apache-2.0
// The ledger: what a chip did, what it held, and the time and energy that follow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "nernst/base/matrix_view.h"
#include "nernst/base/parameters.h"

namespace nernst {

// Energy by part, in joules.
struct EnergyParts {
  double cells_read_J = 0;   // V^2 G t in the cells while they are read
  double cells_write_J = 0;  // pulses on cells
  double dac_J = 0, adc_J = 0;
  double amplifiers_J = 0;  // integrators of the output lines
  double drivers_J = 0;     // pulses on lines
  double neurons_J = 0;
  double digital_J = 0;  // digital work beside the arrays
  double link_J = 0;     // bytes between host and chip
  double static_J = 0;   // power taken all the time
  double total_J() const;
  void describe(Fields& f);
};

// Time of the chip's clock by what it was spent on, in seconds.
struct TimeParts {
  double reads_s = 0;    // parallel reads, repeats included
  double pulses_s = 0;   // of parallel updates
  double cells_s = 0;    // cells read and written one by one or row by row
  double neurons_s = 0;  // activations, derivatives and errors of outputs
  double digital_s = 0;  // digital work beside the arrays
  double link_s = 0;     // bytes between host and chip
  void describe(Fields& f);
};

// Everything counted since the chip was made, or since a phase began.
struct LedgerCounts {
  std::int64_t mvm = 0, mvm_transposed = 0,
               outer_updates = 0;  // of whole arrays, one for each vector
  std::int64_t tile_reads = 0, read_repeats = 0, saturated_outputs = 0;
  std::int64_t dac_conversions = 0, adc_conversions = 0;
  std::int64_t pulses = 0;       // nominal pulses on cells
  std::int64_t line_pulses = 0;  // pulses that drivers sent on lines
  // Cells, update by update, that were asked for more pulses than trains or counts hold, and the
  // pulses that they went without.
  std::int64_t short_cells = 0;
  double unsent_pulses = 0;
  std::int64_t cell_reads = 0;   // cells read one by one or row by row
  std::int64_t verifies = 0;     // of these, reads that check a write
  std::int64_t cell_writes = 0;  // cells written by write_row or pulse
  std::int64_t resets = 0;       // cells reset
  std::int64_t neuron_operations = 0;
  std::int64_t digital_operations = 0;  // multiply-adds beside the arrays
  std::int64_t digital_words = 0;       // words of digital memory read or written
  std::int64_t host_bytes = 0;
  double time_s = 0;  // of the chip's own clock
  TimeParts time;
  EnergyParts energy;
  void describe(Fields& f);  // all but the parts of time and energy
};

// The chip's book. Signals and weights that training holds are lent by it (see HeldSignals), so
// that the peaks count what was really there.
class Ledger {
 public:
  LedgerCounts counts;

  std::int64_t signal_words() const { return signal_words_; }
  std::int64_t signal_words_peak() const { return signal_words_peak_; }
  std::int64_t weight_words_peak() const { return weight_words_peak_; }

  void hold_signals(std::int64_t words);
  void release_signals(std::int64_t words) { signal_words_ -= words; }
  void hold_weights(std::int64_t words);
  void release_weights(std::int64_t words) { weight_words_ -= words; }

  // The counts are kept and the peaks set, when a run goes on from a checkpoint.
  void restore(const LedgerCounts& restored, std::int64_t signal_peak, std::int64_t weight_peak);

 private:
  std::int64_t signal_words_ = 0, signal_words_peak_ = 0;
  std::int64_t weight_words_ = 0, weight_words_peak_ = 0;
};

// Storage for B vectors of one value for each neuron (activations or errors), entered in the ledger
// as long as it lives.
class HeldSignals {
 public:
  HeldSignals(Ledger& ledger, std::size_t samples, std::size_t width);
  ~HeldSignals();
  HeldSignals(HeldSignals&& other) noexcept;
  HeldSignals& operator=(HeldSignals&&) = delete;
  HeldSignals(const HeldSignals&) = delete;

  // The first `width` words of each sample.
  MatrixView<double> view(std::size_t width);
  MatrixView<double> view() { return values_.view(); }
  std::size_t samples() const { return values_.rows(); }

 private:
  Ledger* ledger_;
  Matrix<double> values_;
};

// Storage for one value for each weight (gradients, accumulators, copies), entered in the ledger.
class HeldWeights {
 public:
  HeldWeights(Ledger& ledger, std::size_t rows, std::size_t columns);
  ~HeldWeights();
  HeldWeights(HeldWeights&& other) noexcept;
  HeldWeights& operator=(HeldWeights&&) = delete;
  HeldWeights(const HeldWeights&) = delete;

  Matrix<double>& values() { return values_; }

 private:
  Ledger* ledger_;
  Matrix<double> values_;
};

}  // namespace nernst
