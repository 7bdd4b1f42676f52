// SPDX-License-Identifier: Apache-2.0
#include "nernst/chip/bookkeeper.h"

#include "nernst/base/saturating.h"
#include "nernst/chip/operation_cost.h"

namespace nernst {

double Bookkeeper::enter_time(double TimeParts::*part, double t_s) {
  book_.time_s += t_s;
  book_.time.*part += t_s;
  book_.energy.static_J += t_s * spec_.technology.p_static_W;
  return t_s;
}

void Bookkeeper::enter_tile_reads(const ReadCounts& counts, const ReadCost& cost,
                                  std::size_t outputs, std::size_t parts, const ReadPower& power) {
  add_saturating(book_.tile_reads, as_count(counts.reads));
  add_saturating(book_.read_repeats, as_count(counts.repeats));
  add_saturating(book_.saturated_outputs, as_count(counts.saturated));
  add_saturating(book_.dac_conversions, as_count(counts.dac_conversions));
  add_saturating(book_.adc_conversions, as_count(counts.adc_conversions));
  const double drive =
      power.together * counts.common_drive + power.apart * (counts.drive - counts.common_drive);
  book_.energy.cells_read_J += read_cells_J(spec_, device_, drive, static_cast<double>(outputs),
                                            static_cast<double>(parts), cost.t_s);
  book_.energy.dac_J += static_cast<double>(counts.dac_conversions) * cost.e_dac_J;
  book_.energy.adc_J += static_cast<double>(counts.adc_conversions) * cost.e_adc_J;
  book_.energy.amplifiers_J += static_cast<double>(counts.adc_conversions) * cost.e_amplifier_J;
}

double Bookkeeper::enter_read_time(double t_s) { return enter_time(&TimeParts::reads_s, t_s); }

void Bookkeeper::enter_pulses(const PulseCounts& counts, std::uint64_t line_pulses) {
  add_saturating(book_.pulses, as_count(counts.pulses));
  add_saturating(book_.line_pulses, as_count(line_pulses));
  // a dose at half of the voltage is as much charge through half of it
  book_.energy.cells_write_J +=
      (counts.charge + counts.half_doses / 2) * device_.physical.e_pulse_J;
  book_.energy.drivers_J += static_cast<double>(line_pulses) * spec_.technology.e_line_pulse_J;
}

double Bookkeeper::enter_update(const PulseCounts& counts, const UpdatePulses& sent) {
  enter_pulses(counts, sent.line_pulses);
  add_saturating(book_.short_cells, as_count(sent.short_cells));
  // (a book of numbers that no file can hold could not be read again)
  constexpr double most = 1e300;
  book_.unsent_pulses += sent.unsent_doses;
  if (!(book_.unsent_pulses <= most)) book_.unsent_pulses = most;
  return enter_time(&TimeParts::pulses_s, sent.slots * device_.physical.t_pulse_s);
}

double Bookkeeper::enter_cell_writes(const PulseCounts& counts, std::int64_t sent,
                                     std::int64_t longest) {
  add_saturating(book_.cell_writes, as_count(counts.cells));
  enter_pulses(counts, static_cast<std::uint64_t>(sent));
  return enter_time(
      &TimeParts::cells_s,
      spec_.technology.t_cell_access_s + static_cast<double>(longest) * device_.physical.t_pulse_s);
}

double Bookkeeper::enter_cell_reads(std::int64_t cells, std::int64_t lines, ReadReason reason,
                                    const ReadCost& cost) {
  const auto amount = static_cast<double>(cells);
  add_saturating(book_.cell_reads, cells);
  if (reason == ReadReason::verify) add_saturating(book_.verifies, cells);
  add_saturating(book_.dac_conversions, lines);
  add_saturating(book_.adc_conversions, cells);
  book_.energy.dac_J += static_cast<double>(lines) * cost.e_dac_J;
  book_.energy.adc_J += amount * cost.e_adc_J;
  book_.energy.amplifiers_J += amount * cost.e_amplifier_J;
  book_.energy.cells_read_J += read_cells_J(spec_, device_, 1, amount, 1, cost.t_s);
  return enter_time(&TimeParts::cells_s, spec_.technology.t_cell_access_s + cost.t_s);
}

double Bookkeeper::enter_resets(std::int64_t cells) {
  add_saturating(book_.resets, cells);
  book_.energy.cells_write_J += static_cast<double>(cells) * device_.physical.e_pulse_J;
  return enter_time(&TimeParts::cells_s,
                    spec_.technology.t_cell_access_s + device_.physical.t_pulse_s);
}

double Bookkeeper::enter_host_bytes(std::int64_t bytes) {
  const TechnologySpec& technology = spec_.technology;
  add_saturating(book_.host_bytes, bytes);
  book_.energy.link_J += static_cast<double>(bytes) * technology.e_link_byte_J;
  return enter_time(&TimeParts::link_s, static_cast<double>(bytes) / technology.link_byte_per_s);
}

double Bookkeeper::enter_neurons(std::int64_t operations, NeuronWork work) {
  const ErrorCircuitSpec& errors = spec_.error_circuit;
  const NeuronCost cost = work == NeuronWork::error
                              ? NeuronCost{errors.energy_J(), errors.t_settle_s}
                              : neuron_cost(spec_);
  add_saturating(book_.neuron_operations, operations);
  book_.energy.neurons_J += static_cast<double>(operations) * cost.e_J;
  // a layer's neurons work side by side
  return enter_time(&TimeParts::neurons_s, cost.t_s);
}

double Bookkeeper::enter_digital(std::int64_t operations, std::int64_t words) {
  const TechnologySpec& technology = spec_.technology;
  add_saturating(book_.digital_operations, operations);
  add_saturating(book_.digital_words, words);
  book_.energy.digital_J += static_cast<double>(operations) * technology.e_digital_operation_J +
                            static_cast<double>(words) * technology.e_digital_word_J;
  return enter_time(&TimeParts::digital_s,
                    static_cast<double>(operations) / technology.digital_operations_per_s);
}

}  // namespace nernst
