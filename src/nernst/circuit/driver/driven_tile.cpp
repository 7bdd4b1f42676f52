// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/driver/driven_tile.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "nernst/base/error.h"
#include "nernst/base/lane_math.h"

namespace nernst {

DrivenTile::DrivenTile(std::unique_ptr<Tile> cells, const TileSpec& tile, const DriverSpec& drivers,
                       double t_pulse_s, double dose_power)
    : TileDecorator(std::move(cells)),
      tile_(tile),
      drivers_(drivers),
      t_pulse_s_(t_pulse_s),
      edge_dose_(edge_dose(drivers.t_rise_s, t_pulse_s, dose_power)),
      scale_(tile.rows, tile.columns) {
  drivers.check(t_pulse_s);
  forget();
}

void DrivenTile::forget() {
  for (Collected* one : {&up_, &down_}) {
    one->row.assign(tile_.rows, 0.0);
    one->column.assign(tile_.columns, 0.0);
  }
}

void DrivenTile::fabricate(MatrixView<const double> net) {
  forget();
  cells().fabricate(net);
}

PulseCounts DrivenTile::outer_update(const UpdatePulses& pulses, std::uint64_t event) {
  if (pulses.nothing()) return {};
  UpdatePulses sent = pulses;
  scale_coincidences(pulses, event);
  sent.dose_scale = std::as_const(scale_).view();
  sent.largest_scale = std::max(1.0, edge_dose_);
  PulseCounts counts = cells().outer_update(sent, event);
  if (drivers_.half_select_dose > 0 && pulses.coding == Coding::stochastic) {
    counts.half_doses = collect_update(pulses);
    bring(event, drivers_.half_select_step);
  }
  return counts;
}

// What is left of the full dose at each cell where pulses coincide.
void DrivenTile::scale_coincidences(const UpdatePulses& pulses, std::uint64_t event) {
  const bool trains = pulses.coding == Coding::stochastic;
  const double whole = edge_dose_ * (trains ? 1 - 2 * drivers_.half_select_dose : 1);
  if (!trains || drivers_.jitter_s == 0) {
    std::ranges::fill(scale_.values(), whole);
    return;
  }
  const std::size_t slots_sent = pulses.slots;
  const NoiseStream stream(tile_.seed, tile_.id, Purpose::driver);
  std::vector<float> row_times(tile_.rows * slots_sent), column_times(tile_.columns * slots_sent);
  fill_normals(stream, 2 * event, row_times);
  fill_normals(stream, 2 * event + 1, column_times);
  for (std::size_t r = 0; r < tile_.rows; ++r) {
    const std::uint32_t row_train = pulses.row_train[r];
    if (row_train == 0) continue;
    for (std::size_t c = 0; c < tile_.columns; ++c) {
      // (cells without a coincidence get no dose, whatever stands there)
      std::uint32_t slots = row_train & pulses.column_train[c];
      if (slots == 0) continue;
      const auto coincidences = static_cast<double>(std::popcount(slots));
      double sum = 0;
      for (; slots != 0; slots &= slots - 1) {
        const auto slot = static_cast<std::size_t>(std::countr_zero(slots));
        const auto difference = static_cast<double>(row_times[r * slots_sent + slot]) -
                                static_cast<double>(column_times[c * slots_sent + slot]);
        sum += overlap_dose(drivers_.jitter_s * difference, t_pulse_s_);
      }
      scale_(r, c) = whole * sum / coincidences;
    }
  }
}

// Enters what lines bring to all their cells; returns the sum over cells, less the coincidences,
// which are none of them.
double DrivenTile::collect_update(const UpdatePulses& pulses) {
  const double h = drivers_.half_select_dose;
  // of which signs there are lines that pulse
  const auto signs = [](const std::vector<double>& sign, const std::vector<std::uint32_t>& train) {
    std::array<bool, 2> present{};  // minus, plus
    for (std::size_t k = 0; k < sign.size(); ++k)
      if (train[k] != 0) present[sign[k] > 0 ? 1 : 0] = true;
    return present;
  };
  const auto rows = signs(pulses.row, pulses.row_train);
  const auto columns = signs(pulses.column, pulses.column_train);
  double doses = 0;
  const auto enter = [&](double sign, std::uint32_t train, const std::array<bool, 2>& others,
                         double& up, double& down, std::size_t cells_on_line) {
    const double dose = h * std::popcount(train);
    // with lines of its own sign it makes the phase up, with the others the phase down
    const bool positive = sign > 0;
    if (others[positive ? 1 : 0]) up += dose, doses += dose * static_cast<double>(cells_on_line);
    if (others[positive ? 0 : 1]) down += dose, doses += dose * static_cast<double>(cells_on_line);
  };
  for (std::size_t r = 0; r < tile_.rows; ++r)
    enter(pulses.row[r], pulses.row_train[r], columns, up_.row[r], down_.row[r], tile_.columns);
  for (std::size_t c = 0; c < tile_.columns; ++c)
    enter(pulses.column[c], pulses.column_train[c], rows, up_.column[c], down_.column[c],
          tile_.rows);
  return doses;
}

// Brings what was collected to the cells, once there is a cell with `least` of it.
void DrivenTile::bring(std::uint64_t event, double least) {
  const auto most = [](const std::vector<double>& doses) {
    return *std::ranges::max_element(doses);
  };
  std::uint64_t number = 0;
  for (Collected* one : {&up_, &down_}) {
    const double largest = most(one->row) + most(one->column);
    for (std::vector<double>* line : {&one->row, &one->column}) {
      // noise of its own, beside that of the update
      const std::uint64_t own_event = event | ++number << 60;
      if (largest < least || most(*line) == 0) continue;
      UpdatePulses pulses;
      pulses.coding = Coding::exact;
      pulses.slots = 1;
      pulses.row.assign(tile_.rows, 1.0);
      pulses.column.assign(tile_.columns, 1.0);
      (line == &one->row ? pulses.row : pulses.column) = *line;
      if (one == &down_)
        for (double& dose : pulses.row) dose = -dose;
      cells().outer_update(pulses, own_event);
      std::ranges::fill(*line, 0.0);
    }
  }
}

PulseCounts DrivenTile::write_row(std::size_t row, std::span<const double> doses,
                                  std::uint64_t event) {
  const double h = drivers_.half_select_dose;
  std::vector<double> sent(doses.begin(), doses.end());
  for (double& dose : sent) dose *= edge_dose_ * (1 - 2 * h);
  PulseCounts counts = cells().write_row(row, sent, event);
  if (h == 0) return counts;
  // the row is pulsed as long as its longest cell needs it, up and then down
  double longest_up = 0, longest_down = 0;
  for (std::size_t c = 0; c < doses.size(); ++c) {
    (doses[c] > 0 ? up_ : down_).column[c] += h * std::abs(doses[c]);
    counts.half_doses += h * std::abs(doses[c]) * static_cast<double>(tile_.rows);
    longest_up = std::max(longest_up, doses[c]);
    longest_down = std::max(longest_down, -doses[c]);
  }
  up_.row[row] += h * longest_up;
  down_.row[row] += h * longest_down;
  counts.half_doses += h * (longest_up + longest_down) * static_cast<double>(tile_.columns);
  bring(event, drivers_.half_select_step);
  return counts;
}

PulseCounts DrivenTile::pulse(std::size_t row, std::size_t column, double dose,
                              std::uint64_t event) {
  const double h = drivers_.half_select_dose;
  PulseCounts counts = cells().pulse(row, column, dose * edge_dose_ * (1 - 2 * h), event);
  if (h == 0) return counts;
  Collected& collected = dose > 0 ? up_ : down_;
  collected.row[row] += h * std::abs(dose);
  collected.column[column] += h * std::abs(dose);
  counts.half_doses = h * std::abs(dose) * static_cast<double>(tile_.rows + tile_.columns);
  bring(event, drivers_.half_select_step);
  return counts;
}

std::vector<PlaneView> DrivenTile::state() {
  std::vector<PlaneView> planes = cells().state();
  planes.push_back({"driver_up_row", std::span<double>(up_.row)});
  planes.push_back({"driver_up_column", std::span<double>(up_.column)});
  planes.push_back({"driver_down_row", std::span<double>(down_.row)});
  planes.push_back({"driver_down_column", std::span<double>(down_.column)});
  return planes;
}

std::uint64_t DrivenTile::bytes(const TileSpec& tile) {
  return (tile.rows * tile.columns + 2 * (tile.rows + tile.columns)) * sizeof(double);
}

}  // namespace nernst
