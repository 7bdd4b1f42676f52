// SPDX-License-Identifier: Apache-2.0
// A chip in simulation: arrays on tiles, periphery round them, everything entered in the ledger.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "nernst/chip/bookkeeper.h"
#include "nernst/chip/chip.h"
#include "nernst/chip/chip_spec.h"
#include "nernst/chip/parallel_read.h"
#include "nernst/chip/tile_array.h"
#include "nernst/circuit/wires/wired_tile.h"
#include "nernst/device/device_spec.h"

namespace nernst {

class SimulatedChip final : public Chip {
 public:
  // `device` is the device of `spec`, already read. Throws ConfigError for a device that this
  // weight coding cannot use.
  SimulatedChip(const ChipSpec& spec, const DeviceSpec& device,
                const std::vector<ArraySpec>& arrays, std::uint64_t seed, Backend backend,
                const Threads& threads);
  SimulatedChip(const SimulatedChip&) = delete;
  SimulatedChip& operator=(const SimulatedChip&) = delete;

  std::size_t arrays() const override;
  ArrayShape shape(std::size_t array) const override;
  std::size_t parts(std::size_t array) const override;
  double gain(ArrayPart part) const override;
  double weight_step(ArrayPart part) const override;
  double weight_range(ArrayPart part) const override;
  void mvm(std::size_t array, MatrixView<const double> x, MatrixView<double> y) override;
  void mvm_transposed(std::size_t array, MatrixView<const double> y, MatrixView<double> x) override;
  void mvm_part(ArrayPart part, MatrixView<const double> x, MatrixView<double> y) override;
  using Chip::outer_update;
  void outer_update(ArrayPart part, MatrixView<const double> x, MatrixView<const double> d,
                    double rate) override;
  void write_row(ArrayPart part, std::size_t row, std::span<const std::int32_t> pulses) override;
  void read_row(ArrayPart part, std::size_t row, std::span<double> weights,
                ReadReason reason) override;
  void pulse(ArrayPart part, std::size_t row, std::size_t column, std::int32_t pulses) override;
  double read(ArrayPart part, std::size_t row, std::size_t column, ReadReason reason) override;
  void reset_row(ArrayPart part, std::size_t row) override;
  void zero_references(ArrayPart part) override;
  void enter_host_bytes(std::int64_t bytes) override;
  void enter_neurons(std::int64_t operations, NeuronWork work) override;
  void enter_digital(std::int64_t operations, std::int64_t words) override;
  Ledger& ledger() override { return ledger_; }

  // What only a simulation can do; none of it is entered in the ledger.

  // Makes a part as if fabricated with these weights (rows x columns).
  void fabricate(ArrayPart part, MatrixView<const double> weights);
  // The weights as they are now, without noise: for pictures, exports and tests. Of an array, the
  // sum over its parts; or those of one part.
  Matrix<double> weights(std::size_t array) const;
  double full_scale_weight(std::size_t array) const { return at(array).spec.full_scale_weight; }
  Matrix<double> part_weights(ArrayPart part) const;
  CellStates cells(ArrayPart part) const;
  // How the effective weights that reads used compared with solutions of the wires, over all tiles
  // since fabrication.
  WireReport wire_report() const;
  // The most pulses that any one cell has had.
  std::int64_t most_pulses() const;
  // All that changes: cells, operation counter and clock.
  std::vector<PlaneView> state();
  // Lets time pass without anything being done, as when a chip lies on the shelf.
  void wait(double seconds);

  const ChipSpec& spec() const { return spec_; }
  const DeviceSpec& device() const { return device_; }

 private:
  const TileArray& at(std::size_t array) const;
  const TiledMatrix& at(ArrayPart part) const;
  void update_once(ArrayPart part, std::span<const double> x, std::span<const double> d,
                   double rate);
  void multiply(const TileArray& array, const ParallelRead& read, MatrixView<const double> in,
                MatrixView<double> out);
  void multiply_batch(const TileArray& array, const ParallelRead& read, MatrixView<const double> in,
                      MatrixView<double> out);
  // Calls `work` for each tile of a part, on several threads where that pays.
  void for_each_tile(const TileArray& array, std::size_t batch,
                     const std::function<void(std::size_t tile)>& work) const;
  // The weights of so many columns of a row from `column` on, each cell read on its own.
  std::vector<double> sense(ArrayPart part, std::size_t row, std::size_t column,
                            std::size_t columns);
  void add_cell_noise(const PlacedTile& placed, std::span<double> net, std::uint64_t event) const;
  void enter_cell_reads(ArrayPart part, std::size_t row, std::size_t cells, ReadReason reason);
  std::uint64_t next_event() { return ++operations_; }

  ChipSpec spec_;
  DeviceSpec device_;
  std::uint64_t seed_;
  Threads threads_;
  std::vector<TileArray> arrays_;
  Ledger ledger_;
  Bookkeeper bookkeeper_;
  // operation counter, the source of event numbers
  std::uint64_t operations_ = 0;
  double clock_s_ = 0;
};

}  // namespace nernst
