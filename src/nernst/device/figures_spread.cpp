// SPDX-License-Identifier: Apache-2.0
#include "nernst/device/figures_spread.h"

#include <cmath>

#include "nernst/base/statistics.h"
#include "nernst/device/bench.h"

namespace nernst::bench {

namespace {

constexpr auto kUp = Direction::potentiate;
constexpr auto kDown = Direction::depress;

struct BothSteps {
  Values mean, half_difference;  // of the sizes up and down at w = 0
};
BothSteps both_steps(Population& cells, const Windows& found) {
  const Values zero(cells.size(), 0.0);
  const Values up = of_working(small_steps(cells, zero, kUp), found);
  const Values down = of_working(small_steps(cells, zero, kDown), found);
  BothSteps both;
  for (std::size_t k = 0; k < up.size(); ++k) {
    both.mean.push_back((up[k] + down[k]) / 2);
    both.half_difference.push_back((up[k] - down[k]) / 2);
  }
  return both;
}

Values ranges(const Windows& found) {
  Values range;
  for (std::size_t k = 0; k < found.top.size(); ++k)
    range.push_back(found.top[k] - found.bottom[k]);
  return of_working(range, found);
}

}  // namespace

double d2d_step(const DeviceSpec& device) {
  const auto cells = quiet(device);
  const Values size = both_steps(*cells, windows(*cells)).mean;
  return central_spread(size) / median(size);
}

double d2d_step_bottom(const DeviceSpec& device) {
  const auto cells = quiet(device);
  const Windows found = windows(*cells);
  const Values size = of_working(small_steps(*cells, found.bottom, kUp), found);
  return central_spread(size) / median(size);
}

double d2d_step_log(const DeviceSpec& device) {
  const auto cells = quiet(device);
  Values size = both_steps(*cells, windows(*cells)).mean;
  for (double& x : size) x = std::log(x);
  return central_spread(size);
}

double d2d_up_down(const DeviceSpec& device) {
  const auto cells = quiet(device);
  const BothSteps both = both_steps(*cells, windows(*cells));
  return central_spread(both.half_difference) / nernst::mean(both.mean);
}

double d2d_bound(const DeviceSpec& device, Direction direction) {
  const auto cells = quiet(device);
  const Windows found = windows(*cells);
  const Values ends = of_working(direction == kUp ? found.top : found.bottom, found);
  return central_spread(ends) / std::abs(median(ends));
}

double d2d_range(const DeviceSpec& device) {
  const auto cells = quiet(device);
  const Values range = ranges(windows(*cells));
  return central_spread(range) / median(range);
}

double d2d_correlation(const DeviceSpec& device) {
  const auto cells = quiet(device);
  const Windows found = windows(*cells);
  return correlation(ranges(found), both_steps(*cells, found).mean);
}

double d2d_gamma(const DeviceSpec& device, Direction direction) {
  const auto cells = quiet(device);
  const Windows found = windows(*cells);
  const auto at = [&](double fraction) {
    Values place;
    for (std::size_t k = 0; k < found.top.size(); ++k)
      place.push_back(found.bottom[k] + fraction * (found.top[k] - found.bottom[k]));
    return of_working(small_steps(*cells, place, direction), found);
  };
  const Values low = at(0.25), high = at(0.75);
  Values slope;
  for (std::size_t k = 0; k < low.size(); ++k)
    slope.push_back(2 * (high[k] - low[k]) / (high[k] + low[k]));
  return central_spread(slope);
}

double offset_spread(const DeviceSpec& device, ReadAgainst against) {
  return central_spread(everyone(device)->read(against));
}

double stuck_fraction(const DeviceSpec& device) {
  const auto cells = quiet(device);
  const Windows found = windows(*cells);
  return 1 - static_cast<double>(ranges(found).size()) / static_cast<double>(kCells);
}

double median_after_reset(const DeviceSpec& device) {
  const auto cells = everyone(device);
  cells->reset();
  return median(copy(cells->w()));
}

}  // namespace nernst::bench
