// SPDX-License-Identifier: Apache-2.0
// Measurements of the typical cell of a device, from simulated pulses.
#pragma once

#include "nernst/device/population.h"

namespace nernst::bench {

// The mean size of many steps at w = 0, noise included.
double step_at_centre(const DeviceSpec& device, Direction direction);

// The size of the step at w without noise.
double typical_step(const DeviceSpec& device, double w, Direction direction);

// Of the straight line through the steps in the central half of the window: the width of the window
// over its value at w = 0, and its relative slope there times the bound that the steps lead to.
double range_over_step(const DeviceSpec& device, Direction direction);
double gamma(const DeviceSpec& device, Direction direction);

// The mean step over the central half, in ranges.
double mean_step_over_range(const DeviceSpec& device, Direction direction);

// Pulses one by one, noise included, until the window is walked; the mean over cells.
double pulses_to_walk(const DeviceSpec& device, Direction direction);

// The w from which a step up and a step down are equal. (Pulses in turn lead to within half a step
// of it: there the step down starts where the step up has ended.)
double symmetry_point_found(const DeviceSpec& device);

// The cycle-to-cycle spread over the step, mean of both directions; at w, and over the central
// half.
double c2c_at(const DeviceSpec& device, double w);
double c2c_central(const DeviceSpec& device);

double write_noise_over_step(const DeviceSpec& device);

// The time after which 1/e is left of a distance to where the cell rests.
double retention_tau_s(const DeviceSpec& device);

}  // namespace nernst::bench
