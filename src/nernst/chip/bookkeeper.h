// SPDX-License-Identifier: Apache-2.0
// Enters in a chip's ledger what its operations amount to: counts, energy and time, by the figures
// of device and technology.
#pragma once

#include <cstddef>
#include <cstdint>

#include "nernst/chip/chip.h"
#include "nernst/chip/chip_spec.h"
#include "nernst/chip/ledger.h"
#include "nernst/circuit/wires/effective_weights.h"
#include "nernst/device/device_spec.h"
#include "nernst/tile/coding.h"
#include "nernst/tile/tile.h"

namespace nernst {

// What returns a time, in seconds, has entered it; the chip's own clock is then to go on by it.
class Bookkeeper {
 public:
  // All three must outlive it.
  Bookkeeper(const ChipSpec& spec, const DeviceSpec& device, LedgerCounts& book)
      : spec_(spec), device_(device), book_(book) {}

  // Parallel reads of one tile with so many output lines; so many parts of a compound array are
  // driven, and the wires let `power` through.
  void enter_tile_reads(const ReadCounts& counts, const ReadCost& cost, std::size_t outputs,
                        std::size_t parts, const ReadPower& power);
  // What the slowest tiles took for them.
  [[nodiscard]] double enter_read_time(double t_s);
  // An outer product, sent as `sent`.
  [[nodiscard]] double enter_update(const PulseCounts& counts, const UpdatePulses& sent);

  // Cells that are written together with so many pulses sent to them, in a time of `longest`
  // pulses.
  [[nodiscard]] double enter_cell_writes(const PulseCounts& counts, std::int64_t sent,
                                         std::int64_t longest);
  // Cells that are read together, each through an output line, on so many driven lines.
  [[nodiscard]] double enter_cell_reads(std::int64_t cells, std::int64_t lines, ReadReason reason,
                                        const ReadCost& cost);
  [[nodiscard]] double enter_resets(std::int64_t cells);

  [[nodiscard]] double enter_host_bytes(std::int64_t bytes);
  [[nodiscard]] double enter_neurons(std::int64_t operations, NeuronWork work);
  [[nodiscard]] double enter_digital(std::int64_t operations, std::int64_t words);

 private:
  void enter_pulses(const PulseCounts& counts, std::uint64_t line_pulses);
  double enter_time(double TimeParts::*part, double t_s);

  const ChipSpec& spec_;
  const DeviceSpec& device_;
  LedgerCounts& book_;
};

}  // namespace nernst
