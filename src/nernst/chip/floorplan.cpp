// SPDX-License-Identifier: Apache-2.0
#include "nernst/chip/floorplan.h"

#include <algorithm>
#include <cmath>

#include "nernst/chip/operation_cost.h"

namespace nernst {

namespace {

// A side of a tile: lines in, lines out.
struct Side {
  ReadCost cost;
  double inputs = 0, outputs = 0;  // that are used
};

class Planner {
 public:
  Planner(const ChipSpec& spec, const DeviceSpec& device, const ChipActivity& activity)
      : spec_(spec), device_(device), activity_(activity) {}

  LayerCost cost_of(const ArraySpec& array, bool first, bool last) const {
    LayerCost layer{.rows = array.shape.rows, .columns = array.shape.columns};
    const auto part = [&](ChipPart one) -> PartCost& {
      return layer.parts[static_cast<std::size_t>(one)];
    };
    for (const TileBlock& block : tile_blocks(spec_, array.shape)) {
      ++layer.tiles;
      layer.used += static_cast<double>(block.rows * block.columns);
      add_tile(part(ChipPart::cells), part(ChipPart::dac), part(ChipPart::adc),
               part(ChipPart::amplifiers), part(ChipPart::drivers), array);
      part(ChipPart::control) += {.number = 1, .area_m2 = spec_.area.tile_control_m2};
      const auto parts = static_cast<double>(array.gains.size());
      const Side forward = side_of(block, ReadDirection::forward);
      layer.forward_s = std::max(layer.forward_s, forward.cost.t_s);
      const ReadEnergy of_forward = read_energy(forward, parts);
      part(ChipPart::cells).forward_J += of_forward.cells_J;
      part(ChipPart::dac).forward_J += of_forward.dac_J;
      part(ChipPart::adc).forward_J += of_forward.adc_J;
      part(ChipPart::amplifiers).forward_J += of_forward.amplifiers_J;
      if (!first) {
        const Side backward = side_of(block, ReadDirection::transposed);
        layer.backward_s = std::max(layer.backward_s, backward.cost.t_s);
        const ReadEnergy of_backward = read_energy(backward, parts);
        part(ChipPart::cells).backward_J += of_backward.cells_J;
        part(ChipPart::dac).backward_J += of_backward.dac_J;
        part(ChipPart::adc).backward_J += of_backward.adc_J;
        part(ChipPart::amplifiers).backward_J += of_backward.amplifiers_J;
      }
    }
    layer.used /= static_cast<double>(layer.tiles) * tile_rows() * tile_columns();

    // an update pulses all lines of the array at once
    const auto rows = static_cast<double>(layer.rows), columns = static_cast<double>(layer.columns);
    layer.update_s = activity_.slots * device_.physical.t_pulse_s;
    part(ChipPart::drivers).update_J +=
        (rows + columns) * activity_.line_pulses * spec_.technology.e_line_pulse_J;
    part(ChipPart::cells).update_J +=
        rows * columns * activity_.cell_pulses * device_.physical.e_pulse_J;

    PartCost& neurons = part(ChipPart::neurons);
    const NeuronCost one = neuron_cost(spec_);
    neurons.number = rows;
    neurons.area_m2 = rows * spec_.area.neuron_m2;
    neurons.forward_J = rows * one.e_J;
    layer.forward_s += one.t_s;
    if (!first) {
      // derivatives of the neurons before it (its columns but for the bias)
      neurons.backward_J += static_cast<double>(fan_in_) * one.e_J;
      layer.backward_s += one.t_s;
    }
    if (last && spec_.error_circuit.enabled) {
      neurons.area_m2 += rows * spec_.area.error_circuit_m2;
      neurons.backward_J += rows * spec_.error_circuit.energy_J();
    }
    return layer;
  }

  // Neurons of the layer before the one that is asked for next.
  void set_fan_in(std::size_t neurons) { fan_in_ = neurons; }

  // The parts of a tile, as they lie: what serves the columns below the cells, what serves the rows
  // to the left of both, as strips that take the area that they need.
  ChipMacro tile_macro(std::size_t layer, const ArraySpec& array, const TileBlock& block) const {
    const auto lines = [&](double count, ChipPart kind) {
      return count * line_area_m2(kind) +
             (kind == ChipPart::adc ? adcs(count) * spec_.area.adc_m2 : 0);
    };
    const double pitch_m = std::sqrt(spec_.area.cell_m2);
    const double cells_m2 = cells_area_m2(array);
    const double height_m = tile_rows() * pitch_m, width_m = cells_m2 / height_m;
    constexpr ChipPart around[] = {ChipPart::drivers, ChipPart::dac, ChipPart::amplifiers,
                                   ChipPart::adc};
    ChipMacro macro{.layer = layer,
                    .first_row = block.first_row,
                    .rows = block.rows,
                    .first_column = block.first_column,
                    .columns = block.columns};
    double below_m = 0, left_m2 = spec_.area.tile_control_m2;
    for (const ChipPart kind : around) {
      below_m += lines(tile_columns(), kind) / width_m;
      left_m2 += lines(tile_rows(), kind);
    }
    const double full_m = height_m + below_m, left_m = left_m2 / full_m;
    macro.parts.push_back({ChipPart::cells, left_m, 0, width_m, height_m});
    double x_m = left_m, y_m = height_m;
    for (const ChipPart kind : around) {
      const double strip_m = lines(tile_rows(), kind) / full_m;
      x_m -= strip_m;
      macro.parts.push_back({kind, x_m, 0, strip_m, full_m});
      const double bar_m = lines(tile_columns(), kind) / width_m;
      macro.parts.push_back({kind, left_m, y_m, width_m, bar_m});
      y_m += bar_m;
    }
    macro.parts.push_back({ChipPart::control, 0, 0, x_m, full_m});
    macro.place = {ChipPart::cells, 0, 0, left_m + width_m, full_m};
    return macro;
  }

