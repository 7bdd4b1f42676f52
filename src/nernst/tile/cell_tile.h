// SPDX-License-Identifier: Apache-2.0
// What every back-end of a tile does in the same way: the operations on single rows and cells.
#pragma once

#include <algorithm>
#include <cmath>
#include <utility>

#include "nernst/tile/cells.h"
#include "nernst/tile/tile.h"

namespace nernst {

template <class Law, class T>
class CellTile : public Tile {
 public:
  CellTile(const Law& law, const DeviceSpec& device, const TileSpec& spec, const Threads& threads)
      : cells_(law, device, spec, threads),
        line_noise_(spec.seed, spec.id, Purpose::read_noise),
        cell_noise_(spec.seed, spec.id, Purpose::cell_read) {}

  PulseCounts write_row(std::size_t row, std::span<const double> doses,
                        std::uint64_t event) override {
    NERNST_CHECK(row < cells_.rows() && doses.size() == cells_.columns());
    PulseCounts counts;
    for (std::size_t c = 0; c < doses.size(); ++c) {
      cells_.dose_weight(row, c, static_cast<T>(doses[c]), event, counts);
      counts.charge += cells_.cells_per_dose() * std::abs(doses[c]);
    }
    return counts;
  }

  PulseCounts pulse(std::size_t row, std::size_t column, double dose,
                    std::uint64_t event) override {
    NERNST_CHECK(row < cells_.rows() && column < cells_.columns());
    PulseCounts counts;
    cells_.dose_weight(row, column, static_cast<T>(dose), event, counts);
    counts.charge = cells_.cells_per_dose() * std::abs(dose);
    return counts;
  }

  void read_row(std::size_t row, std::span<double> net, std::uint64_t event) const override {
    NERNST_CHECK(row < cells_.rows() && net.size() == cells_.columns());
    const double spread = cells_.net_read_noise();
    for (std::size_t c = 0; c < net.size(); ++c) {
      net[c] = cells_.exact_net(row, c);
      if (spread > 0) net[c] += spread * cell_read_noise(row, c, event);
    }
  }

  void reset_row(std::size_t row, std::uint64_t event) override {
    NERNST_CHECK(row < cells_.rows());
    for (std::size_t c = 0; c < cells_.columns(); ++c) cells_.reset_weight(row, c, event);
  }

  void zero_references(std::uint64_t event) override {
    for (std::size_t r = 0; r < cells_.rows(); ++r)
      for (std::size_t c = 0; c < cells_.columns(); ++c) cells_.zero_reference(r, c, event);
  }

  void fabricate(MatrixView<const double> net) override { cells_.fabricate(net); }
  bool advance_to(double time_s) override { return cells_.advance_to(time_s); }
  void copy_net(MatrixView<double> net) const override {
    NERNST_CHECK(net.rows() == cells_.rows() && net.columns() == cells_.columns());
    if (!cells_.device().retention.enabled()) return copy_read_net(0, net);
    for (std::size_t r = 0; r < net.rows(); ++r)
      for (std::size_t c = 0; c < net.columns(); ++c) net(r, c) = cells_.exact_net(r, c);
  }
  void copy_read_net(std::size_t first_row, MatrixView<double> net) const override {
    NERNST_CHECK(first_row + net.rows() <= cells_.rows() && net.columns() == cells_.columns());
    const auto now = cells_.net();
    for (std::size_t r = 0; r < net.rows(); ++r)
      std::ranges::copy(now.row(first_row + r), net.row(r).begin());
  }
  void copy_cells(MatrixView<double> cell, MatrixView<double> other) const override {
    NERNST_CHECK(cell.rows() == cells_.rows() && cell.columns() == cells_.columns());
    NERNST_CHECK(other.rows() == cells_.rows() && other.columns() == cells_.columns());
    for (std::size_t r = 0; r < cell.rows(); ++r)
      for (std::size_t c = 0; c < cell.columns(); ++c) {
        cell(r, c) = cells_.seen(0, r, c);
        other(r, c) = cells_.pair() ? cells_.seen(1, r, c) : cells_.taken(r, c);
      }
  }
  std::uint32_t most_pulses() const override { return cells_.most_pulses(); }
  std::vector<PlaneView> state() override { return cells_.state(); }
  double net_step() const override { return cells_.net_step(); }

 protected:
  // Enters the charge of an update whose pulses are counted.
  void enter_charge(const UpdatePulses& pulses, PulseCounts& counts) const {
    // whole pulses were counted, where nothing was left out
    const bool whole = pulses.coding == Coding::stochastic || pulses.coding == Coding::count;
    const bool counted = whole && pulses.dose_scale.empty();
    counts.charge =
        counted ? static_cast<double>(counts.pulses) : cells_.cells_per_dose() * sent_doses(pulses);
  }

  // Noise of one output line whose inputs have the square norm `drive`: N(0, sigma_w^2 |x|^2).
  double line_noise(std::size_t line, double drive, std::uint64_t event) const {
    const double spread = cells_.net_read_noise();
    if (spread <= 0) return 0;
    return spread * std::sqrt(drive) *
           static_cast<double>(math::normal<float>(line_noise_.line_word(line, event)));
  }

  double cell_read_noise(std::size_t row, std::size_t column, std::uint64_t event) const {
    return math::normal<double>(cell_noise_.array_word(row, column, cells_.columns(), event));
  }

  Cells<Law, T> cells_;
  NoiseStream line_noise_, cell_noise_;
};

}  // namespace nernst
