// SPDX-License-Identifier: Apache-2.0
// One array read by eight vectors at a time, each in a lane of its own.
//
// Crossings stand output line by output line: crossing (o, d), of output line o with driven line d,
// has its eight lanes at [(o * driven + d) * kReadLanes]. No plane is transposed, and what belongs
// to the array is loaded once for all lanes. Every result has the same bits on all instruction
// sets.
#pragma once

#include <cstddef>

namespace nernst {

inline constexpr std::size_t kReadLanes = 8;

// The array, as one sweep over its output lines meets it.
struct ReadSweep {
  std::size_t outputs = 0, driven = 0;  // lines
  bool ascending = true;                // the order of the output lines
  std::size_t stride = 0;               // of the planes [o * stride + d] that follow
  const double* shunt = nullptr;        // cells, in units of the driven lines
  const double* left = nullptr;         // pivots that the sweep before eliminated driven lines with
  const double* taken = nullptr;        // those of this sweep, from the other end
  std::size_t output_stride = 0;
  const double* output_pivot = nullptr;  // [d * output_stride + o]
  double ratio = 1;                      // a cell in units of the output lines, over that of driven
  double first = 0, last = 0;            // conductances of the ends of output lines
};

// Driven lines from their terminals alone: eliminates towards the last output line what flows in at
// volts[d * kReadLanes] through the conductances `first` and `last` of their ends.
void start_reads(std::size_t outputs, std::size_t driven, std::size_t stride, const double* pivot,
                 double first, double last, const double* volts, double* crossings);

// One step u += T_o^-1 b, b = G v, of all lanes: substitutes the driven lines (v), solves each
// output line for its currents b, adds what reaches its terminals to current[o * kReadLanes] where
// active[lane] is 1 and not 0, and eliminates the driven lines anew for G times the step.
// magnitude[o * kReadLanes] = sum over d of |b|. `carry` has room for 2 driven * kReadLanes.
void sweep_reads(const ReadSweep& sweep, const double* active, double* crossings, double* carry,
                 double* current, double* magnitude);

}  // namespace nernst
