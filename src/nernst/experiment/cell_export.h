// SPDX-License-Identifier: Apache-2.0
// The cells of a chip for other programs: what each conducts, what it is compared with, and how
// many pulses it has had.
#pragma once

#include <filesystem>
#include <vector>

#include "nernst/base/matrix_view.h"
#include "nernst/experiment/output_files.h"
#include "nernst/experiment/run.h"

namespace nernst {

// One matrix of cells: outputs x inputs, the column of the bias last.
struct ExportedCells {
  std::size_t layer = 0, part = 0;
  Matrix<double> conductance_S = {};
  Matrix<double> reference_S = {};  // of the reference, or of the other cell of a pair
  // Pulses that each cell has had; empty where the chip does not count them. Those of the other
  // cell are there in a pair only.
  Matrix<double> pulses = {}, reference_pulses = {};
};

// Layer by layer, part by part.
std::vector<ExportedCells> exported_cells(SimulatedChip& chip);

// Writes them as the name of the file asks: .npz, .h5 (or .hdf5), .csv. In NPZ an array of layer 0
// is layer_0_conductance_S, of a further part layer_0_part_1_conductance_S; in HDF5
// /layer_0/conductance_S, row by row, beside /layer_0/shape; in CSV each cell is a line. Throws
// ConfigError for another ending.
void write_cells(SimulatedChip& chip, const std::filesystem::path& path);
// How a file of that name begins. Throws what write_cells would throw for the name.
FileMark mark_of_cells(const std::filesystem::path& path);
// How a file of weights begins.
FileMark mark_of_weights();

// Writes the weights as NPZ, with all that they need to be used alone: each array as its matrix
// without the column of the bias, that column, the scale of the inputs, activations and classes.
void write_weights(const FinishedChip& finished, const std::filesystem::path& path);

}  // namespace nernst
