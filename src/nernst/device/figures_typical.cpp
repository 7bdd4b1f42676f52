// SPDX-License-Identifier: Apache-2.0
#include "nernst/device/figures_typical.h"

#include <array>
#include <cmath>
#include <limits>

#include "nernst/base/statistics.h"
#include "nernst/device/bench.h"

namespace nernst::bench {

namespace {

constexpr int kPlaces = 21;  // over the central half of a window
constexpr auto kUp = Direction::potentiate;
constexpr auto kDown = Direction::depress;

struct Line {
  double slope, at_zero;
};

// The straight line through the typical steps in the central half of the window.
Line step_line(const DeviceSpec& device, Direction direction) {
  const auto [bottom, top] = typical_window(device);
  Values w, size;
  for (int k = 0; k < kPlaces; ++k) {
    w.push_back(bottom + (top - bottom) * (0.25 + 0.5 * k / (kPlaces - 1)));
    size.push_back(typical_step(device, w.back(), direction));
  }
  const double mean_w = mean(w), mean_size = mean(size);
  double above = 0, below = 0;
  for (std::size_t k = 0; k < w.size(); ++k) {
    above += (w[k] - mean_w) * (size[k] - mean_size);
    below += (w[k] - mean_w) * (w[k] - mean_w);
  }
  const double slope = above / below;
  return {slope, mean_size - slope * mean_w};
}

double c2c_of(const DeviceSpec& device, Population& cells, double w) {
  double sum = 0;
  for (const Direction direction : {kUp, kDown})
    sum += deviation(steps(cells, w, direction)) / typical_step(device, w, direction);
  return sum / 2;
}

}  // namespace

double typical_step(const DeviceSpec& device, double w, Direction direction) {
  return small_steps(*nominal(device), {w}, direction)[0];
}

double step_at_centre(const DeviceSpec& device, Direction direction) {
  // again and again, so that noise of several steps averages out
  constexpr int repeats = 16;
  const auto cells = typical(device);
  double sum = 0;
  for (int k = 0; k < repeats; ++k) sum += nernst::mean(steps(*cells, 0.0, direction));
  return std::abs(sum / repeats);
}

double range_over_step(const DeviceSpec& device, Direction direction) {
  const auto [bottom, top] = typical_window(device);
  return (top - bottom) / step_line(device, direction).at_zero;
}

double gamma(const DeviceSpec& device, Direction direction) {
  const Line line = step_line(device, direction);
  const auto [bottom, top] = typical_window(device);
  const double bound = direction == kUp ? top : bottom;
  return -line.slope / line.at_zero * bound;
}

double mean_step_over_range(const DeviceSpec& device, Direction direction) {
  const auto [bottom, top] = typical_window(device);
  double sum = 0;
  for (int k = 0; k < kPlaces; ++k)
    sum +=
        typical_step(device, bottom + (top - bottom) * (0.25 + 0.5 * k / (kPlaces - 1)), direction);
  return sum / kPlaces / (top - bottom);
}

double pulses_to_walk(const DeviceSpec& device, Direction direction) {
  constexpr std::size_t walkers = 2003, most = 100'000;
  const auto [bottom, top] = typical_window(device);
  const auto cells = typical(device, walkers);
  cells->place_all(direction == kUp ? bottom : top);
  const double near = 1e-9 * (top - bottom);
  std::vector<bool> arrived(walkers, false);
  double total = 0;
  std::size_t there = 0;
  for (std::size_t pulse = 1; pulse <= most && there < walkers; ++pulse) {
    cells->pulse(direction, 1);
    for (std::size_t k = 0; k < walkers; ++k) {
      const double w = cells->w()[k];
      if (arrived[k] || (direction == kUp ? w < top - near : w > bottom + near)) continue;
      arrived[k] = true;
      ++there;
      total += static_cast<double>(pulse);
    }
  }
  return there < walkers ? std::numeric_limits<double>::infinity()
                         : total / static_cast<double>(walkers);
}

double symmetry_point_found(const DeviceSpec& device) {
  auto [low, high] = typical_window(device);
  const auto cell = nominal(device);
  for (int k = 0; k < 40; ++k) {
    const double middle = (low + high) / 2;
    const double drift = steps(*cell, middle, kUp)[0] + steps(*cell, middle, kDown)[0];
    (drift > 0 ? low : high) = middle;
  }
  return (low + high) / 2;
}

double c2c_at(const DeviceSpec& device, double w) { return c2c_of(device, *typical(device), w); }

double c2c_central(const DeviceSpec& device) {
  const auto [bottom, top] = typical_window(device);
  const auto cells = typical(device, kCells / 4);
  double sum = 0;
  for (int k = 0; k < kPlaces; ++k)
    sum += c2c_of(device, *cells, bottom + (top - bottom) * (0.25 + 0.5 * k / (kPlaces - 1)));
  return sum / kPlaces;
}

double write_noise_over_step(const DeviceSpec& device) {
  const auto cells = typical(device);
  cells->pulse(kUp, 1);
  Values seen = cells->read(ReadAgainst::nothing);
  for (std::size_t k = 0; k < seen.size(); ++k) seen[k] -= cells->w()[k];
  return deviation(seen) / typical_step(device, 0, kUp);
}

double retention_tau_s(const DeviceSpec& device) {
  const auto cell = nominal(device);
  constexpr double start = 0.5, left = 0.36787944117144233, never = 1e30;
  cell->place_all(start);
  cell->relax(never);
  const double rest = cell->w()[0];
  if (rest == start) return std::numeric_limits<double>::infinity();
  double low = 1e-12, high = never;
  for (int k = 0; k < 200; ++k) {
    const double time_s = std::sqrt(low * high);
    cell->place_all(start);
    cell->relax(time_s);
    ((cell->w()[0] - rest) / (start - rest) > left ? low : high) = time_s;
  }
  return std::sqrt(low * high);
}

}  // namespace nernst::bench
