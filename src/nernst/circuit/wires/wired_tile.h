// SPDX-License-Identifier: Apache-2.0
// A tile whose lines have resistance: another tile with the wires round its cells. Reads see
// effective weights (effective_weights.h), pulses bring what the wires leave of them
// (pulse_wires.h).
#pragma once

#include <memory>
#include <vector>

#include "nernst/circuit/wires/effective_weights.h"
#include "nernst/circuit/wires/pulse_wires.h"
#include "nernst/tile/tile_decorator.h"

namespace nernst {

class WiredTile final : public TileDecorator {
 public:
  WiredTile(std::unique_ptr<Tile> cells, const DeviceSpec& device, const TileSpec& tile,
            const WireSpec& wires, Backend backend, const Threads& threads);

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
  bool advance_to(double time_s) override;
  std::vector<PlaneView> state() override;

  // The cells without the wires, for effective weights of several tiles on the same lines, and
  // those, to be told of every change of the cells; they must live as long as cells change.
  const Tile& bare() const { return cells(); }
  void also_tell(EffectiveWeights& shared) { told_.push_back(&shared); }

  // The effective net weights of a read in this direction, as it would meet them now.
  void copy_effective(ReadDirection direction, MatrixView<double> net) const;
  // The part of a dose that an update brings to each cell.
  MatrixView<const double> dose_scale();
  ReadPower power(ReadDirection direction) const { return weights_->power(direction); }
  WireReport report() const { return weights_->report(); }

  // Bytes beside those of the tile.
  static std::uint64_t bytes(const TileSpec& tile, const WireSpec& wires);

 private:
  // Conductances of the cells where pulses depend on them, otherwise nothing.
  Matrix<double> pulsed_cells_S() const;
  // Makes the plane of doses if that of the last solution is not there. The samples of a mini-batch
  // share it.
  void have_dose();
  void row_changes(std::size_t row);

  DeviceSpec device_;
  WireSpec wires_;
  std::size_t rows_, columns_;
  std::unique_ptr<EffectiveWeights> weights_;
  std::vector<EffectiveWeights*> told_;  // of changes, weights_ the first
  PulseWires pulses_;
  PulseParts update_;
  double update_made_ = 0;  // how many solutions `update_` goes with, + 1
};

}  // namespace nernst
