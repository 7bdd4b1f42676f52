// SPDX-License-Identifier: Apache-2.0
// Measures what a data sheet states of a device by pulsing simulated cells, so that a preset can be
// held against its publication. Nothing here reads a parameter of the law.
#pragma once

#include <string>
#include <vector>

#include "nernst/device/device_spec.h"

namespace nernst {

struct FigureQuantity {
  std::string name;
  std::string help;  // what is measured, and its unit
};

// Every quantity that a [[figure]] of a preset may name, in alphabetical order.
std::vector<FigureQuantity> figure_quantities();

// The measured value of `quantity`, from 20,011 cells where it is a spread (its sampling error is
// then 0.5 to 0.7 % of it). Always the same cells and the same noise. Throws ConfigError for an
// unknown quantity.
double simulate_figure(const DeviceSpec& device, const std::string& quantity);

}  // namespace nernst
