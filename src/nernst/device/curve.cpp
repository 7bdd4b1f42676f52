// SPDX-License-Identifier: Apache-2.0
#include "nernst/device/curve.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "nernst/base/error.h"
#include "nernst/base/interruption.h"
#include "nernst/base/statistics.h"
#include "nernst/device/population.h"
#include "nernst/io/svg.h"

namespace nernst {

namespace {

// The cells that a pulse up moves.
std::vector<std::size_t> working_cells(const DeviceSpec& device, std::size_t cells,
                                       std::uint64_t seed) {
  const auto population = make_population(without_noise(device), cells, seed);
  const std::vector<double> before(population->w().begin(), population->w().end());
  population->pulse(Direction::potentiate, 1);
  std::vector<std::size_t> working;
  for (std::size_t k = 0; k < cells; ++k)
    if (population->w()[k] != before[k]) working.push_back(k);
  return working;
}

CurvePoint observe(const Population& population, const std::vector<std::size_t>& working,
                   std::size_t pulses, Direction last) {
  const std::vector<double> seen = population.read(ReadAgainst::nothing);
  std::vector<double> w;
  double sum = 0;
  for (const std::size_t k : working) {
    w.push_back(seen[k]);
    sum += seen[k];
  }
  CurvePoint point;
  point.pulses = pulses;
  point.up = last == Direction::potentiate;
  point.w_mean = sum / static_cast<double>(w.size());
  point.w_example = w.front();
  point.w_p10 = quantile(w, 0.1);
  point.w_p90 = quantile(w, 0.9);

  const PhysicalSpec& units = population.device().physical;
  point.g_mean_S = units.cell_S(point.w_mean);
  point.g_p10_S = units.cell_S(point.w_p10);
  point.g_p90_S = units.cell_S(point.w_p90);
  point.g_example_S = units.cell_S(point.w_example);
  return point;
}

}  // namespace

Curve simulate_curve(const DeviceSpec& device, std::size_t cells, std::size_t pulses_up,
                     std::size_t pulses_down, std::uint64_t seed) {
  constexpr std::size_t most_cells = 1'000'000, most_points = 10'000'000;
  if (cells == 0 || cells > most_cells)
    throw ConfigError("cells", std::to_string(cells), "give from 1 to 1000000 cells");
  if (pulses_up > most_points || pulses_down > most_points)
    throw ConfigError("pulses", std::to_string(std::max(pulses_up, pulses_down)),
                      "give at most 10000000 pulses each way");
  if (device.cell.one_sided) pulses_down = 0;

  Curve curve;
  curve.device = device.name;
  curve.title = device.title;
  const std::vector<std::size_t> working = working_cells(device, cells, seed);
  curve.cells = working.size();
  curve.faulty = cells - working.size();
  if (working.empty()) return curve;

  const auto population = make_population(device, cells, seed);
  if (device.cell.one_sided) {
    population->reset();
  } else {
    // each at its own lower bound, or at the nominal one where the law has none
    constexpr double far = -1e9;
    population->place_all(far);
    std::vector<double> bottom(population->w().begin(), population->w().end());
    for (double& w : bottom) w = w == far ? device.cell.w_min : w;
    population->place(bottom);
  }
  curve.points.push_back(observe(*population, working, 0, Direction::potentiate));
  for (const Direction direction : {Direction::potentiate, Direction::depress}) {
    const std::size_t count = direction == Direction::potentiate ? pulses_up : pulses_down;
    for (std::size_t k = 0; k < count; ++k) {
      heed_interruption();
      population->pulse(direction, 1);
      curve.points.push_back(observe(*population, working, curve.points.size(), direction));
    }
  }
  return curve;
}

std::size_t pulses_for_curve(const DeviceSpec& device) {
  constexpr std::size_t fewest = 20, most = kMostCurvePulses;
  constexpr double most_of_it = 0.97, a_little_more = 1.05;
  const auto cell = make_population(without_noise(without_spread(device)), 1, 1);
  const double low = device.cell.w_min, high = device.cell.w_max, edge = most_of_it * (high - low);
  std::size_t needed = 0;
  for (const Direction direction : {Direction::potentiate, Direction::depress}) {
    const bool up = direction == Direction::potentiate;
    if (!up && device.cell.one_sided) continue;
    cell->place_all(up ? low : high);
    std::size_t pulses = 0;
    while (pulses < most && (up ? cell->w()[0] - low : high - cell->w()[0]) < edge) {
      cell->pulse(direction, 1);
      ++pulses;
    }
    needed = std::max(needed, pulses);
  }
  return std::clamp(static_cast<std::size_t>(a_little_more * static_cast<double>(needed)), fewest,
                    most);
}

std::string curve_csv(const Curve& curve) {
  std::string text =
      "pulses,direction,w_mean,w_p10,w_p90,w_example,g_mean_S,g_p10_S,g_p90_S,g_example_S\n";
  for (const CurvePoint& p : curve.points)
    text += fmt::format("{},{},{:.9g},{:.9g},{:.9g},{:.9g},{:.9g},{:.9g},{:.9g},{:.9g}\n", p.pulses,
                        p.up ? "up" : "down", p.w_mean, p.w_p10, p.w_p90, p.w_example, p.g_mean_S,
                        p.g_p10_S, p.g_p90_S, p.g_example_S);
  return text;
}

std::string curve_svg(const Curve& curve) {
  io::LinePlot plot{.title = curve.title.empty() ? curve.device : curve.title,
                    .subtitle = fmt::format("{}, {} cell{}", curve.device, curve.cells,
                                            curve.cells == 1 ? "" : "s"),
                    .x = {"pulses", ""},
                    .y = {"conductance", "S"}};
  if (curve.faulty > 0) plot.subtitle += fmt::format(" ({} faulty ones left out)", curve.faulty);
  io::PlotLine mean{.label = "mean", .colour = 0}, example{.label = "one cell", .colour = 1};
  io::PlotBand middle{.label = "10 to 90 % of the cells", .colour = 0};
  example.style = io::LineStyle::thin;
  for (const CurvePoint& point : curve.points) {
    const auto pulses = static_cast<double>(point.pulses);
    for (auto* x : {&mean.x, &example.x, &middle.x}) x->push_back(pulses);
    mean.y.push_back(point.g_mean_S);
    example.y.push_back(point.g_example_S);
    middle.low.push_back(point.g_p10_S);
    middle.high.push_back(point.g_p90_S);
  }
  // where the pulses change direction
  for (std::size_t k = 1; k < curve.points.size(); ++k)
    if (curve.points[k].up != curve.points[k - 1].up)
      plot.marks.push_back({static_cast<double>(k - 1), "down from here"});
  if (curve.cells > 1) plot.bands.push_back(std::move(middle));
  plot.lines.push_back(std::move(mean));
  if (curve.cells > 1) plot.lines.push_back(std::move(example));
  return io::to_svg(plot);
}

}  // namespace nernst
