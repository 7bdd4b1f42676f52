// SPDX-License-Identifier: Apache-2.0
#include "nernst/chip/ledger.h"

#include <algorithm>
#include <utility>

namespace nernst {

double EnergyParts::total_J() const {
  return cells_read_J + cells_write_J + dac_J + adc_J + amplifiers_J + drivers_J + neurons_J +
         digital_J + link_J + static_J;
}

void EnergyParts::describe(Fields& f) {
  const auto part = [&f](const char* name, double& target, const char* help) {
    f.real(name, target, {.unit = "J", .help = help});
  };
  part("cells_read_J", cells_read_J, "in the cells while they are read");
  part("cells_write_J", cells_write_J, "pulses on cells");
  part("dac_J", dac_J, "input converters");
  part("adc_J", adc_J, "output converters");
  part("amplifiers_J", amplifiers_J, "integrators of the output lines");
  part("drivers_J", drivers_J, "pulses on lines");
  part("neurons_J", neurons_J, "activations and derivatives");
  part("digital_J", digital_J, "digital work beside the arrays");
  part("link_J", link_J, "bytes between host and chip");
  part("static_J", static_J, "power taken all the time");
}

void TimeParts::describe(Fields& f) {
  const auto part = [&f](const char* name, double& target, const char* help) {
    f.real(name, target, {.unit = "s", .min = 0, .help = help});
  };
  part("reads_s", reads_s, "parallel reads, repeats included");
  part("pulses_s", pulses_s, "pulses of parallel updates");
  part("cells_s", cells_s, "cells read and written one by one or row by row");
  part("neurons_s", neurons_s, "neurons, and errors of outputs");
  part("digital_s", digital_s, "digital work beside the arrays");
  part("link_s", link_s, "bytes between host and chip");
}

void LedgerCounts::describe(Fields& f) {
  const auto count = [&f](const char* name, std::int64_t& target, const char* help) {
    f.integer(name, target, {.min = 0, .help = help});
  };
  count("mvm", mvm, "products of whole arrays with a vector");
  count("mvm_transposed", mvm_transposed, "transposed products of whole arrays");
  count("outer_updates", outer_updates, "parallel updates of whole arrays");
  count("tile_reads", tile_reads, "parallel reads of tiles, repeats included");
  count("read_repeats", read_repeats, "reads repeated because an output saturated");
  count("saturated_outputs", saturated_outputs, "outputs clipped in the end");
  count("dac_conversions", dac_conversions, "input lines driven");
  count("adc_conversions", adc_conversions, "output lines converted");
  count("pulses", pulses, "nominal pulses on cells");
  count("line_pulses", line_pulses, "pulses sent on lines");
  count("short_cells", short_cells,
        "cells, update by update, asked for more pulses than trains or counts hold");
  f.real("unsent_pulses", unsent_pulses,
         {.min = 0, .help = "pulses on cells that were asked for and could not be sent"});
  count("cell_reads", cell_reads, "cells read one by one or row by row");
  count("verifies", verifies, "reads that check a write");
  count("cell_writes", cell_writes, "cells written one by one or row by row");
  count("resets", resets, "cells reset");
  count("neuron_operations", neuron_operations, "activations and derivatives of neurons");
  count("digital_operations", digital_operations, "multiply-adds beside the arrays");
  count("digital_words", digital_words, "words of digital memory read or written");
  count("host_bytes", host_bytes, "bytes between host and chip");
  f.real("time_s", time_s, {.unit = "s", .min = 0, .help = "time of the chip's clock"});
}

void Ledger::hold_signals(std::int64_t words) {
  signal_words_ += words;
  signal_words_peak_ = std::max(signal_words_peak_, signal_words_);
}

void Ledger::hold_weights(std::int64_t words) {
  weight_words_ += words;
  weight_words_peak_ = std::max(weight_words_peak_, weight_words_);
}

void Ledger::restore(const LedgerCounts& restored, std::int64_t signal_peak,
                     std::int64_t weight_peak) {
  counts = restored;
  signal_words_peak_ = std::max(signal_words_peak_, signal_peak);
  weight_words_peak_ = std::max(weight_words_peak_, weight_peak);
}

HeldSignals::HeldSignals(Ledger& ledger, std::size_t samples, std::size_t width)
    : ledger_(&ledger), values_(samples, width) {
  ledger.hold_signals(static_cast<std::int64_t>(values_.values().size()));
}

HeldSignals::~HeldSignals() {
  if (ledger_ != nullptr)
    ledger_->release_signals(static_cast<std::int64_t>(values_.values().size()));
}

HeldSignals::HeldSignals(HeldSignals&& other) noexcept
    : ledger_(std::exchange(other.ledger_, nullptr)), values_(std::move(other.values_)) {}

MatrixView<double> HeldSignals::view(std::size_t width) {
  NERNST_CHECK(width <= values_.columns());
  return {values_.values().data(), values_.rows(), width, values_.columns()};
}

HeldWeights::HeldWeights(Ledger& ledger, std::size_t rows, std::size_t columns)
    : ledger_(&ledger), values_(rows, columns) {
  ledger.hold_weights(static_cast<std::int64_t>(values_.values().size()));
}

HeldWeights::~HeldWeights() {
  if (ledger_ != nullptr)
    ledger_->release_weights(static_cast<std::int64_t>(values_.values().size()));
}

HeldWeights::HeldWeights(HeldWeights&& other) noexcept
    : ledger_(std::exchange(other.ledger_, nullptr)), values_(std::move(other.values_)) {}

}  // namespace nernst