  ChipMacro neuron_macro(std::size_t layer, const LayerCost& cost) const {
    const double side_m =
        std::sqrt(cost.parts[static_cast<std::size_t>(ChipPart::neurons)].area_m2);
    ChipMacro macro{.layer = layer, .neurons = true, .rows = cost.rows};
    macro.parts.push_back({ChipPart::neurons, 0, 0, side_m, side_m});
    macro.place = macro.parts.front();
    return macro;
  }

 private:
  struct ReadEnergy {
    double cells_J = 0, dac_J = 0, adc_J = 0, amplifiers_J = 0;
  };

  double tile_rows() const { return static_cast<double>(spec_.tile[0]); }
  double tile_columns() const { return static_cast<double>(spec_.tile[1]); }
  double adcs(double lines) const {
    return std::ceil(lines / static_cast<double>(spec_.periphery.lines_per_adc));
  }

  // Area that each line takes of a part, both directions of reading counted; ADCs are shared.
  double line_area_m2(ChipPart kind) const {
    const AreaSpec& area = spec_.area;
    switch (kind) {
      case ChipPart::dac:
        return area.dac_m2;
      case ChipPart::drivers:
        return area.driver_m2;
      case ChipPart::amplifiers: {
        const SampleHoldSpec& hold = spec_.circuits.sample_hold;
        return area.amplifier_m2 + (hold.enabled ? hold.c_hold_F / area.hold_F_per_m2 : 0);
      }
      default:
        return 0;
    }
  }

  // Cells of a tile and their references or partners, of all parts of a compound array.
  double cells_of_tile(const ArraySpec& array) const {
    const double weights = tile_rows() * tile_columns();
    const double each =
        spec_.weight == WeightCoding::reference_column ? weights + tile_rows() : 2 * weights;
    return each * static_cast<double>(array.gains.size());
  }
  double cells_area_m2(const ArraySpec& array) const {
    return cells_of_tile(array) * spec_.area.cell_m2;
  }

  void add_tile(PartCost& cells, PartCost& dac, PartCost& adc, PartCost& amplifiers,
                PartCost& drivers, const ArraySpec& array) const {
    const double lines = tile_rows() + tile_columns();
    cells += {.number = cells_of_tile(array), .area_m2 = cells_area_m2(array)};
    dac += {.number = lines, .area_m2 = lines * line_area_m2(ChipPart::dac)};
    const double converters = adcs(tile_rows()) + adcs(tile_columns());
    adc += {.number = converters, .area_m2 = converters * spec_.area.adc_m2};
    amplifiers += {.number = lines, .area_m2 = lines * line_area_m2(ChipPart::amplifiers)};
    drivers += {.number = lines, .area_m2 = lines * line_area_m2(ChipPart::drivers)};
  }

  Side side_of(const TileBlock& block, ReadDirection direction) const {
    const bool forward = direction == ReadDirection::forward;
    const ReadCircuits circuits =
        read_circuits(spec_, device_, block.rows, block.columns, direction, 0, 0);
    return {.cost = circuits.cost(spec_.periphery.adc_bound, spec_.technology),
            .inputs = static_cast<double>(forward ? block.columns : block.rows),
            .outputs = static_cast<double>(forward ? block.rows : block.columns)};
  }

  ReadEnergy read_energy(const Side& side, double parts) const {
    return {.cells_J = read_cells_J(spec_, device_, activity_.mean_square_input * side.inputs,
                                    side.outputs, parts, side.cost.t_s),
            .dac_J = side.inputs * side.cost.e_dac_J,
            .adc_J = side.outputs * side.cost.e_adc_J,
            .amplifiers_J = side.outputs * side.cost.e_amplifier_J};
  }

