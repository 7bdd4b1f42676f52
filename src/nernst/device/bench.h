// SPDX-License-Identifier: Apache-2.0
// What one does to cells on the bench to measure them; the figures of a device are made of these.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "nernst/device/population.h"

namespace nernst::bench {

using Values = std::vector<double>;

// So many that a 2 % error of a spread is three standard errors.
inline constexpr std::size_t kCells = 20011;

Values copy(std::span<const double> values);

// Cells that differ, with their noise and without.
std::unique_ptr<Population> everyone(const DeviceSpec& device);
std::unique_ptr<Population> quiet(const DeviceSpec& device);

// The typical cell and its noise, many times; and without noise, once.
std::unique_ptr<Population> typical(const DeviceSpec& device, std::size_t cells = kCells);
std::unique_ptr<Population> nominal(const DeviceSpec& device);

// The changes of all cells by one pulse from `from`.
Values steps(Population& cells, const Values& from, Direction direction);
Values steps(Population& cells, double from, Direction direction);

// The sizes of their steps by a hundredth of a pulse, a hundredfold: no bound cuts these.
Values small_steps(Population& cells, const Values& from, Direction direction);

// Where a train that no longer moves the cells leads them; a one-sided cell is let down by hand.
Values end_of_window(Population& cells, Direction direction);

struct Windows {
  Values bottom, top;
};
Windows windows(Population& cells);

// The entries of `values` of the cells that respond to pulses.
Values of_working(const Values& values, const Windows& found);

// Bottom and top of the window of the typical cell; the nominal ones where pulses find no end.
std::array<double, 2> typical_window(const DeviceSpec& device);

}  // namespace nernst::bench
