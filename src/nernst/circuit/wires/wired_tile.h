// SPDX-License-Identifier: Apache-2.0
// A tile whose lines have resistance: another tile with the wires round its cells.
//
// Cells and references are read through two crossbars of equal wires, and their currents
// subtracted. Reads are linear in the inputs, so that all that the wires do is in one matrix, the
// effective net weights: solved exactly it is (G_eff - G_eff,ref) / (dG/dw). Between solutions it
// follows the cells as
//   effective = factor * net + shift,
// cell by cell, with `factor` the part of its own conductance that a cell shows at the terminals,
// and `shift` such that it was exact when last solved. Once the rms change of the net weights
// passes `refresh_change` it is solved anew, and how far the matrix was off is entered in the
// report.
//
// Pulses bring each cell the part of a dose that the voltage between its lines leaves of it, all
// lines of an update loaded alike.
#pragma once

#include <memory>
#include <vector>

#include "nernst/base/aligned.h"
#include "nernst/circuit/wires/wire_solver.h"
#include "nernst/circuit/wires/wire_spec.h"
#include "nernst/tile/tile_decorator.h"

namespace nernst {

// How the effective net weights that were used compared with solutions, in units of w.
struct WireReport {
  double refreshes = 0;     // solutions after the first
  double cells = 0;         // compared in them
  double square_error = 0;  // sum over those
  double largest_error = 0;
  double square_effect = 0;  // what the wires did to those: (effective - net)^2

  double rms_error() const;   // of the effective weights that were used
  double rms_effect() const;  // of the wires
  WireReport& operator+=(const WireReport& other);
};

class WiredTile final : public TileDecorator {
 public:
  WiredTile(std::unique_ptr<Tile> cells, const DeviceSpec& device, const TileSpec& tile,
            const WireSpec& wires, Backend backend);
  ~WiredTile() override;

  void mvm(MatrixView<const double> x, MatrixView<double> y,
           std::span<const std::uint64_t> events) const override;
  void mvm_transposed(MatrixView<const double> y, MatrixView<double> x,
                      std::span<const std::uint64_t> events) const override;
  PulseCounts outer_update(const UpdatePulses& pulses, std::uint64_t event) override;
  PulseCounts write_row(std::size_t row, std::span<const double> doses,
                        std::uint64_t event) override;
  PulseCounts pulse(std::size_t row, std::size_t column, double dose, std::uint64_t event) override;
  void read_row(std::size_t row, std::span<double> net, std::uint64_t event) const override;
  void reset_row(std::size_t row, std::uint64_t event) override;
  void zero_references(std::uint64_t event) override;
  void fabricate(MatrixView<const double> net) override;
  void advance_to(double time_s) override;
  std::vector<PlaneView> state() override;

  // The effective net weights of a read in this direction, as it would meet them now.
  void copy_effective(ReadDirection direction, MatrixView<double> net) const;
  // The part of a dose that an update brings to each cell.
  MatrixView<const double> dose_scale() const;
  WireReport report() const;

  // Bytes beside those of the tile.
  static std::uint64_t bytes(const TileSpec& tile, const WireSpec& wires);

 private:
  struct Wiring;
  // One read at a time: a read brings what is kept of the wires up to date.
  std::unique_ptr<Wiring> wiring_;
};

}  // namespace nernst
