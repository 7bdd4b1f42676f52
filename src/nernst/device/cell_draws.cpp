// SPDX-License-Identifier: Apache-2.0
#include "nernst/device/cell_draws.h"

#include <algorithm>
#include <cmath>

namespace nernst {

NominalCell draw_nominal_cell(const CellSpec& cell, const SpreadSpec& spread,
                              const CellDraws& draws) {
  // one draw of the step for both directions; two would make an asymmetry that is not asked for
  const double beta = cell.up_down + spread.up_down * draws.normal(Draw::up_down);
  const double scatter = spread.step * draws.normal(Draw::step);
  const double gain = std::max(0.01, 1 + spread.gain * draws.normal(Draw::gain));
  const bool log_normal = spread.step_shape == SpreadShape::log_normal;
  const double factor = log_normal ? math::exp(scatter) : 1;
  const double shift = log_normal ? 0 : scatter;

  NominalCell nominal{};
  nominal.gain = gain;
  // what a wide spread takes past zero is folded back, as in the fits that such spreads come from
  // (aihwkit, enforce_consistency)
  nominal.step_up = std::abs(cell.dw_min * factor * (1 + beta + shift)) * gain;
  nominal.step_down = std::abs(cell.dw_min * factor * (1 - beta + shift)) * gain;
  nominal.w_max = std::abs(cell.w_max * (1 + spread.w_max * draws.normal(Draw::w_max))) * gain;
  nominal.w_min = -std::abs(cell.w_min * (1 + spread.w_min * draws.normal(Draw::w_min))) * gain;
  if (cell.one_sided) nominal.step_down = 0;
  return nominal;
}

}  // namespace nernst
