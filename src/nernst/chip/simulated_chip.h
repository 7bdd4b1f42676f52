// SPDX-License-Identifier: Apache-2.0
// A chip in simulation: arrays on tiles, periphery round them, everything entered in the ledger.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "nernst/chip/chip.h"
#include "nernst/chip/chip_spec.h"
#include "nernst/circuit/wires/wired_tile.h"
#include "nernst/device/device_spec.h"
#include "nernst/tile/tile.h"

namespace nernst {

// One weight matrix to be put on the chip.
struct ArraySpec {
  ArrayShape shape;
  double full_scale_weight = 1;       // the weight that w = 1 stands for
  std::vector<double> gains = {1.0};  // of the parts of a compound array (see chip.h)
  bool writable_references = false;   // zero_references will be called
};

class SimulatedChip final : public Chip {
 public:
  // `device` is the device of `spec`, already read. Throws ConfigError for a device that this
  // weight coding cannot use.
  SimulatedChip(const ChipSpec& spec, const DeviceSpec& device,
                const std::vector<ArraySpec>& arrays, std::uint64_t seed, Backend backend,
                const Threads& threads);
  ~SimulatedChip() override;

  std::size_t arrays() const override;
  ArrayShape shape(std::size_t array) const override;
  std::size_t parts(std::size_t array) const override;
  double gain(ArrayPart part) const override;
  double weight_step(ArrayPart part) const override;
  double weight_range(ArrayPart part) const override;
  void mvm(std::size_t array, MatrixView<const double> x, MatrixView<double> y) override;
  void mvm_transposed(std::size_t array, MatrixView<const double> y, MatrixView<double> x) override;
  void mvm_part(ArrayPart part, MatrixView<const double> x, MatrixView<double> y) override;
  void outer_update(ArrayPart part, std::span<const double> x, std::span<const double> d,
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
  Matrix<double> part_weights(ArrayPart part) const;
  // The two cells of each weight of a part, in w (see Tile::copy_cells).
  struct CellStates {
    Matrix<double> cell, other;
  };
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

  // Bytes that such a chip would take.
  static std::uint64_t bytes(const ChipSpec& spec, const DeviceSpec& device,
                             const std::vector<ArraySpec>& arrays, Backend backend);

 private:
  struct Array;
  struct Part;
  struct Placed;
  using Direction = ReadDirection;
  // A part that takes part in a read, and what it counts there.
  struct Driven {
    std::size_t part = 0;
    double gain = 1;
  };

  struct Side;
  Side make_side(const Placed& placed, Direction direction) const;
  void multiply(const Array& array, const std::vector<Driven>& driven, Direction direction,
                MatrixView<const double> in, MatrixView<double> out);
  // Calls `work` for each tile of a part, on several threads where that pays.
  void for_each_tile(const Array& array, std::size_t batch,
                     const std::function<void(std::size_t tile)>& work) const;
  void multiply_batch(const Array& array, const std::vector<Driven>& driven, Direction direction,
                      MatrixView<const double> in, MatrixView<double> out);
  void read_tiles(const Array& array, const std::vector<Driven>& driven, std::size_t tile,
                  Direction direction, MatrixView<const double> x, MatrixView<double> y,
                  std::span<const std::uint64_t> draws) const;
  // Adds to the sums of a tile what the currents of the cells bring of noise.
  void add_current_noise(double square_gains, const Placed& placed, Direction direction,
                         MatrixView<const double> x, MatrixView<double> y,
                         std::span<const std::uint64_t> draws) const;
  const Array& at(std::size_t array) const;
  const Part& at(ArrayPart part) const;
  std::vector<Driven> connected(const Array& array) const;
  // Calls `work(tile)` for the tiles that hold a row of a part.
  template <class Work>
  void for_tiles_of_row(ArrayPart part, std::size_t row, Work work) const;
  void enter_reads(const ReadCounts& counts, const Placed& tile, std::size_t parts,
                   Direction direction);
  void enter_pulses(const PulseCounts& counts, std::uint64_t line_pulses);
  void enter_cell_reads(const Array& array, std::int64_t cells, ReadReason reason);
  ReadCost read_cost(const Placed& placed, Direction direction) const;
  std::vector<double> sense_row(ArrayPart part, std::size_t row);
  void spend_time(double TimeParts::*part, double seconds);
  std::uint64_t next_event();

  ChipSpec spec_;
  DeviceSpec device_;
  std::uint64_t seed_;
  Threads threads_;
  std::vector<std::unique_ptr<Array>> arrays_;
  Ledger ledger_;
  // operation counter, the source of event numbers
  std::uint64_t operations_ = 0;
  double clock_s_ = 0;
};

}  // namespace nernst
