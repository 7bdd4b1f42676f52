// SPDX-License-Identifier: Apache-2.0
// Piecewise step: the mean step is given at equally spaced places of the window, with straight
// lines between.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "nernst/base/error.h"
#include "nernst/device/law.h"

namespace nernst {

struct PiecewiseStep {
  static constexpr std::string_view kName = "piecewise_step";
  static constexpr std::string_view kSource =
      "dw = step f(w), f linear between nodes; aihwkit documentation, PiecewiseStepDevice; for "
      "devices that come as a measured table (CrossSim look-up tables)";

  // in units of the nominal step, the first node at w_min and the last at w_max
  std::vector<double> nodes_up = {1, 1}, nodes_down = {1, 1};
  StepNoise noise = StepNoise::multiplicative;

  void describe(Fields& f) {
    f.reals("nodes_up", nodes_up,
            {.min = 0,
             .max = 1e6,
             .help = "steps up from w_min to w_max, equally spaced, over dw_min"});
    f.reals(
        "nodes_down", nodes_down,
        {.min = 0, .max = 1e6, .help = "sizes of the steps down at the same places, over dw_min"});
    f.choice("noise", noise, {"additive", "multiplicative"},
             "cycle-to-cycle noise: the same everywhere, or in proportion to the step");
  }

  void check(const CellSpec&, const std::string& where) const {
    constexpr std::size_t most = 256;
    const auto refuse = [&](const char* name, std::size_t size, std::string remedy) {
      throw ConfigError(join_path(where, name), std::to_string(size) + " nodes", std::move(remedy));
    };
    if (nodes_up.size() < 2 || nodes_up.size() > most)
      refuse("nodes_up", nodes_up.size(), "give from 2 to 256 nodes");
    if (nodes_down.size() != nodes_up.size())
      refuse("nodes_down", nodes_down.size(), "give as many nodes as in nodes_up");
  }

  template <class T>
  struct Cell {
    T step_up, step_down;
    T nodes_per_w;  // (nodes - 1) / (w_max - w_min)
    T w_min, w_max;
    T w_first;  // where the first node is
  };

  Cell<double> fabricate(const CellSpec&, const NominalCell& nominal, const CellDraws&) const {
    // a cell whose bounds meet has nowhere to go; the nodes are spread over the cell's own window
    constexpr double least_width = 1e-6;
    const double width = nominal.w_max - nominal.w_min;
    const bool can_move = width > least_width;
    const auto gaps = static_cast<double>(nodes_up.size() - 1);
    return {.step_up = can_move ? nominal.step_up : 0,
            .step_down = can_move ? nominal.step_down : 0,
            .nodes_per_w = can_move ? gaps / width : 0,
            .w_min = nominal.w_min,
            .w_max = nominal.w_max,
            .w_first = nominal.w_min};
  }

  template <class T, class Up>
  Change<T> pulse(const Cell<T>& cell, const WeightState<T>& state, Up up, T c2c) const {
    using math::maximum;
    using math::select;
    // a sum over the nodes, each with a hat one node wide: no look-up, so that lanes may differ
    const T place = (state.w - cell.w_first) * cell.nodes_per_w;
    T factor = T(0);
    for (std::size_t k = 0; k < nodes_up.size(); ++k) {
      const T away = place - T(static_cast<double>(k));
      const T hat = maximum(T(1) - maximum(away, -away), T(0));
      factor = factor + hat * select(up, T(nodes_up[k]), T(nodes_down[k]));
    }
    const T size = select(up, cell.step_up, cell.step_down);
    const T step = size * factor;
    const T spread = c2c * select(noise == StepNoise::additive, size, step);
    return {select(up, step, -step), spread};
  }
};

}  // namespace nernst
