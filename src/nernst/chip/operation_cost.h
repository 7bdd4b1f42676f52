// SPDX-License-Identifier: Apache-2.0
// Time and energy of what a chip does, from its specs: for the ledger and for the floorplan.
#pragma once

#include "nernst/chip/chip_spec.h"
#include "nernst/device/device_spec.h"

namespace nernst {

// What one side of a tile of rows x columns is read through; `seed` and `owner` name its errors.
ReadCircuits read_circuits(const ChipSpec& spec, const DeviceSpec& device, std::size_t rows,
                           std::size_t columns, ReadDirection direction, std::uint64_t seed,
                           std::uint32_t owner);

// Current of w = 1 more than of w = 0, over its voltage.
double weight_slope_S(const ChipSpec& spec, const DeviceSpec& device);

// Energy in the cells of a read of t_s: sum over cells of (V x)^2 G t, with G its mid-value, for
// inputs of the square sum `square_drive` on so many output lines and parts of a compound array.
double read_cells_J(const ChipSpec& spec, const DeviceSpec& device, double square_drive,
                    double outputs, double parts, double t_s);

// An activation or derivative.
struct NeuronCost {
  double e_J = 0, t_s = 0;
};
NeuronCost neuron_cost(const ChipSpec& spec);

}  // namespace nernst
