// SPDX-License-Identifier: Apache-2.0
// How a network lies on a chip: its tiles and what stands round them to scale, and the area, time
// and energy of each part, from the same figures as the ledger's.
#pragma once

#include <string>
#include <vector>

#include "nernst/chip/chip_spec.h"
#include "nernst/chip/pipeline.h"
#include "nernst/chip/tile_array.h"
#include "nernst/device/device_spec.h"

namespace nernst {

// The parts that area, time and energy are counted by.
enum class ChipPart { cells, dac, adc, amplifiers, drivers, neurons, control };
inline constexpr std::size_t kChipParts = 7;
// "cells", "DACs", ...
const char* chip_part_name(ChipPart part);

// How busy a chip is while it learns a sample. The means of pulses are those of
// examples/two_layer.toml (its ledger over its lines, weights and updates).
struct ChipActivity {
  double mean_square_input = 1.0 / 3;  // of the signals on input lines, after noise management
  double slots = 1;                    // of an update's pulse trains
  double line_pulses = 0.1;            // on a line, in an update
  double cell_pulses = 0.0035;         // on a cell, in an update
};

// Energy of what is done for one sample.
struct PartCost {
  double number = 0;  // of such parts on the chip
  double area_m2 = 0;
  double forward_J = 0, backward_J = 0, update_J = 0;
  double training_J() const { return forward_J + backward_J + update_J; }
  PartCost& operator+=(const PartCost& other);
};

// What one layer takes.
struct LayerCost {
  std::size_t rows = 0, columns = 0, tiles = 0;
  double used = 0;                                     // part of the cells of its tiles
  double forward_s = 0, backward_s = 0, update_s = 0;  // neurons included; backward 0 for the first
  std::vector<PartCost> parts = std::vector<PartCost>(kChipParts);
};

// A rectangle of the chip, from its corner at the top left.
struct ChipRectangle {
  ChipPart part = ChipPart::cells;
  double x_m = 0, y_m = 0, width_m = 0, height_m = 0;
};

// A tile, or the neurons of a layer, where it was put.
struct ChipMacro {
  std::size_t layer = 0;
  bool neurons = false;
  std::size_t first_row = 0, rows = 0, first_column = 0, columns = 0;  // of the weight matrix
  ChipRectangle place = {};                                            // with its share of routing
  std::vector<ChipRectangle> parts = {};
};

struct Floorplan {
  std::vector<LayerCost> layers;
  std::vector<ChipMacro> macros;
  double width_m = 0, height_m = 0;
  // Tasks of a sample: its forward pass; and all of its training, in the order of progressive.
  std::vector<PipelineTask> inference, training;

  PartCost part(ChipPart part) const;  // of all layers
  double area_m2() const;              // of all parts, without routing and gaps
  double forward_J() const;
  double training_J() const;
};

// Tiles are built whole, whether all of their cells are used or not; only lines that are used take
// energy.
Floorplan make_floorplan(const ChipSpec& spec, const DeviceSpec& device,
                         const std::vector<ArraySpec>& arrays, const ChipActivity& activity);

}  // namespace nernst
