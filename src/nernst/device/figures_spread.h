// SPDX-License-Identifier: Apache-2.0
// Measurements of how the cells of a device differ, from simulated pulses without cycle-to-cycle
// noise (what many repetitions leave). Spreads are half the width of the central 68.27 %; cells
// that no pulse moves are counted by stuck_fraction and left out of the others.
#pragma once

#include "nernst/device/population.h"

namespace nernst::bench {

// Of the step, mean of up and down, at w = 0: relative, of its logarithm; of the step up at the
// lower bound.
double d2d_step(const DeviceSpec& device);
double d2d_step_log(const DeviceSpec& device);
double d2d_step_bottom(const DeviceSpec& device);

// Of half the difference of the steps up and down, relative to their mean.
double d2d_up_down(const DeviceSpec& device);

// Of the bound that pulses in a direction lead to, and of the width of the window; relative.
double d2d_bound(const DeviceSpec& device, Direction direction);
double d2d_range(const DeviceSpec& device);

// Correlation of range and step over the cells.
double d2d_correlation(const DeviceSpec& device);

// Of the slope of each cell's step over its own window, taken as -1 to 1.
double d2d_gamma(const DeviceSpec& device, Direction direction);

// Of what is read at w = 0 against a reference.
double offset_spread(const DeviceSpec& device, ReadAgainst against);

double stuck_fraction(const DeviceSpec& device);
double median_after_reset(const DeviceSpec& device);

}  // namespace nernst::bench
