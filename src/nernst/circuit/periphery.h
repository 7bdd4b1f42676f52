// SPDX-License-Identifier: Apache-2.0
// What stands round a tile when it is read: DACs on the input lines, amplifiers and ADCs on the
// outputs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "nernst/base/matrix_view.h"
#include "nernst/base/noise.h"
#include "nernst/base/parameters.h"
#include "nernst/circuit/converter.h"
#include "nernst/circuit/read_circuits.h"

namespace nernst {

enum class NoiseManagement { none, abs_max };
enum class BoundManagement { none, iterative };

// What cells meet that are read one by one: circuits whose errors are known and taken away, or
// those of every read.
enum class CellReads { calibrated, through_circuits };

// Signals at a tile are in units of a full input (1) on a cell with w = 1.
struct PeripherySpec {
  std::int64_t dac_bits = 8;  // 0 = ideal
  std::int64_t adc_bits = 9;
  double adc_bound = 20;  // full scale of the ADC
  double line_bound = 2;  // the same where lines are read one by one (mvm_part, single cells)
  CellReads cell_reads = CellReads::calibrated;
  std::int64_t lines_per_adc = 8;
  double input_noise = 0;   // spread of each input line
  double output_noise = 0;  // spread of each output line
  NoiseManagement noise_management = NoiseManagement::abs_max;
  BoundManagement bound_management = BoundManagement::iterative;
  void describe(Fields& f);
  double single_line_bound() const { return line_bound < adc_bound ? line_bound : adc_bound; }
};

// What the periphery did in some reads.
struct ReadCounts {
  std::uint64_t reads = 0;            // reads of a tile, repeats included
  std::uint64_t dac_conversions = 0;  // input lines driven
  std::uint64_t adc_conversions = 0;  // output lines converted
  std::uint64_t saturated = 0;        // outputs that were clipped in the end
  std::uint64_t repeats = 0;          // reads repeated by bound management
  // for the energy in the cells, sums over reads: |x|^2, and what of it is the mean of the n
  // inputs, (sum x)^2 / n
  double drive = 0, common_drive = 0;
  ReadCounts& operator+=(const ReadCounts& other);
};

// A tile's own product of B vectors, row b of x being read as event events[b].
using TileProduct = std::function<void(MatrixView<const double> x, MatrixView<double> y,
                                       std::span<const std::uint64_t> events)>;

// Reads a tile through its periphery: row b of `in` (B x inputs) are the signals of one read, row b
// of `out` (B x outputs) what the ADCs give, in units of `in` times w. `owner` and events[b] name
// the noise. Every read has the bits that it has alone. The counts are those of each read.
//
// Noise management divides the inputs by their largest magnitude and multiplies the outputs by it
// (aihwkit, after Gokmen, Onen, Haensch 2017); without it inputs above 1 are clipped. Bound
// management repeats a read that saturated with inputs of half the size, ten times at most; attempt
// k of event e is event 16 e + k of the tile. Converters and amplifiers are those of `circuits`,
// ideal ones without it.
std::vector<ReadCounts> read_through(const PeripherySpec& spec, MatrixView<const double> in,
                                     MatrixView<double> out, std::uint64_t seed,
                                     std::uint32_t owner, std::span<const std::uint64_t> events,
                                     const TileProduct& array,
                                     const ReadCircuits* circuits = nullptr);

// Reads cells one by one: input line `input` of a side is driven alone and fully, and its output
// lines from `first_output` on are sensed, at the full scale of single lines. `net` comes as what
// the cells give for a full input and goes as what the ADCs give. Noise is that of read_through at
// the first attempt of `event`. Returns how many readings were clipped; none is repeated.
std::uint64_t read_cells_through(const PeripherySpec& spec, const ReadCircuits& circuits,
                                 std::size_t input, std::size_t first_output, std::span<double> net,
                                 std::uint64_t seed, std::uint32_t owner, std::uint64_t event);

}  // namespace nernst
