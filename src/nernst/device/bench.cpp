// SPDX-License-Identifier: Apache-2.0
#include "nernst/device/bench.h"

#include <cmath>

#include "nernst/base/statistics.h"

namespace nernst::bench {

namespace {
constexpr std::uint64_t kSeed = 636127;
constexpr auto kUp = Direction::potentiate;
constexpr auto kDown = Direction::depress;
}  // namespace

Values copy(std::span<const double> values) { return {values.begin(), values.end()}; }

std::unique_ptr<Population> everyone(const DeviceSpec& device) {
  return make_population(device, kCells, kSeed);
}

std::unique_ptr<Population> quiet(const DeviceSpec& device) {
  return everyone(without_noise(device));
}

std::unique_ptr<Population> typical(const DeviceSpec& device, std::size_t cells) {
  return make_population(without_spread(device), cells, kSeed);
}

std::unique_ptr<Population> nominal(const DeviceSpec& device) {
  return make_population(without_noise(without_spread(device)), 1, kSeed);
}

Values steps(Population& cells, const Values& from, Direction direction) {
  cells.place(from);
  const Values before = copy(cells.w());
  cells.pulse(direction, 1);
  Values change = copy(cells.w());
  for (std::size_t k = 0; k < change.size(); ++k) change[k] -= before[k];
  return change;
}

Values steps(Population& cells, double from, Direction direction) {
  return steps(cells, Values(cells.size(), from), direction);
}

Values small_steps(Population& cells, const Values& from, Direction direction) {
  constexpr double part = 0.01;
  cells.place(from);
  const Values before = copy(cells.w());
  cells.dose(direction, part);
  Values change = copy(cells.w());
  for (std::size_t k = 0; k < change.size(); ++k)
    change[k] = std::abs(change[k] - before[k]) / part;
  return change;
}

Values end_of_window(Population& cells, Direction direction) {
  constexpr double batch = 200, still = 2e-8, far = 1e29;
  constexpr int most_batches = 2000;
  if (direction == kDown && cells.device().cell.one_sided) {
    cells.place_all(-far);
    return copy(cells.w());
  }
  for (int k = 0; k < most_batches; ++k) {
    Values change = copy(cells.w());
    cells.dose(direction, batch);
    for (std::size_t c = 0; c < change.size(); ++c) change[c] = std::abs(change[c] - cells.w()[c]);
    if (quantile(change, 0.99) < still) break;
  }
  return copy(cells.w());
}

Windows windows(Population& cells) {
  Windows found;
  found.top = end_of_window(cells, kUp);
  found.bottom = end_of_window(cells, kDown);
  return found;
}

Values of_working(const Values& values, const Windows& found) {
  Values kept;
  for (std::size_t k = 0; k < values.size(); ++k)
    if (found.top[k] != found.bottom[k]) kept.push_back(values[k]);
  return kept;
}

std::array<double, 2> typical_window(const DeviceSpec& device) {
  constexpr double endless = 1000;
  const auto cell = nominal(device);
  const double top = end_of_window(*cell, kUp)[0];
  if (top > endless) return {device.cell.w_min, device.cell.w_max};
  return {end_of_window(*cell, kDown)[0], top};
}

}  // namespace nernst::bench
