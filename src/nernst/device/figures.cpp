// SPDX-License-Identifier: Apache-2.0
#include "nernst/device/figures.h"

#include <fmt/format.h>

#include <functional>

#include "nernst/base/error.h"
#include "nernst/device/bench.h"
#include "nernst/device/figures_spread.h"
#include "nernst/device/figures_typical.h"

namespace nernst {

namespace {

constexpr auto kUp = Direction::potentiate;
constexpr auto kDown = Direction::depress;

struct Measurement {
  const char* name;
  const char* help;
  std::function<double(const DeviceSpec&)> measure;
};

const std::vector<Measurement>& measurements() {
  using Device = const DeviceSpec&;
  static const std::vector<Measurement> list = {
      {"c2c_relative", "cycle-to-cycle spread of a step over its mean, at w = 0",
       [](Device d) { return bench::c2c_at(d, 0); }},
      {"c2c_relative_central", "the same, mean over the central half of the window",
       bench::c2c_central},
      {"d2d_gamma_down", "device-to-device spread of gamma_down, over each cell's own window",
       [](Device d) { return bench::d2d_gamma(d, kDown); }},
      {"d2d_gamma_up", "device-to-device spread of gamma_up, over each cell's own window",
       [](Device d) { return bench::d2d_gamma(d, kUp); }},
      {"d2d_range_relative", "device-to-device spread of the range", bench::d2d_range},
      {"d2d_range_step_correlation", "correlation of range and step over devices",
       bench::d2d_correlation},
      {"d2d_step_log", "device-to-device spread of the logarithm of the step", bench::d2d_step_log},
      {"d2d_step_relative", "device-to-device spread of the step, mean of up and down, at w = 0",
       bench::d2d_step},
      {"d2d_step_relative_bottom", "device-to-device spread of the step up at the lower bound",
       bench::d2d_step_bottom},
      {"d2d_up_down", "device-to-device spread of half the difference of steps up and down",
       bench::d2d_up_down},
      {"d2d_w_max_relative", "device-to-device spread of the upper bound",
       [](Device d) { return bench::d2d_bound(d, kUp); }},
      {"d2d_w_min_relative", "device-to-device spread of the lower bound",
       [](Device d) { return bench::d2d_bound(d, kDown); }},
      {"g_bottom_S", "conductance at the lower bound, S",
       [](Device d) { return d.physical.g_S(bench::typical_window(d)[0]); }},
      {"g_top_S", "conductance at the upper bound, S",
       [](Device d) { return d.physical.g_S(bench::typical_window(d)[1]); }},
      {"gamma_down", "slope of the step down over the central half, times the lower bound",
       [](Device d) { return bench::gamma(d, kDown); }},
      {"gamma_up", "slope of the step up over the central half, times the upper bound",
       [](Device d) { return bench::gamma(d, kUp); }},
      {"mean_step_over_range_down", "mean step down over the central half, in ranges",
       [](Device d) { return bench::mean_step_over_range(d, kDown); }},
      {"mean_step_over_range_up", "mean step up over the central half, in ranges",
       [](Device d) { return bench::mean_step_over_range(d, kUp); }},
      {"offset_spread", "spread of w against the cell's own reference",
       [](Device d) { return bench::offset_spread(d, ReadAgainst::own_reference); }},
      {"offset_spread_shared", "spread of w against a shared reference",
       [](Device d) { return bench::offset_spread(d, ReadAgainst::shared_reference); }},
      {"pulses_down", "pulses down that walk the window",
       [](Device d) { return bench::pulses_to_walk(d, kDown); }},
      {"pulses_up", "pulses up that walk the window",
       [](Device d) { return bench::pulses_to_walk(d, kUp); }},
      {"range_over_step_down",
       "width of the window over the step down at w = 0, on the line of gamma_down",
       [](Device d) { return bench::range_over_step(d, kDown); }},
      {"range_over_step_up",
       "width of the window over the step up at w = 0, on the line of gamma_up",
       [](Device d) { return bench::range_over_step(d, kUp); }},
      {"retention_tau_s", "time after which 1/e of a change is left, s", bench::retention_tau_s},
      {"states", "width of the window over the mean of the steps at w = 0",
       [](Device d) {
         return 2 / (1 / bench::range_over_step(d, kUp) + 1 / bench::range_over_step(d, kDown));
       }},
      {"step_down_centre", "mean size of a step down at w = 0",
       [](Device d) { return bench::step_at_centre(d, kDown); }},
      {"step_up_bottom", "size of a step up at the lower bound",
       [](Device d) { return bench::typical_step(d, bench::typical_window(d)[0], kUp); }},
      {"step_up_centre", "mean size of a step up at w = 0",
       [](Device d) { return bench::step_at_centre(d, kUp); }},
      {"stuck_fraction", "fraction of cells that no pulse moves", bench::stuck_fraction},
      {"symmetry_point", "w from which a step up and a step down are equal",
       bench::symmetry_point_found},
      {"up_down_ratio", "step up over step down at w = 0",
       [](Device d) { return bench::step_at_centre(d, kUp) / bench::step_at_centre(d, kDown); }},
      {"w_reset", "median w after a reset", bench::median_after_reset},
      {"write_noise_over_step", "spread of what is read after a pulse over the step at w = 0",
       bench::write_noise_over_step},
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
