// SPDX-License-Identifier: Apache-2.0
// The definition of a tile: double precision, one thread, one loop for each equation. Never
// optimised.
#pragma once

#include <bit>
#include <cmath>

#include "nernst/base/matrix_product.h"
#include "nernst/tile/cell_tile.h"

namespace nernst {

template <class Law>
class ReferenceTile final : public CellTile<Law, double> {
 public:
  using Base = CellTile<Law, double>;
  ReferenceTile(const Law& law, const DeviceSpec& device, const TileSpec& spec)
      : Base(law, device, spec, Threads(1)) {}

  // y_r = sum_c net_rc x_c + noise_r
  void mvm(MatrixView<const double> x, MatrixView<double> y,
           std::span<const std::uint64_t> events) const override {
    multiply(this->cells_.net(), x, y);
    add_read_noise(ReadDirection::forward, x, y, events);
  }

  // x_c = sum_r net_rc y_r + noise_c
  void mvm_transposed(MatrixView<const double> y, MatrixView<double> x,
                      std::span<const std::uint64_t> events) const override {
    multiply_transposed(this->cells_.net(), y, x);
    add_read_noise(ReadDirection::transposed, y, x, events);
  }

  // noise_k = sigma_w |x| xi_k, or, drawn for each cell, sigma_w sum_i xi_ki x_i
  void add_read_noise(ReadDirection direction, MatrixView<const double> driven,
                      MatrixView<double> sums,
                      std::span<const std::uint64_t> events) const override {
    for (std::size_t b = 0; b < sums.rows(); ++b)
      for (std::size_t k = 0; k < sums.columns(); ++k) {
        double drive = 0, cells = 0;
        for (std::size_t i = 0; i < driven.columns(); ++i) {
          drive += driven(b, i) * driven(b, i);
          if (!per_cell()) continue;
          const double xi = direction == ReadDirection::forward
                                ? this->cell_read_noise(k, i, events[b])
                                : this->cell_read_noise(i, k, events[b]);
          cells += xi * driven(b, i);
        }
        sums(b, k) += per_cell() ? this->cells_.net_read_noise() * cells
                                 : this->line_noise(k, drive, events[b]);
      }
  }

  PulseCounts outer_update(const UpdatePulses& pulses, std::uint64_t event) override {
    PulseCounts counts;
    if (pulses.nothing()) return counts;
    const std::size_t rows = this->cells_.rows(), columns = this->cells_.columns();
    const NoiseStream rounding(this->cells_.spec().seed, this->cells_.spec().id,
                               Purpose::count_rounding);
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t c = 0; c < columns; ++c) {
        double dose = pulses.row[r] * pulses.column[c];
        if (pulses.coding == Coding::stochastic)
          dose *= std::popcount(pulses.row_train[r] & pulses.column_train[c]);
        if (!pulses.dose_scale.empty()) dose *= pulses.dose_scale(r, c);
        if (pulses.coding == Coding::count)
          dose = round_count(dose, pulses.count_max,
                             math::uniform<double>(rounding.array_word(r, c, columns, event)));
        this->cells_.dose_weight(r, c, dose, event, counts);
      }
    }
    this->enter_charge(pulses, counts);
    return counts;
  }

 private:
  bool per_cell() const { return this->cells_.spec().read_noise == ReadNoiseMode::per_cell; }
};

}  // namespace nernst
