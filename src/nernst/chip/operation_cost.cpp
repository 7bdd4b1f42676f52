// SPDX-License-Identifier: Apache-2.0
#include "nernst/chip/operation_cost.h"

namespace nernst {

double weight_slope_S(const ChipSpec& spec, const DeviceSpec& device) {
  return (spec.weight == WeightCoding::differential_pair ? 2 : 1) * device.physical.slope_S();
}

ReadCircuits read_circuits(const ChipSpec& spec, const DeviceSpec& device, std::size_t rows,
                           std::size_t columns, ReadDirection direction, std::uint64_t seed,
                           std::uint32_t owner) {
  const bool forward = direction == ReadDirection::forward;
  const PhysicalSpec& physical = device.physical;
  return {spec.circuits,
          {.inputs = forward ? columns : rows,
           .outputs = forward ? rows : columns,
           .unit_A = physical.v_read_V * weight_slope_S(spec, device),
           .g_crossing_S = 2 * physical.g_S(0),
           .dac_bits = spec.periphery.dac_bits,
           .adc_bits = spec.periphery.adc_bits,
           .full_scales = {spec.periphery.adc_bound, spec.periphery.single_line_bound()},
           .lines_per_adc = spec.periphery.lines_per_adc,
           .t_conversion_s = spec.technology.t_adc_s(spec.periphery.adc_bits),
           .seed = seed,
           .owner = owner,
           .number = forward ? 0U : 1U}};
}

double read_cells_J(const ChipSpec& spec, const DeviceSpec& device, double square_drive,
                    double outputs, double parts, double t_s) {
  const PhysicalSpec& physical = device.physical;
  // twice for the cell and its reference or pair
  const double both = spec.weight == WeightCoding::reference_column ? 1 + 1 / outputs : 2;
  const double cells = outputs * both * parts;
  return square_drive * cells * physical.v_read_V * physical.v_read_V * physical.g_S(0) * t_s;
}

NeuronCost neuron_cost(const ChipSpec& spec) {
  if (!spec.neuron.enabled) return {spec.technology.e_neuron_J, spec.technology.t_neuron_s};
  const std::int64_t bits = spec.periphery.adc_bits == 0 ? kBitsOfIdeal : spec.periphery.adc_bits;
  return {spec.neuron.energy_J(bits), spec.neuron.t_settle_s(bits)};
}

}  // namespace nernst
