// SPDX-License-Identifier: Apache-2.0
// The float back-ends: the same operations as `reference.h`, with kernels for the products, and
// updates that visit only the cells on which pulses coincide.
#pragma once

#include <bit>
#include <cmath>
#include <mutex>
#include <vector>

#include "nernst/tile/cell_tile.h"
#include "nernst/tile/kernels/matvec.h"

namespace nernst {

template <class Law>
class FloatTile final : public CellTile<Law, float> {
 public:
  using Base = CellTile<Law, float>;
  FloatTile(const Law& law, const DeviceSpec& device, const TileSpec& spec, Backend backend,
            const Threads& threads)
      : Base(law, device, spec, threads),
        kernels_(backend == Backend::scalar ? scalar_matvec() : fast_matvec()) {}

  void mvm(MatrixView<const double> x, MatrixView<double> y, std::uint64_t event) const override {
    const auto net = this->cells_.net();
    for (std::size_t b = 0; b < x.rows(); ++b) {
      const Driven in(x.row(b));
      std::vector<float> out(net.rows());
      this->cells_.threads().for_each_part(
          net.rows(), grain(net.columns()), [&](std::size_t first, std::size_t last) {
            kernels_.mvm(net.block(first, 0, last - first, net.columns()), in.values,
                         std::span(out).subspan(first, last - first));
          });
      for (std::size_t r = 0; r < out.size(); ++r)
        y(b, r) = static_cast<double>(out[r]) + this->line_noise(r, in.drive, event + b);
    }
  }

  void mvm_transposed(MatrixView<const double> y, MatrixView<double> x,
                      std::uint64_t event) const override {
    const auto net = this->cells_.net();
    for (std::size_t b = 0; b < y.rows(); ++b) {
      const Driven in(y.row(b));
      std::vector<float> out(net.columns());
      this->cells_.threads().for_each_part(
          net.columns(), grain(net.rows()), [&](std::size_t first, std::size_t last) {
            kernels_.mvm_transposed(net.block(0, first, net.rows(), last - first), in.values,
                                    std::span(out).subspan(first, last - first));
          });
      for (std::size_t c = 0; c < out.size(); ++c)
        x(b, c) = static_cast<double>(out[c]) + this->line_noise(c, in.drive, event + b);
    }
  }

  PulseCounts outer_update(const UpdatePulses& pulses, std::uint64_t event) override {
    PulseCounts counts;
    if (pulses.nothing()) return counts;
    // columns that carry no pulse are left out once, not once for each row
    std::vector<std::uint32_t> active;
    const bool trains = pulses.coding == Coding::stochastic;
    for (std::size_t c = 0; c < this->cells_.columns(); ++c)
      if (trains ? pulses.column_train[c] != 0 : pulses.column[c] != 0)
        active.push_back(static_cast<std::uint32_t>(c));

    std::mutex sum;
    this->cells_.threads().for_each_part(this->cells_.rows(), grain(active.size() + 1),
                                         [&](std::size_t first, std::size_t last) {
                                           PulseCounts part;
                                           for (std::size_t r = first; r < last; ++r)
                                             update_row(pulses, r, active, event, part);
                                           const std::lock_guard lock(sum);
                                           counts += part;
                                         });
    return counts;
  }

 private:
  // The inputs of a read in float, and their square norm in double, from the inputs as driven.
  struct Driven {
    explicit Driven(std::span<const double> x) : values(x.size()) {
      for (std::size_t k = 0; k < x.size(); ++k) {
        values[k] = static_cast<float>(x[k]);
        drive += x[k] * x[k];
      }
    }
    std::vector<float> values;
    double drive = 0;
  };

  // Lines to give to a thread at least, so that a part is worth its start.
  static std::size_t grain(std::size_t cells_per_line) {
    constexpr std::size_t cells_per_part = 1 << 15;
    return cells_per_part / (cells_per_line + 1) + 1;
  }

  void update_row(const UpdatePulses& pulses, std::size_t r,
                  const std::vector<std::uint32_t>& active, std::uint64_t event,
                  PulseCounts& counts) {
    const std::size_t base = r * this->cells_.columns();
    const auto row = static_cast<float>(pulses.row[r]);
    if (pulses.coding == Coding::stochastic) {
      const std::uint32_t train = pulses.row_train[r];
      if (train == 0) return;
      for (const std::uint32_t c : active) {
        const std::uint32_t together = train & pulses.column_train[c];
        if (together == 0) continue;
        const float sign = row * static_cast<float>(pulses.column[c]);
        const float dose = sign * static_cast<float>(std::popcount(together));
        this->cells_.dose_weight(base + c, scaled(pulses, r, c, dose), event, counts);
      }
      return;
    }
    if (row == 0) return;
    const NoiseStream rounding(this->cells_.spec().seed, this->cells_.spec().id,
                               Purpose::count_rounding);
    for (const std::uint32_t c : active) {
      // the product in double, as the reference has it: a count must not hang on its last bit
      double dose = pulses.row[r] * pulses.column[c];
      if (!pulses.dose_scale.empty()) dose *= pulses.dose_scale(r, c);
      if (pulses.coding == Coding::count)
        dose =
            round_count(dose, pulses.count_max, rounding.template uniform<double>(base + c, event));
      this->cells_.dose_weight(base + c, static_cast<float>(dose), event, counts);
    }
  }

  static float scaled(const UpdatePulses& pulses, std::size_t r, std::size_t c, float dose) {
    if (pulses.dose_scale.empty()) return dose;
    return dose * static_cast<float>(pulses.dose_scale(r, c));
  }

  MatVecKernels kernels_;
};

}  // namespace nernst