  const ChipSpec& spec_;
  const DeviceSpec& device_;
  ChipActivity activity_;
  std::size_t fan_in_ = 0;
};

// Puts the macros on shelves of at most `limit_m`, in their order.
void place(Floorplan& plan, double limit_m) {
  double x_m = 0, y_m = 0, shelf_m = 0;
  plan.width_m = 0;
  for (ChipMacro& macro : plan.macros) {
    ChipRectangle& here = macro.place;
    if (x_m + here.width_m > limit_m) {
      y_m += shelf_m;
      x_m = shelf_m = 0;
    }
    for (ChipRectangle& part : macro.parts) {
      part.x_m += x_m - here.x_m;
      part.y_m += y_m - here.y_m;
    }
    here.x_m = x_m;
    here.y_m = y_m;
    x_m += here.width_m;
    shelf_m = std::max(shelf_m, here.height_m);
    plan.width_m = std::max(plan.width_m, x_m);
  }
  plan.height_m = y_m + shelf_m;
}

// The smallest chip that shelves give, no more than twice as long one way as the other.
void arrange(Floorplan& plan, double spare) {
  const double stretch = std::sqrt(1 + spare);
  double area_m2 = 0, widest_m = 0;
  for (ChipMacro& macro : plan.macros) {
    // routing runs round what it serves
    ChipRectangle& here = macro.place;
    for (ChipRectangle& part : macro.parts) {
      part.x_m += here.width_m * (stretch - 1) / 2;
      part.y_m += here.height_m * (stretch - 1) / 2;
    }
    here.width_m *= stretch;
    here.height_m *= stretch;
    area_m2 += here.width_m * here.height_m;
    widest_m = std::max(widest_m, here.width_m);
  }
  double best_m = 0, least = 0;
  for (double wide = 0.7; wide <= 2; wide += 0.02) {
    const double limit_m = std::max(widest_m, wide * std::sqrt(area_m2)) * (1 + 1e-9);
    place(plan, limit_m);
    const double longer = std::max(plan.width_m / plan.height_m, plan.height_m / plan.width_m);
    const double size = plan.width_m * plan.height_m * (longer > 2 ? longer : 1);
    if (best_m > 0 && size > least * (1 - 1e-6)) continue;
    best_m = limit_m;
    least = size;
  }
  place(plan, best_m);
}

}  // namespace

const char* chip_part_name(ChipPart part) {
  switch (part) {
    case ChipPart::cells:
      return "cells";
    case ChipPart::dac:
      return "DACs";
    case ChipPart::adc:
      return "ADCs";
    case ChipPart::amplifiers:
      return "amplifiers";
    case ChipPart::drivers:
      return "pulse drivers";
    case ChipPart::neurons:
      return "neurons";
    case ChipPart::control:
      return "control";
  }
  return "";
}

PartCost& PartCost::operator+=(const PartCost& other) {
  number += other.number;
  area_m2 += other.area_m2;
  forward_J += other.forward_J;
  backward_J += other.backward_J;
  update_J += other.update_J;
  return *this;
}

PartCost Floorplan::part(ChipPart part) const {
  PartCost sum;
  for (const LayerCost& layer : layers) sum += layer.parts[static_cast<std::size_t>(part)];
  return sum;
}

double Floorplan::area_m2() const {
  double sum = 0;
  for (const LayerCost& layer : layers)
    for (const PartCost& part : layer.parts) sum += part.area_m2;
  return sum;
}

double Floorplan::forward_J() const {
  double sum = 0;
  for (const LayerCost& layer : layers)
    for (const PartCost& part : layer.parts) sum += part.forward_J;
  return sum;
}

double Floorplan::training_J() const {
  double sum = 0;
  for (const LayerCost& layer : layers)
    for (const PartCost& part : layer.parts) sum += part.training_J();
  return sum;
}

Floorplan make_floorplan(const ChipSpec& spec, const DeviceSpec& device,
                         const std::vector<ArraySpec>& arrays, const ChipActivity& activity) {
  Planner planner(spec, device, activity);
  Floorplan plan;
  for (std::size_t l = 0; l < arrays.size(); ++l) {
    plan.layers.push_back(planner.cost_of(arrays[l], l == 0, l + 1 == arrays.size()));
    planner.set_fan_in(arrays[l].shape.rows);
    for (const TileBlock& block : tile_blocks(spec, arrays[l].shape))
      plan.macros.push_back(planner.tile_macro(l, arrays[l], block));
    plan.macros.push_back(planner.neuron_macro(l, plan.layers.back()));
  }
  arrange(plan, spec.area.spare);

  for (std::size_t l = 0; l < arrays.size(); ++l)
    plan.inference.push_back({"forward", l, plan.layers[l].forward_s});
  plan.training = plan.inference;
  const std::size_t last = arrays.size() - 1;
  if (spec.error_circuit.enabled)
    plan.training.push_back({"error", last, spec.error_circuit.t_settle_s});
  for (std::size_t l = last; l >= 1; --l) {
    plan.training.push_back({"update", l, plan.layers[l].update_s});
    plan.training.push_back({"backward", l, plan.layers[l].backward_s});
  }
  plan.training.push_back({"update", 0, plan.layers[0].update_s});
  return plan;
}

}  // namespace nernst
