// SPDX-License-Identifier: Apache-2.0
// Small chips, weights and signals that the tests of a chip share.
#pragma once

#include <cmath>
#include <vector>

#include "nernst/chip/simulated_chip.h"

namespace nernst {

inline ChipSpec ideal_chip() {
  ChipSpec spec;
  spec.device = "ideal";
  spec.coding.coding = Coding::exact;
  spec.periphery.dac_bits = spec.periphery.adc_bits = 0;
  spec.periphery.adc_bound = 1e9;
  return spec;
}

inline SimulatedChip make(const ChipSpec& spec, std::vector<ArraySpec> arrays,
                          Backend backend = Backend::reference) {
  return SimulatedChip(spec, load_device(spec.device), arrays, 7, backend, Threads(1));
}

inline Matrix<double> ramp(std::size_t rows, std::size_t columns) {
  Matrix<double> weights(rows, columns);
  for (std::size_t k = 0; k < rows * columns; ++k)
    weights.values()[k] = 0.3 * std::sin(static_cast<double>(k));
  return weights;
}

inline std::vector<double> wave(std::size_t size) {
  std::vector<double> x(size);
  for (std::size_t k = 0; k < size; ++k) x[k] = std::cos(static_cast<double>(k));
  return x;
}

}  // namespace nernst
