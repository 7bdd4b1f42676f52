// SPDX-License-Identifier: Apache-2.0
// What resistive lines leave of a pulse at each cell.
//
// A cell that is pulsed draws current, of its gate or of its channel, from the driver of its column
// through the driver of its row, each at half of the voltage. The voltage between its two lines is
// the part of the nominal one that it gets; the dose goes as that to the power `dose_power`, and
// the charge that the drivers bring as the voltage itself.
#pragma once

#include <span>
#include <vector>

#include "nernst/circuit/wires/wire_spec.h"
#include "nernst/tile/tile.h"

namespace nernst {

// Of cells that are pulsed together.
struct PulseParts {
  Matrix<double> dose;  // rows x columns, of a nominal dose
  double volts = 1;     // the mean of their voltages, parts of the nominal one
};

class PulseWires {
 public:
  PulseWires(const WireSpec& wires, const PhysicalSpec& physical, std::size_t rows,
             std::size_t columns, const Threads& threads);

  // Whether what a cell draws depends on its conductance.
  bool depends_on_cells() const { return wires_.write_load == WriteLoad::channel; }

  // All lines driven, `write_activity` of all cells drawing current at a time; the mean is over all
  // cells. `cell_S` (rows x columns) are the conductances of the channels; not looked at where only
  // gates draw.
  PulseParts of_update(MatrixView<const double> cell_S) const;

  // The means over the slots of a train in which a cell is pulsed. Each slot is solved, in a phase
  // for each pair of signs of rows and columns; cells without a pulse draw nothing.
  PulseParts of_trains(const UpdatePulses& pulses, MatrixView<const double> cell_S) const;

  // The voltages at the cells of row `row` (below rows), pulsed alone: first those with a positive
  // dose (`doses` has one for each column) and then those with a negative one; 1 where there is
  // none. All that are pulsed draw at a time.
  std::vector<double> row_volts(std::size_t row, std::span<const double> doses,
                                MatrixView<const double> cell_S) const;

  double dose_of(double volts) const;

 private:
  double load_S(MatrixView<const double> cell_S, std::size_t row, std::size_t column) const {
    return depends_on_cells() ? cell_S(row, column) : gate_S_;
  }
  // Between the driver of a column and its crossing with this row.
  double column_Ohm(std::size_t row) const;

  WireSpec wires_;
  double gate_S_;
  std::size_t rows_, columns_;
  Threads threads_;
};

}  // namespace nernst
