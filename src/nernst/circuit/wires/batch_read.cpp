// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/wires/batch_read.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "nernst/base/interruption.h"
#include "nernst/circuit/wires/batch_kernels.h"
#include "nernst/circuit/wires/terminal_currents.h"

namespace nernst {

namespace {

// What all reads of a batch have in common.
struct Common {
  const BatchLines& lines;
  double contraction;
  PlaneOfNodes from_last;             // pivots of the driven lines, eliminated from the last node
  std::vector<double> ideal_current;  // of each driven line at one volt, with ideal wires, in the
                                      // units of output lines
  double tolerance, size;             // size: max(outputs, driven)
  double least_left;                  // part of the ideal currents that the lines leave at least

  ReadSweep sweep(bool ascending) const {
    const PlaneOfNodes& from_first = lines.driven.pivots();
    return {.outputs = lines.outputs.lines(),
            .driven = lines.driven.lines(),
            .ascending = ascending,
            .stride = lines.driven.plane().stride,
            .shunt = lines.shunt.data(),
            .left = (ascending ? from_last : from_first).data(),
            .taken = (ascending ? from_first : from_last).data(),
            .output_stride = lines.outputs.plane().stride,
            .output_pivot = lines.outputs.pivots().data(),
            .ratio = lines.outputs.scale() / lines.driven.scale(),
            .first = lines.outputs.first(),
            .last = lines.outputs.last()};
  }
};

// Room for the lanes of one group of reads.
struct Lanes {
  Lanes(std::size_t outputs, std::size_t driven)
      : volts(driven * kReadLanes),
        crossings(outputs * driven * kReadLanes),
        carry(2 * driven * kReadLanes),
        current(outputs * kReadLanes),
        magnitude(outputs * kReadLanes) {}
  PlaneOfNodes volts, crossings, carry, current, magnitude;
};

// Reads `driven_V.rows()` vectors, kReadLanes at the most.
BatchOutcome read_group(const Common& common, MatrixView<const double> driven_V, Lanes& lanes,
                        MatrixView<double> output_A) {
  constexpr int most_sweeps = 100'000;
  const std::size_t outputs = common.lines.outputs.lines(), driven = common.lines.driven.lines();
  const std::size_t reads = driven_V.rows();
  PlaneOfNodes active(kReadLanes), ideal(kReadLanes);
  std::ranges::fill(lanes.volts, 0.0);
  std::ranges::fill(lanes.current, 0.0);
  for (std::size_t b = 0; b < reads; ++b)
    for (std::size_t d = 0; d < driven; ++d) {
      lanes.volts[d * kReadLanes + b] = driven_V(b, d);
      ideal[b] += common.ideal_current[d] * std::abs(driven_V(b, d));
    }
  std::fill_n(active.begin(), reads, 1.0);

  start_reads(outputs, driven, common.lines.driven.plane().stride,
              common.lines.driven.pivots().data(), common.lines.driven.first(),
              common.lines.driven.last(), lanes.volts.data(), lanes.crossings.data());
  int sweeps = 0;
  std::vector<double> errors(reads);
  while (std::ranges::any_of(active, [](double is) { return is != 0; })) {
    NERNST_CHECK(++sweeps <= most_sweeps);
    heed_interruption();
    sweep_reads(common.sweep(sweeps % 2 == 0), active.data(), lanes.crossings.data(),
                lanes.carry.data(), lanes.current.data(), lanes.magnitude.data());
    PlaneOfNodes flow(kReadLanes), flown(kReadLanes);
    for (std::size_t o = 0; o < outputs; ++o)
      for (std::size_t b = 0; b < kReadLanes; ++b) {
        flow[b] += lanes.magnitude[o * kReadLanes + b];
        flown[b] += std::abs(lanes.current[o * kReadLanes + b]);
      }
    for (std::size_t b = 0; b < reads; ++b) {
      if (active[b] == 0) continue;
      // the terms after this one bring `left` together; driven lines carry at least what the losses
      // leave
      const double left = common.contraction * flow[b];
      const double sum = std::min(std::max(flown[b], common.least_left * ideal[b]), ideal[b]);
      if (left > common.tolerance * sum / common.size) continue;
      active[b] = 0;
      double squares = 0;
      for (const double volt : driven_V.row(b)) squares += volt * volt;
      const double rounding = common.lines.rounding_S * common.lines.outputs.scale() *
                              std::sqrt(squares / static_cast<double>(driven));
      errors[b] = kLeastError;
      if (sum > 0)
        errors[b] = std::max(left * common.size / sum, part_rounded(rounding, sum / common.size));
    }
  }
  for (std::size_t b = 0; b < reads; ++b)
    for (std::size_t o = 0; o < outputs; ++o)
      output_A(b, o) = lanes.current[o * kReadLanes + b] / common.lines.outputs.scale();
  return {sweeps, std::move(errors)};
}

}  // namespace

double part_rounded(double rounding_A, double mean_A) {
  return rounding_A > 0 ? std::max(kLeastError, rounding_A / mean_A) : kLeastError;
}

BatchOutcome read_together(const BatchLines& lines, MatrixView<const double> driven_V,
                           double tolerance, const Threads& threads, MatrixView<double> output_A) {
  const std::size_t outputs = lines.outputs.lines(), driven = lines.driven.lines();
  NERNST_CHECK(lines.suitable() && driven_V.columns() == driven && output_A.columns() == outputs &&
               driven_V.rows() == output_A.rows());
  Common common{lines,
                lines.contraction(),
                lines.driven.pivots_from_last(lines.shunt),
                std::vector<double>(driven),
                tolerance,
                static_cast<double>(std::max(outputs, driven)),
                (1 - lines.driven.most_lost()) * (1 - lines.outputs.most_lost())};
  const std::size_t stride = lines.driven.plane().stride;
  const double ratio = lines.outputs.scale() / lines.driven.scale();
  for (std::size_t o = 0; o < outputs; ++o)
    for (std::size_t d = 0; d < driven; ++d)
      common.ideal_current[d] += lines.shunt[o * stride + d] * ratio;

  const std::size_t groups = (driven_V.rows() + kReadLanes - 1) / kReadLanes;
  std::vector<BatchOutcome> outcomes(groups);
  threads.for_each_part(groups, 1, [&](std::size_t first, std::size_t last) {
    Lanes room(outputs, driven);
    for (std::size_t g = first; g < last; ++g) {
      const std::size_t b = g * kReadLanes, reads = std::min(kReadLanes, driven_V.rows() - b);
      outcomes[g] = read_group(common, driven_V.block(b, 0, reads, driven), room,
                               output_A.block(b, 0, reads, outputs));
    }
  });
  BatchOutcome most;
  for (const BatchOutcome& one : outcomes) {
    most.sweeps = std::max(most.sweeps, one.sweeps);
    most.errors.insert(most.errors.end(), one.errors.begin(), one.errors.end());
  }
  return most;
}

}  // namespace nernst
