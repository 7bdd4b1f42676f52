// SPDX-License-Identifier: Apache-2.0
// The curve that a data sheet shows: conductance against the number of pulses, up and then down.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "nernst/device/device_spec.h"

namespace nernst {

// What the cells that work show after `pulses` pulses in all, write noise included.
struct CurvePoint {
  std::size_t pulses = 0;
  bool up = true;  // the direction of the last pulse
  double w_mean = 0, w_p10 = 0, w_p90 = 0, w_example = 0;
  double g_mean_S = 0, g_p10_S = 0, g_p90_S = 0, g_example_S = 0;
};

struct Curve {
  std::string device;  // name and title of the device
  std::string title;
  std::size_t cells = 0;   // that work
  std::size_t faulty = 0;  // that do not, and are left out
  std::vector<CurvePoint> points;
};

// Starts `cells` cells at the bottom of their windows (one-sided ones at a reset) and gives them
// `pulses_up` pulses up and `pulses_down` pulses down, of which a one-sided cell takes none. Throws
// ConfigError for no cells or more than 10 million points.
Curve simulate_curve(const DeviceSpec& device, std::size_t cells, std::size_t pulses_up,
                     std::size_t pulses_down, std::uint64_t seed);

// A number of pulses each way that shows nearly all of the window: what takes the typical cell
// through 97 % of it in the slower direction and a twentieth more, from 20 to kMostCurvePulses.
inline constexpr std::size_t kMostCurvePulses = 20000;
std::size_t pulses_for_curve(const DeviceSpec& device);

// pulses,direction,w_mean,w_p10,w_p90,w_example,g_mean_S,g_p10_S,g_p90_S,g_example_S
std::string curve_csv(const Curve& curve);

// Conductance against pulses as a plot (io/svg.h): mean, the middle 80 % of the cells, one example
// cell.
std::string curve_svg(const Curve& curve);

}  // namespace nernst
