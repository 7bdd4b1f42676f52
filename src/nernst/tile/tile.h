// SPDX-License-Identifier: Apache-2.0
// A crossbar of cells: what it is made of and what it can do. Drivers, converters and time stand
// round it, in `circuit/` and `chip/`; a tile knows pure numbers only.
//
// A tile holds rows x columns *net weights*: what the read of a cell, less its reference, amounts
// to, in units of w. Inputs drive the columns, currents sum on the rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nernst/base/matrix_view.h"
#include "nernst/base/planes.h"
#include "nernst/base/threads.h"
#include "nernst/device/device_spec.h"
#include "nernst/tile/coding.h"

namespace nernst {

// How a sign is encoded: a reference cell for each cell, one reference column for all, or two
// cells.
enum class WeightCoding { reference_cell, reference_column, differential_pair };

// aggregated: one draw for n pulses. per_pulse: one for each (the definition; splitting a train
// changes nothing).
enum class NoiseMode { aggregated, per_pulse };

// Where the read noise of cells is drawn: once for each output line with the variance of their sum,
// or for each cell (the reference back-end only).
enum class ReadNoiseMode { per_output, per_cell };

// forward: inputs on the columns, sums on the rows. transposed: the other way.
enum class ReadDirection { forward, transposed };

enum class Backend { reference, scalar, fast };

struct TileSpec {
  std::size_t rows = 0, columns = 0;
  WeightCoding weight = WeightCoding::reference_cell;
  NoiseMode noise = NoiseMode::aggregated;
  ReadNoiseMode read_noise = ReadNoiseMode::per_output;
  bool count_pulses = true;         // keep the number of pulses that each cell has had (endurance)
  bool writable_reference = false;  // zero_references will be called
  std::uint64_t seed = 0;           // of fabrication and of all noise
  std::uint32_t id = 0;             // different for each tile of a chip
};

// What an operation that pulses cells did.
struct PulseCounts {
  std::uint64_t pulses = 0;  // nominal pulses on cells; a fraction of one counts as one
  std::uint64_t cells = 0;   // cells that got any
  double charge = 0;         // that drivers bring for them: a dose 1 at full voltage is 1
  double half_doses = 0;     // doses that half-selected cells got
  PulseCounts& operator+=(const PulseCounts& other) {
    pulses += other.pulses;
    cells += other.cells;
    charge += other.charge;
    half_doses += other.half_doses;
    return *this;
  }
};

class Tile {
 public:
  virtual ~Tile() = default;

  // y[b, row] = sum over columns of net[row, column] x[b, column], plus the read noise of the
  // cells. x is B x columns, y is B x rows; row b draws its noise as event events[b].
  virtual void mvm(MatrixView<const double> x, MatrixView<double> y,
                   std::span<const std::uint64_t> events) const = 0;

  // x[b, column] = sum over rows of net[row, column] y[b, row]; y is B x rows, x is B x columns.
  virtual void mvm_transposed(MatrixView<const double> y, MatrixView<double> x,
                              std::span<const std::uint64_t> events) const = 0;

  // Adds to the sums of a read (B x rows forward, B x columns transposed) the read noise of the
  // cells, as mvm and mvm_transposed add it for the inputs `driven`.
  virtual void add_read_noise(ReadDirection direction, MatrixView<const double> driven,
                              MatrixView<double> sums,
                              std::span<const std::uint64_t> events) const = 0;

  // Pulses every cell with the dose that `pulses` (drawn for all lines of the tile) brings to it.
  virtual PulseCounts outer_update(const UpdatePulses& pulses, std::uint64_t event) = 0;

  // Gives each cell of a row a signed dose (1 = a nominal pulse): positive raises the net weight.
  virtual PulseCounts write_row(std::size_t row, std::span<const double> doses,
                                std::uint64_t event) = 0;

  // The same for one cell.
  virtual PulseCounts pulse(std::size_t row, std::size_t column, double dose,
                            std::uint64_t event) = 0;

  // Net weights of a row, each read on its own, with its read noise.
  virtual void read_row(std::size_t row, std::span<double> net, std::uint64_t event) const = 0;

  // Brings the cells of a row to the reset state of the device.
  virtual void reset_row(std::size_t row, std::uint64_t event) = 0;

  // Programs the reference of each cell to what the cell shows now, within `spread.reference`, so
  // that the net weight reads 0. Needs `writable_reference` and cells with references of their own.
  virtual void zero_references(std::uint64_t event) = 0;

  // Makes the tile as if fabricated with these net weights (rows x columns, units of w), each as
  // near as its cell's window allows. An empty view: every cell at mid-conductance.
  virtual void fabricate(MatrixView<const double> net) = 0;

  // Lets time pass up to `time_s` of the chip's clock (retention). Net weights are brought up to
  // date when more than a thousandth of the retention time has passed since the last time; returns
  // whether they were.
  virtual bool advance_to(double time_s) = 0;

  // Net weights as they are now, without noise: for pictures and tests, not for training.
  virtual void copy_net(MatrixView<double> net) const = 0;

  // The same as reads see them (see advance_to), of net.rows() rows from `first_row` on: for what
  // stands round a tile.
  virtual void copy_read_net(std::size_t first_row, MatrixView<double> net) const = 0;

  // What a read sees of the two cells of each weight, in units of w: the cell, and the one that is
  // taken from it (its reference, or the other of the pair, whose net weight is half the
  // difference).
  virtual void copy_cells(MatrixView<double> cell, MatrixView<double> other) const = 0;

  // The largest number of pulses that any one cell has had; 0 where they are not counted.
  virtual std::uint32_t most_pulses() const = 0;

  // Every array that changes: enough to go on from, bit by bit. Fabrication is drawn again from the
  // seed.
  virtual std::vector<PlaneView> state() = 0;

  // Nominal change of a net weight by one pulse.
  virtual double net_step() const = 0;
};

std::unique_ptr<Tile> make_tile(const DeviceSpec& device, const TileSpec& spec, Backend backend,
                                const Threads& threads);

// Bytes that make_tile would take, by the planes that the device needs.
std::uint64_t tile_bytes(const DeviceSpec& device, const TileSpec& spec, Backend backend);

}  // namespace nernst
