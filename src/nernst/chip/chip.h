// SPDX-License-Identifier: Apache-2.0
// What a chip can do, and nothing that it cannot. A simulated chip, a chip on the bench and a
// simulation on a GPU are one and the same to everything above.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "nernst/base/matrix_view.h"
#include "nernst/chip/ledger.h"

namespace nernst {

// An array holds the weight matrix of one layer, outputs x inputs, on one or more tiles.
struct ArrayShape {
  std::size_t rows = 0, columns = 0;
};

// A *compound* array is a sum of matrices of one shape, W = sum over parts of gain_p W_p, on lines
// that they share: its read stays one mvm. Every array has part 0; most have no other.
struct ArrayPart {
  // (an array by its number is its part 0)
  ArrayPart(std::size_t array_number, std::size_t part_number = 0)
      : array(array_number), part(part_number) {}
  std::size_t array, part;
};

enum class ReadReason { read, verify };

// What a layer of neurons does: activations or derivatives, or errors of outputs.
enum class NeuronWork { activation, error };

class Chip {
 public:
  virtual ~Chip() = default;

  virtual std::size_t arrays() const = 0;
  virtual ArrayShape shape(std::size_t array) const = 0;
  virtual std::size_t parts(std::size_t array) const = 0;
  // What part p counts in the sum; 0 where it is not connected to the lines of the sum.
  virtual double gain(ArrayPart part) const = 0;
  // The change of a weight of a part by one nominal pulse.
  virtual double weight_step(ArrayPart part) const = 0;
  // From the smallest to the largest weight of a nominal cell.
  virtual double weight_range(ArrayPart part) const = 0;

  // What training uses: whole arrays in parallel. B vectors are taken one after the other.

  // y[b, row] = sum over columns of W[row, column] x[b, column]; x is B x columns, y is B x rows.
  virtual void mvm(std::size_t array, MatrixView<const double> x, MatrixView<double> y) = 0;
  // x[b, column] = sum over rows of W[row, column] y[b, row]. `x` may be the storage of `y`: the
  // lines are driven before an output is taken.
  virtual void mvm_transposed(std::size_t array, MatrixView<const double> y,
                              MatrixView<double> x) = 0;
  // y = W_p x of one part alone, meant for single lines: the ADC's full scale is that of one line.
  // Shapes as for mvm.
  virtual void mvm_part(ArrayPart part, MatrixView<const double> x, MatrixView<double> y) = 0;
  // W_p[row, column] -= rate d[k, row] x[k, column] for k = 0, 1, ..., as the pulses of the chip's
  // coding do each; x is K x columns, d is K x rows.
  virtual void outer_update(ArrayPart part, MatrixView<const double> x, MatrixView<const double> d,
                            double rate) = 0;
  // The same for one pair of vectors.
  void outer_update(ArrayPart part, std::span<const double> x, std::span<const double> d,
                    double rate) {
    outer_update(part, MatrixView<const double>(x.data(), 1, x.size()),
                 MatrixView<const double>(d.data(), 1, d.size()), rate);
  }

  // What is slow, row by row or cell by cell: writing an accumulated gradient, characterisation,
  // program-verify and transfer.

  // A signed number of pulses for each cell of a row (one for each column); positive ones raise the
  // weight.
  virtual void write_row(ArrayPart part, std::size_t row, std::span<const std::int32_t> pulses) = 0;
  // The weights of a row, one for each column, in units of W, each cell read on its own.
  virtual void read_row(ArrayPart part, std::size_t row, std::span<double> weights,
                        ReadReason reason) = 0;
  // The same two for one cell.
  virtual void pulse(ArrayPart part, std::size_t row, std::size_t column, std::int32_t pulses) = 0;
  virtual double read(ArrayPart part, std::size_t row, std::size_t column, ReadReason reason) = 0;
  // Brings the cells of a row to the reset state of the device.
  virtual void reset_row(ArrayPart part, std::size_t row) = 0;
  // Programs the reference of every cell to what the cell itself conducts now, as exactly as the
  // device allows (`spread.reference`), so that its weight reads 0. ConfigError where cells have no
  // reference of their own that can be written.
  virtual void zero_references(ArrayPart part) = 0;

  // What stands outside the arrays did.
  virtual void enter_host_bytes(std::int64_t bytes) = 0;
  virtual void enter_neurons(std::int64_t operations, NeuronWork work = NeuronWork::activation) = 0;
  // Digital work beside the arrays: multiply-adds, and words of memory read or written.
  virtual void enter_digital(std::int64_t operations, std::int64_t words) = 0;

  virtual Ledger& ledger() = 0;
};

}  // namespace nernst
