// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/wires/wired_tile.h"

#include <cmath>
#include <utility>

namespace nernst {

WiredTile::WiredTile(std::unique_ptr<Tile> cells, const DeviceSpec& device, const TileSpec& tile,
                     const WireSpec& wires, Backend backend, const Threads& threads)
    : TileDecorator(std::move(cells)),
      device_(device),
      wires_(wires),
      rows_(tile.rows),
      columns_(tile.columns),
      weights_(std::make_unique<EffectiveWeights>(std::vector{TileOnLines{&bare(), 1.0}}, device,
                                                  tile, wires, backend, threads)),
      told_{weights_.get()},
      pulses_(wires, device.physical, tile.rows, tile.columns, threads),
      update_{Matrix<double>(tile.rows, tile.columns, 1.0), 1} {}

void WiredTile::mvm(MatrixView<const double> x, MatrixView<double> y,
                    std::span<const std::uint64_t> events) const {
  weights_->read(ReadDirection::forward, x, y);
  cells().add_read_noise(ReadDirection::forward, x, y, events);
}

void WiredTile::mvm_transposed(MatrixView<const double> y, MatrixView<double> x,
                               std::span<const std::uint64_t> events) const {
  weights_->read(ReadDirection::transposed, y, x);
  cells().add_read_noise(ReadDirection::transposed, y, x, events);
}

Matrix<double> WiredTile::pulsed_cells_S() const {
  if (!pulses_.depends_on_cells()) return {};
  Matrix<double> cell_S(rows_, columns_), other(rows_, columns_);
  cells().copy_cells(cell_S.view(), other.view());
  for (double& value : cell_S.values()) value = device_.physical.cell_S(value);
  return cell_S;
}

void WiredTile::have_dose() {
  // the load of gates is always the same; that of channels is as old as the solutions
  double now = 1;
  if (pulses_.depends_on_cells())
    for (const EffectiveWeights* one : told_) now += one->solutions();
  const bool each_time = pulses_.depends_on_cells() && wires_.refresh_change == 0;
  if (update_made_ == now && !each_time) return;
  update_made_ = now;
  update_ = pulses_.of_update(pulsed_cells_S().view());
}

void WiredTile::row_changes(std::size_t row) {
  for (EffectiveWeights* one : told_) one->row_changed(row);
}

PulseCounts WiredTile::outer_update(const UpdatePulses& pulses, std::uint64_t event) {
  if (pulses.nothing()) return {};
  PulseParts by_slot;
  const PulseParts* parts = &update_;
  if (wires_.refresh_change == 0 && pulses.coding == Coding::stochastic) {
    by_slot = pulses_.of_trains(pulses, pulsed_cells_S().view());
    parts = &by_slot;
  } else {
    have_dose();
  }
  UpdatePulses through = pulses;
  through.dose_scale = parts->dose.view();
  // what the drivers leave of it already
  Matrix<double> both;
  if (!pulses.dose_scale.empty()) {
    both = Matrix<double>(rows_, columns_);
    for (std::size_t r = 0; r < rows_; ++r)
      for (std::size_t c = 0; c < columns_; ++c)
        both(r, c) = pulses.dose_scale(r, c) * through.dose_scale(r, c);
    through.dose_scale = std::as_const(both).view();
  }
  const bool trains = pulses.coding == Coding::stochastic;
  for (std::size_t r = 0; r < rows_; ++r)
    if (trains ? pulses.row_train[r] != 0 : pulses.row[r] != 0) row_changes(r);
  PulseCounts counts = cells().outer_update(through, event);
  counts.charge *= parts->volts;
  return counts;
}

PulseCounts WiredTile::write_row(std::size_t row, std::span<const double> doses,
                                 std::uint64_t event) {
  const std::vector<double> volts = pulses_.row_volts(row, doses, pulsed_cells_S().view());
  std::vector<double> through(doses.begin(), doses.end());
  double charge = 0, dosed = 0;
  for (std::size_t c = 0; c < through.size(); ++c) {
    through[c] *= pulses_.dose_of(volts[c]);
    charge += std::abs(doses[c]) * volts[c];
    dosed += std::abs(through[c]);
  }
  row_changes(row);
  PulseCounts counts = cells().write_row(row, through, event);
  // of the voltage, where the tile's is of the dose
  if (dosed > 0) counts.charge *= charge / dosed;
  return counts;
}

PulseCounts WiredTile::pulse(std::size_t row, std::size_t column, double dose,
                             std::uint64_t event) {
  std::vector<double> doses(columns_);
  doses[column] = dose;
  const double volts = pulses_.row_volts(row, doses, pulsed_cells_S().view())[column];
  row_changes(row);
  const double part = pulses_.dose_of(volts);
  PulseCounts counts = cells().pulse(row, column, dose * part, event);
  if (part > 0) counts.charge *= volts / part;
  return counts;
}

void WiredTile::read_row(std::size_t row, std::span<double> net, std::uint64_t event) const {
  // the row is driven alone, all columns are sensed
  cells().read_row(row, net, event);
  weights_->add_wires(ReadDirection::transposed, row, net);
}

void WiredTile::reset_row(std::size_t row, std::uint64_t event) {
  row_changes(row);
  cells().reset_row(row, event);
}
void WiredTile::zero_references(std::uint64_t event) {
  for (EffectiveWeights* one : told_) one->forget();
  cells().zero_references(event);
}
void WiredTile::fabricate(MatrixView<const double> net) {
  update_made_ = 0;
  for (EffectiveWeights* one : told_) one->forget();
  cells().fabricate(net);
}
bool WiredTile::advance_to(double time_s) {
  const bool changed = cells().advance_to(time_s);
  if (changed)
    for (EffectiveWeights* one : told_) one->all_changed();
  return changed;
}

std::vector<PlaneView> WiredTile::state() {
  std::vector<PlaneView> planes = cells().state();
  planes.push_back({"wires_dose", std::span<double>(update_.dose.values())});
  planes.push_back({"wires_dose_volts", std::span<double>(&update_.volts, 1)});
  planes.push_back({"wires_dose_made", std::span<double>(&update_made_, 1)});
  for (PlaneView& plane : weights_->state("wires_")) planes.push_back(std::move(plane));
  return planes;
}

void WiredTile::copy_effective(ReadDirection direction, MatrixView<double> net) const {
  weights_->copy(direction, net);
}

MatrixView<const double> WiredTile::dose_scale() {
  have_dose();
  return std::as_const(update_.dose).view();
}

std::uint64_t WiredTile::bytes(const TileSpec& tile, const WireSpec& wires) {
  return EffectiveWeights::bytes(tile, wires) + tile.rows * tile.columns * sizeof(double);
}

}  // namespace nernst
