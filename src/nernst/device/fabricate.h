// SPDX-License-Identifier: Apache-2.0
// The making of one cell: nominal cell, law, faults and offsets, all from the draws of that cell.
#pragma once

#include <cmath>
#include <cstdint>

#include "nernst/device/device_spec.h"
#include "nernst/device/law.h"

namespace nernst {

enum class Fault : std::uint8_t { none, stuck, dead };

// A cell as it left the factory. A faulty one has w_min = w_max = w_pinned and nothing moves it.
template <class Law>
struct Fabricated {
  CellOf<Law, double> cell{};
  double offset_own = 0;     // added to w by a read against the cell's own reference
  double offset_shared = 0;  // the same for a reference that many cells share
  Fault fault = Fault::none;
  double w_pinned = 0;  // of a faulty cell
};

// The nominal cell of `device`, with dw_min from the law where that follows from its parameters.
template <class Law>
CellSpec cell_spec_of(const DeviceSpec& device, const Law& law) {
  CellSpec cell = device.cell;
  if constexpr (requires { law.nominal_step(); }) cell.dw_min = law.nominal_step();
  return cell;
}

// The cell of `device` without any spread.
template <class Law>
CellOf<Law, double> nominal_cell(const DeviceSpec& device, const Law& law) {
  const CellDraws none = CellDraws::fixed(0);
  const CellSpec spec = cell_spec_of(device, law);
  return law.fabricate(spec, draw_nominal_cell(spec, SpreadSpec{}, none), none);
}

// The w where a step up and a step down are equal in size, on average; the bound that the steps
// lead to where they are equal nowhere in the window.
template <class Law>
double symmetry_point(const Law& law, const CellOf<Law, double>& cell) {
  const auto drift = [&](double w) {
    StateOf<Law, double> state{};
    state.w = w;
    return law.pulse(cell, state, true, 0.0).mean + law.pulse(cell, state, false, 0.0).mean;
  };
  double low = cell.w_min, high = cell.w_max;
  // up-steps shrink on the way up, so the sum of both falls with w; halve until doubles meet
  for (int k = 0; k < 60; ++k) {
    const double middle = low + (high - low) / 2;
    (drift(middle) > 0 ? low : high) = middle;
  }
  return low + (high - low) / 2;
}

// Makes a cell of `device`, whose law is `law`, from its draws.
template <class Law>
Fabricated<Law> fabricate_cell(const DeviceSpec& device, const Law& law, const CellDraws& draws) {
  const CellSpec spec = cell_spec_of(device, law);
  const NominalCell nominal = draw_nominal_cell(spec, device.spread, draws);
  Fabricated<Law> made;
  made.cell = law.fabricate(spec, nominal, draws);

  // a shared reference knows nothing of the single cell, so only its own can be set to its symmetry
  // point
  const double offset = draws.normal(Draw::offset);
  made.offset_own = device.spread.offset * offset;
  made.offset_shared = device.spread.offset_shared * offset;
  if (spec.reference == Reference::symmetry_point)
    made.offset_own -= symmetry_point(law, made.cell);
  if (spec.reference == Reference::rest) made.offset_own -= device.retention.w_rest;

  const double fate = draws.uniform(Draw::fault);
  if (fate < device.faults.dead) {
    made.fault = Fault::dead;
    made.w_pinned = device.physical.w_open();
  } else if (fate < device.faults.dead + device.faults.stuck) {
    const double place = draws.uniform(Draw::stuck_value);
    made.fault = Fault::stuck;
    made.w_pinned = nominal.w_min + place * (nominal.w_max - nominal.w_min);
  }
  if (made.fault != Fault::none) made.cell.w_min = made.cell.w_max = made.w_pinned;
  return made;
}

}  // namespace nernst
