// SPDX-License-Identifier: Apache-2.0
// The `[chip]` table: which device, how it is arranged on tiles, and what stands round them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nernst/base/parameters.h"
#include "nernst/circuit/area.h"
#include "nernst/circuit/driver/driver_spec.h"
#include "nernst/circuit/error_circuit.h"
#include "nernst/circuit/neuron.h"
#include "nernst/circuit/periphery.h"
#include "nernst/circuit/read_circuits.h"
#include "nernst/circuit/read_noise.h"
#include "nernst/circuit/technology.h"
#include "nernst/circuit/wires/wire_spec.h"
#include "nernst/tile/tile.h"

namespace nernst {

// random: the usual random weights, as if fabricated so. fabricated: every cell at mid-conductance
// with the device's own spread.
enum class InitialState { random, fabricated };

struct ChipSpec {
  std::string device = "organic_ecram_li2021";  // a preset, or the path of a device file
  std::vector<std::int64_t> tile = {512, 512};  // rows, columns
  WeightCoding weight = WeightCoding::reference_cell;
  std::optional<double> full_scale_weight;  // weight at w = 1; empty = from each layer's fan-in
  InitialState init = InitialState::random;
  NoiseMode noise = NoiseMode::aggregated;
  bool count_pulses = true;
  CodingSpec coding;
  PeripherySpec periphery;
  NeuronSpec neuron;               // [chip.neuron]
  TechnologySpec technology;       // [chip.technology]
  AreaSpec area;                   // [chip.area]
  WireSpec wires;                  // [chip.wires]
  ReadNoiseSpec read_noise;        // [chip.read_noise]
  DriverSpec driver;               // [chip.driver]
  ErrorCircuitSpec error_circuit;  // [chip.error_circuit]
  ReadCircuitSpec circuits;        // [chip.dac], [chip.adc], [chip.amplifier], [chip.sample_hold]

  // The keys of [chip] itself.
  void describe(Fields& f);
  // The tables in it, by their names.
  struct Table {
    std::string name;
    Fields fields;
  };
  std::vector<Table> tables();
};

// Full-scale weight of a layer with `inputs` inputs where none is asked for.
double automatic_full_scale(std::size_t inputs);

}  // namespace nernst
