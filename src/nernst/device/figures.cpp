// SPDX-License-Identifier: Apache-2.0
#include "nernst/device/figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <numeric>

#include "nernst/base/error.h"
#include "nernst/device/population.h"

namespace nernst {

namespace {

using Values = std::vector<double>;
constexpr std::size_t kCells = 20011;  // a 2 % error of a spread is three standard errors
constexpr std::uint64_t kSeed = 636127;
constexpr int kPlaces = 21;  // over the central half of a window
constexpr auto kUp = Direction::potentiate;
constexpr auto kDown = Direction::depress;

// ---- statistics ----

double mean(const Values& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double deviation(const Values& values) {
  const double m = mean(values);
  double sum = 0;
  for (const double x : values) sum += (x - m) * (x - m);
  return std::sqrt(sum / static_cast<double>(values.size() - 1));
}

double quantile(Values values, double fraction) {
  const auto rank = static_cast<std::ptrdiff_t>(fraction * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + rank, values.end());
  return values[static_cast<std::size_t>(rank)];
}
double median(const Values& values) { return quantile(values, 0.5); }

// Half the width of the central 68.27 %: the standard deviation of a normal distribution, and not moved by
// what a wide one has folded back at zero.
double spread(const Values& values) {
  return (quantile(values, 0.841345) - quantile(values, 0.158655)) / 2;
}

double correlation(const Values& a, const Values& b) {
  const double ma = mean(a), mb = mean(b);
  double aa = 0, bb = 0, ab = 0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    aa += (a[k] - ma) * (a[k] - ma);
    bb += (b[k] - mb) * (b[k] - mb);
    ab += (a[k] - ma) * (b[k] - mb);
  }
  return ab / std::sqrt(aa * bb);
}

// ---- populations ----

Values copy(std::span<const double> values) { return {values.begin(), values.end()}; }

std::unique_ptr<Population> everyone(const DeviceSpec& device) {
  return make_population(device, kCells, kSeed);
}
// Cells that differ, pulses that do not.
std::unique_ptr<Population> quiet(const DeviceSpec& device) {
  return everyone(without_noise(device));
}
// The typical cell and its noise, many times.
std::unique_ptr<Population> typical(const DeviceSpec& device, std::size_t cells = kCells) {
  return make_population(without_spread(device), cells, kSeed);
}
// The typical cell without noise, once.
std::unique_ptr<Population> nominal(const DeviceSpec& device) {
  return make_population(without_noise(without_spread(device)), 1, kSeed);
}

// The changes of all cells by one pulse from `from`.
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

// The sizes of their steps by a hundredth of a pulse, a hundredfold: no bound cuts these.
Values small_steps(Population& cells, const Values& from, Direction direction) {
  constexpr double part = 0.01;
  cells.place(from);
  const Values before = copy(cells.w());
  cells.dose(direction, part);
  Values change = copy(cells.w());
  for (std::size_t k = 0; k < change.size(); ++k) change[k] = std::abs(change[k] - before[k]) / part;
  return change;
}

// Where a train that no longer moves the cells leads them; a one-sided cell is let down by hand.
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

struct Windows {
  Values bottom, top;
};
Windows windows(Population& cells) {
  Windows found;
  found.top = end_of_window(cells, kUp);
  found.bottom = end_of_window(cells, kDown);
  return found;
}

// The entries of `values` of cells that respond to pulses.
Values of_working(const Values& values, const Windows& found) {
  Values kept;
  for (std::size_t k = 0; k < values.size(); ++k)
    if (found.top[k] != found.bottom[k]) kept.push_back(values[k]);
  return kept;
}

// The window of the typical cell; the nominal one where pulses find no end.
std::array<double, 2> typical_window(const DeviceSpec& device) {
  constexpr double endless = 1000;
  const auto cell = nominal(device);
  const double top = end_of_window(*cell, kUp)[0];
  if (top > endless) return {device.cell.w_min, device.cell.w_max};
  return {end_of_window(*cell, kDown)[0], top};
}

// ---- the typical cell ----

// The size of the typical step at w without noise.
double typical_step(const DeviceSpec& device, double w, Direction direction) {
  return small_steps(*nominal(device), {w}, direction)[0];
}

double step_at_centre(const DeviceSpec& device, Direction direction) {
  return std::abs(mean(steps(*typical(device), 0.0, direction)));
}

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
    sum += typical_step(device, bottom + (top - bottom) * (0.25 + 0.5 * k / (kPlaces - 1)), direction);
  return sum / kPlaces / (top - bottom);
}

// Pulses one by one until the typical cell with its noise has walked its window, on average.
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

// The w from which a step up and a step down of the typical cell are equal, by halving. (Pulses in turn lead
// to within half a step of it: there the step down starts where the step up has ended.)
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

double c2c_at(const DeviceSpec& device, Population& cells, double w) {
  double sum = 0;
  for (const Direction direction : {kUp, kDown})
    sum += deviation(steps(cells, w, direction)) / typical_step(device, w, direction);
  return sum / 2;
}

double c2c_central(const DeviceSpec& device) {
  const auto [bottom, top] = typical_window(device);
  const auto cells = typical(device, kCells / 4);
  double sum = 0;
  for (int k = 0; k < kPlaces; ++k)
    sum += c2c_at(device, *cells, bottom + (top - bottom) * (0.25 + 0.5 * k / (kPlaces - 1)));
  return sum / kPlaces;
}

double write_noise_over_step(const DeviceSpec& device) {
  const auto cells = typical(device);
  cells->pulse(kUp, 1);
  Values seen = cells->read(ReadAgainst::nothing);
  for (std::size_t k = 0; k < seen.size(); ++k) seen[k] -= cells->w()[k];
  return deviation(seen) / typical_step(device, 0, kUp);
}

// The time after which 1/e is left of a distance to where the cell rests, by halving.
double retention_tau(const DeviceSpec& device) {
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

// ---- one cell against another ----

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

double d2d_step(const DeviceSpec& device) {
  const auto cells = quiet(device);
  const Values size = both_steps(*cells, windows(*cells)).mean;
  return spread(size) / median(size);
}

double d2d_step_bottom(const DeviceSpec& device) {
  const auto cells = quiet(device);
  const Windows found = windows(*cells);
  const Values size = of_working(small_steps(*cells, found.bottom, kUp), found);
  return spread(size) / median(size);
}

double d2d_step_log(const DeviceSpec& device) {
  const auto cells = quiet(device);
  Values size = both_steps(*cells, windows(*cells)).mean;
  for (double& x : size) x = std::log(x);
  return spread(size);
}

double d2d_up_down(const DeviceSpec& device) {
  const auto cells = quiet(device);
  const BothSteps both = both_steps(*cells, windows(*cells));
  return spread(both.half_difference) / mean(both.mean);
}

double d2d_bound(const DeviceSpec& device, Direction direction) {
  const auto cells = quiet(device);
  const Windows found = windows(*cells);
  const Values ends = of_working(direction == kUp ? found.top : found.bottom, found);
  return spread(ends) / std::abs(median(ends));
}

Values ranges(const Windows& found) {
  Values range;
  for (std::size_t k = 0; k < found.top.size(); ++k) range.push_back(found.top[k] - found.bottom[k]);
  return of_working(range, found);
}

double d2d_range(const DeviceSpec& device) {
  const auto cells = quiet(device);
  const Values range = ranges(windows(*cells));
  return spread(range) / median(range);
}

double d2d_correlation(const DeviceSpec& device) {
  const auto cells = quiet(device);
  const Windows found = windows(*cells);
  return correlation(ranges(found), both_steps(*cells, found).mean);
}

// The slope of each cell's step over its own window taken as -1 to 1.
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
  return spread(slope);
}

double offset_spread(const DeviceSpec& device, ReadAgainst against) {
  return spread(everyone(device)->read(against));
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

// ---- the list ----

struct Measurement {
  const char* name;
  const char* help;
  std::function<double(const DeviceSpec&)> measure;
};

const std::vector<Measurement>& measurements() {
  using Device = const DeviceSpec&;
  static const std::vector<Measurement> list = {
      {"c2c_relative", "cycle-to-cycle spread of a step over its mean, at w = 0",
       [](Device d) { return c2c_at(d, *typical(d), 0); }},
      {"c2c_relative_central", "the same, mean over the central half of the window", c2c_central},
      {"d2d_gamma_down", "device-to-device spread of gamma_down, over each cell's own window",
       [](Device d) { return d2d_gamma(d, kDown); }},
      {"d2d_gamma_up", "device-to-device spread of gamma_up, over each cell's own window",
       [](Device d) { return d2d_gamma(d, kUp); }},
      {"d2d_range_relative", "device-to-device spread of the range", d2d_range},
      {"d2d_range_step_correlation", "correlation of range and step over devices", d2d_correlation},
      {"d2d_step_log", "device-to-device spread of the logarithm of the step", d2d_step_log},
      {"d2d_step_relative", "device-to-device spread of the step, mean of up and down, at w = 0",
       d2d_step},
      {"d2d_step_relative_bottom", "device-to-device spread of the step up at the lower bound",
       d2d_step_bottom},
      {"d2d_up_down", "device-to-device spread of half the difference of steps up and down",
       d2d_up_down},
      {"d2d_w_max_relative", "device-to-device spread of the upper bound",
       [](Device d) { return d2d_bound(d, kUp); }},
      {"d2d_w_min_relative", "device-to-device spread of the lower bound",
       [](Device d) { return d2d_bound(d, kDown); }},
      {"g_bottom_S", "conductance at the lower bound, S",
       [](Device d) { return d.physical.g_S(typical_window(d)[0]); }},
      {"g_top_S", "conductance at the upper bound, S",
       [](Device d) { return d.physical.g_S(typical_window(d)[1]); }},
      {"gamma_down", "slope of the step down over the central half, times the lower bound",
       [](Device d) { return gamma(d, kDown); }},
      {"gamma_up", "slope of the step up over the central half, times the upper bound",
       [](Device d) { return gamma(d, kUp); }},
      {"mean_step_over_range_down", "mean step down over the central half, in ranges",
       [](Device d) { return mean_step_over_range(d, kDown); }},
      {"mean_step_over_range_up", "mean step up over the central half, in ranges",
       [](Device d) { return mean_step_over_range(d, kUp); }},
      {"offset_spread", "spread of w against the cell's own reference",
       [](Device d) { return offset_spread(d, ReadAgainst::own_reference); }},
      {"offset_spread_shared", "spread of w against a shared reference",
       [](Device d) { return offset_spread(d, ReadAgainst::shared_reference); }},
      {"pulses_down", "pulses down that walk the window",
       [](Device d) { return pulses_to_walk(d, kDown); }},
      {"pulses_up", "pulses up that walk the window",
       [](Device d) { return pulses_to_walk(d, kUp); }},
      {"range_over_step_down", "width of the window over the step down at w = 0, on the line of gamma_down",
       [](Device d) { return range_over_step(d, kDown); }},
      {"range_over_step_up", "width of the window over the step up at w = 0, on the line of gamma_up",
       [](Device d) { return range_over_step(d, kUp); }},
      {"retention_tau_s", "time after which 1/e of a change is left, s", retention_tau},
      {"states", "width of the window over the mean of the steps at w = 0",
       [](Device d) {
         return 2 / (1 / range_over_step(d, kUp) + 1 / range_over_step(d, kDown));
       }},
      {"step_down_centre", "mean size of a step down at w = 0",
       [](Device d) { return step_at_centre(d, kDown); }},
      {"step_up_bottom", "size of a step up at the lower bound",
       [](Device d) { return typical_step(d, typical_window(d)[0], kUp); }},
      {"step_up_centre", "mean size of a step up at w = 0",
       [](Device d) { return step_at_centre(d, kUp); }},
      {"stuck_fraction", "fraction of cells that no pulse moves", stuck_fraction},
      {"symmetry_point", "w from which a step up and a step down are equal", symmetry_point_found},
      {"up_down_ratio", "step up over step down at w = 0",
       [](Device d) { return step_at_centre(d, kUp) / step_at_centre(d, kDown); }},
      {"w_reset", "median w after a reset", median_after_reset},
      {"write_noise_over_step", "spread of what is read after a pulse over the step at w = 0",
       write_noise_over_step},
  };
  return list;
}

}  // namespace

std::vector<FigureQuantity> figure_quantities() {
  std::vector<FigureQuantity> quantities;
  for (const Measurement& m : measurements()) quantities.push_back({m.name, m.help});
  return quantities;
}

double simulate_figure(const DeviceSpec& device, const std::string& quantity) {
  std::vector<std::string> known;
  for (const Measurement& m : measurements()) {
    if (quantity == m.name) return m.measure(device);
    known.emplace_back(m.name);
  }
  const auto near = nearest_name(quantity, known);
  throw ConfigError("figure.quantity", quantity,
                    near ? fmt::format("no such quantity; did you mean \"{}\"?", *near)
                         : "give a quantity listed in the reference of devices");
}

}  // namespace nernst
