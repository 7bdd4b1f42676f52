// SPDX-License-Identifier: Apache-2.0
// What reads through resistive lines see of the weights behind them.
//
// Cells and references are read through two crossbars of equal wires, and their currents
// subtracted; references that a tile shares are one more row line, the last one of the cells' own
// crossbar (the offset of a cell against it being a part of the cell). Reads are linear in the
// inputs, so that all that the wires do is in one matrix, the effective net weights: solved exactly
// it is (G_eff - G_eff,ref) / (dG/dw). Between solutions it follows the cells as
//   effective = factor * net + shift,
// cell by cell, with `factor` the part of its own conductance that a cell shows at the terminals,
// and `shift` such that it was exact when last solved. Once the rms change of the net weights
// passes `refresh_change` it is solved anew, and how far the matrix was off is entered in the
// report.
//
// Several tiles on the same lines (the parts of a compound array) load them together: a crossing
// has the conductance sum |gain| G of all, a part with a negative gain having cells and references
// exchanged, and the net weight is sum gain w. (Shared references cannot be exchanged: gains are
// positive there.)
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "nernst/base/threads.h"
#include "nernst/circuit/wires/wire_spec.h"
#include "nernst/tile/tile.h"

namespace nernst {

// How the effective net weights that were used compared with solutions, in units of w.
struct WireReport {
  double solutions = 0;      // of tiles
  double cells = 0;          // in them
  double square_effect = 0;  // of the wires, sum over those: (effective - net)^2
  double compared = 0;       // cells in solutions after the first of a tile
  double square_error = 0;   // of the effective weights used until then, sum over those
  double largest_error = 0;
  double solver_error = 0;  // the largest error of a current in a solution, over the mean current

  double rms_effect() const;
  double rms_error() const;
  WireReport& operator+=(const WireReport& other);
};

// The power that drivers bring into a read, as a part of what ideal wires would draw: where all
// input lines are at one voltage, and where their voltages have a mean of 0 and nothing to do with
// each other. Any read is the sum of one of each; the second also drives currents from line to
// line.
struct ReadPower {
  double together = 1, apart = 1;
};

// A tile that stands on the lines.
struct TileOnLines {
  const Tile* tile = nullptr;
  double gain = 1;
};

class EffectiveWeights {
 public:
  // The tiles, all of the shape and coding of `spec`, must stay where they are as long as this is
  // used.
  EffectiveWeights(std::vector<TileOnLines> tiles, const DeviceSpec& device, const TileSpec& spec,
                   const WireSpec& wires, Backend backend, const Threads& threads);
  ~EffectiveWeights();

  // Cells of a row, or of all, are not what they were, or will not be at the next read.
  void row_changed(std::size_t row);
  void all_changed();
  // They have nothing to do with what they were: the next solution is a first one.
  void forget();

  // out = effective weights times in, as the tiles' back-end does it: B x columns to B x rows
  // forward, the other way transposed. One read at a time: it brings what is kept up to date.
  void read(ReadDirection direction, MatrixView<const double> in, MatrixView<double> out);
  // Adds to the net weights of a row (`net`, one for each column, in w) what the wires do to them
  // in reads of this direction.
  void add_wires(ReadDirection direction, std::size_t row, std::span<double> net);
  // All effective net weights.
  void copy(ReadDirection direction, MatrixView<double> net);

  // How often the wires have been solved.
  double solutions() const;
  ReadPower power(ReadDirection direction);
  WireReport report() const;
  // Enough to go on from, bit by bit; every name starts with `prefix`. What may be written through
  // the planes is taken up by the next read.
  std::vector<PlaneView> state(const std::string& prefix);

  static std::uint64_t bytes(const TileSpec& tile, const WireSpec& wires);

 private:
  struct Kept;
  std::unique_ptr<Kept> kept_;
};

}  // namespace nernst
