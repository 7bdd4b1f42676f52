// SPDX-License-Identifier: Apache-2.0
// How fast one tile is simulated, beside what the memory and the arithmetic of the machine allow.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "nernst/experiment/bench_probe.h"
#include "nernst/experiment/run.h"

namespace nernst {

struct TileBenchSpec {
  std::string device = "li_ecram_tang2018";  // a preset, or the path of a device file
  std::int64_t rows = 512, columns = 512;
  std::int64_t batch = 1;  // vectors of one mvm
  double density = 0.2;    // mean pulses on a cell in one update
  bool endurance = false;  // count the pulses of each cell
};

// One operation. What it moves at least:
//   a read    4 bytes for each cell, once for the whole batch
//   update    all that is kept of a cell, and 4 bytes written, for each cell on a cache line of
//             weights (16 cells of a row) where any cell is pulsed
// (8 bytes for 4 on the reference back-end.)
struct OperationBench {
  Timing timing;
  double ns_per_cell = 0, min_ns_per_cell = 0, p90_ns_per_cell = 0;  // for each vector of the batch
  double bytes = 0;
  double bandwidth_B_per_s = 0;  // measured on an array as large as what the operation goes through
  double bandwidth_share = 0;    // bytes / time / bandwidth
  double operations = 0;        // arithmetic: 2 for each cell and vector of a read; 0 = not counted
  double arithmetic_share = 0;  // of the measured peak
};

struct TileBench {
  double pulses_per_cell = 0;  // that the updates really gave
  double bytes_per_cell = 0;
  double fabricate_s = 0, fabricate_ns_per_cell = 0;
  OperationBench mvm, mvm_transposed;  // with 8-bit DACs, 9-bit ADCs and noise
  OperationBench outer_update;
  // measured: on an array as large as the whole tile (512 MiB at most); of fused multiply-adds
  double memory_bandwidth_B_per_s = 0, arithmetic_peak_per_s = 0;
};

// `doing` is told what is being timed. Throws ConfigError that names the option.
TileBench bench_tile(const TileBenchSpec& spec, const RunSetup& setup,
                     const std::function<void(std::string_view)>& doing);

}  // namespace nernst
