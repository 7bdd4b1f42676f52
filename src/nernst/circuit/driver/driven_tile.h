// SPDX-License-Identifier: Apache-2.0
// A tile whose pulses come from real drivers: another tile with slow edges, jitter and half-select
// disturbance.
//
// A cell that only one of its lines pulses sees half of the voltage and takes `half_select_dose`
// (h). A stochastic update runs in four phases, one for each pair of signs of rows and columns
// (those without any line of a sign are left out), so that a row of sign s pulses its cells up in
// the phase of columns of sign s and down in the other. In all phases, each pulse on a line brings
// h to every cell on it; where two coincide a cell gets its full dose instead, 1 - 2h more than
// that. The h are collected in four vectors, up and down for rows and columns, and brought to the
// cells when they have become worth it.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "nernst/circuit/driver/driver_spec.h"
#include "nernst/tile/tile_decorator.h"

namespace nernst {

class DrivenTile final : public TileDecorator {
 public:
  // `dose_power`: how the dose of a pulse goes with its voltage.
  DrivenTile(std::unique_ptr<Tile> cells, const TileSpec& tile, const DriverSpec& drivers,
             double t_pulse_s, double dose_power);

  PulseCounts outer_update(const UpdatePulses& pulses, std::uint64_t event) override;
  PulseCounts write_row(std::size_t row, std::span<const double> doses,
                        std::uint64_t event) override;
  PulseCounts pulse(std::size_t row, std::size_t column, double dose, std::uint64_t event) override;
  void fabricate(MatrixView<const double> net) override;
  std::vector<PlaneView> state() override;

  static std::uint64_t bytes(const TileSpec& tile);

 private:
  // Doses of half-selected cells that have not been brought to them: of every cell on a line.
  struct Collected {
    std::vector<double> row, column;
  };
  void forget();
  void scale_coincidences(const UpdatePulses& pulses, std::uint64_t event);
  double collect_update(const UpdatePulses& pulses);
  void bring(std::uint64_t event, double least);

  TileSpec tile_;
  DriverSpec drivers_;
  double t_pulse_s_, edge_dose_;
  Matrix<double> scale_;
  Collected up_, down_;
};

}  // namespace nernst
