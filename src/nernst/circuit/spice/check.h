// SPDX-License-Identifier: Apache-2.0
// Our wires against ngspice, on random arrays.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "nernst/circuit/spice/ngspice.h"

namespace nernst {

// One array, read by both, in both of our methods. Differences are parts of the largest voltage
// and of the largest current of a terminal.
struct ReadComparison {
  std::size_t rows = 0, columns = 0;
  double r_Ohm = 0;  // of a segment
  std::size_t open_cells = 0, shorted_cells = 0;
  bool transposed = false;
  double voltage_difference = 0, current_difference = 0;
};

// Arrays of 8 x 8 to `most_lines` x `most_lines` cells from 10 kOhm to 1 MOhm, a few stuck open and
// stuck short (100 Ohm), segments of 0.1 to 100 Ohm, ends of 0 to 100 Ohm, driven from one side or
// both. `each` is called after each of them.
std::vector<ReadComparison> compare_reads(Ngspice& ngspice, std::size_t arrays,
                                          std::size_t least_lines, std::size_t most_lines,
                                          std::uint64_t seed,
                                          const std::function<void(const ReadComparison&)>& each);

// One update of an array, with ours: the largest difference of the change of a conductance, as a
// part of the largest change.
struct UpdateComparison {
  std::string device;
  std::size_t lines = 0;
  double r_Ohm = 0;
  bool channel_load = false;
  double pulses = 0;
  double least_dose = 1;  // the part of a dose that reaches the worst cell
  double change_difference = 0;
};

UpdateComparison compare_update(Ngspice& ngspice, const DeviceSpec& device, std::size_t lines,
                                double r_Ohm, bool channel_load, double pulses, std::uint64_t seed);

}  // namespace nernst
