// SPDX-License-Identifier: Apache-2.0
// The float back-ends: the same operations as `reference.h`, with kernels for the products, and
// updates that visit only the cells on which pulses coincide.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <mutex>
#include <vector>

#include "nernst/base/lane_math.h"
#include "nernst/tile/cell_tile.h"
#include "nernst/tile/kernels/matvec.h"
#include "nernst/tile/kernels/update.h"

namespace nernst {

template <class Law>
class FloatTile final : public CellTile<Law, float> {
 public:
  using Base = CellTile<Law, float>;
  FloatTile(const Law& law, const DeviceSpec& device, const TileSpec& spec, Backend backend,
            const Threads& threads)
      : Base(law, device, spec, threads),
        update_(lanes_for(device, spec, backend)),
        kernels_(backend == Backend::scalar ? scalar_matmul() : fast_matmul()) {}

  void mvm(MatrixView<const double> x, MatrixView<double> y,
           std::span<const std::uint64_t> events) const override {
    const auto net = this->cells_.net();
    const Floats in = floats(x);
    Floats out(y.rows(), net.rows());
    this->cells_.threads().for_each_part(
        net.rows(), grain(kReadCells, net.columns() * x.rows()),
        [&](std::size_t first, std::size_t last) {
          kernels_.mvm(net.block(first, 0, last - first, net.columns()), in.view(),
                       out.view().block(0, first, x.rows(), last - first));
        });
    copy_sums(out, y);
    add_read_noise(ReadDirection::forward, x, y, events);
  }

  void mvm_transposed(MatrixView<const double> y, MatrixView<double> x,
                      std::span<const std::uint64_t> events) const override {
    const auto net = this->cells_.net();
    const Floats in = floats(y);
    Floats out(x.rows(), net.columns());
    // whole blocks of columns, as many together as there can be, so that rows are read in long runs
    const std::size_t blocks = padded(net.columns()) / kLaneBlock;
    const auto threads = static_cast<std::size_t>(this->cells_.threads().count());
    const std::size_t least = std::max(grain(kReadCells, net.rows() * y.rows() * kLaneBlock),
                                       (blocks + threads - 1) / threads);
    this->cells_.threads().for_each_part(blocks, least, [&](std::size_t first, std::size_t last) {
      const std::size_t from = first * kLaneBlock;
      const std::size_t size = std::min(last * kLaneBlock, net.columns()) - from;
      kernels_.mvm_transposed(net.block(0, from, net.rows(), size), in.view(),
                              out.view().block(0, from, y.rows(), size));
    });
    copy_sums(out, x);
    add_read_noise(ReadDirection::transposed, y, x, events);
  }

  void add_read_noise(ReadDirection, MatrixView<const double> driven, MatrixView<double> sums,
                      std::span<const std::uint64_t> events) const override {
    const double spread = this->cells_.net_read_noise();
    if (spread <= 0) return;
    std::vector<float> z(sums.columns());
    for (std::size_t b = 0; b < sums.rows(); ++b) {
      const auto to = sums.row(b);
      fill_normals(this->line_noise_, events[b], z);
      const double scale = spread * std::sqrt(square_norm(driven.row(b)));
      for (std::size_t k = 0; k < to.size(); ++k) to[k] += scale * static_cast<double>(z[k]);
    }
  }

  PulseCounts outer_update(const UpdatePulses& pulses, std::uint64_t event) override {
    PulseCounts counts;
    if (pulses.nothing()) return counts;
    const bool lanes = update_ != nullptr;
    const ColumnPulses columns(pulses);
    const UpdateJob job = update_job(pulses, columns, event);
    std::mutex sum;
    this->cells_.threads().for_each_part(this->cells_.rows(), update_grain(pulses),
                                         [&](std::size_t first, std::size_t last) {
                                           PulseCounts part;
                                           if (lanes) {
                                             update_(&this->cells_.law(), job, first, last, part);
                                           } else {
                                             for (std::size_t r = first; r < last; ++r)
                                               update_row(pulses, r, event, part);
                                           }
                                           const std::lock_guard lock(sum);
                                           counts += part;
                                         });
    this->enter_charge(pulses, counts);
    return counts;
  }

 private:
  using Floats = PaddedMatrix<float>;
  static Floats floats(MatrixView<const double> signals) {
    Floats values(signals.rows(), signals.columns());
    for (std::size_t b = 0; b < signals.rows(); ++b)
      std::transform(signals.row(b).begin(), signals.row(b).end(), values.row(b).begin(),
                     [](double v) { return static_cast<float>(v); });
    return values;
  }

  static void copy_sums(const Floats& sums, MatrixView<double> out) {
    for (std::size_t b = 0; b < out.rows(); ++b) std::ranges::copy(sums.row(b), out.row(b).begin());
  }

  // Lines to give to a thread at least, so that a part is worth its start: some 10 us of a product,
  // and ten times that of an update, between whose parts a thread falls asleep.
  static constexpr std::size_t kReadCells = 1 << 18, kUpdateCells = 1 << 17;
  static std::size_t grain(std::size_t cells, std::size_t cells_per_line) {
    return cells / (cells_per_line + 1) + 1;
  }

  // Rows without pulses cost nothing.
  std::size_t update_grain(const UpdatePulses& pulses) const {
    const auto driven = static_cast<std::size_t>(
        pulses.coding == Coding::stochastic
            ? std::ranges::count_if(pulses.row_train, [](std::uint32_t t) { return t != 0; })
            : std::ranges::count_if(pulses.row, [](double v) { return v != 0; }));
    const std::size_t rows = this->cells_.rows();
    return grain(kUpdateCells, this->cells_.columns() * driven / rows);
  }

  UpdateJob update_job(const UpdatePulses& pulses, const ColumnPulses& columns,
                       std::uint64_t event) {
    auto& cells = this->cells_;
    const CellConstants<Law>& constants = cells.constants();
    UpdateJob job;
    job.pulses = &pulses;
    job.columns = &columns;
    job.layout = cells.layout();
    job.sides = cells.pair() ? 2 : 1;
    job.one_sided = cells.device().cell.one_sided;
    for (std::size_t s = 0; s < job.sides; ++s) {
      const std::size_t shift = s * cells.layout().plane();
      CellSide& side = job.side[s];
      side.constants = constants.data() + shift / kLaneBlock * constants.block();
      for (std::size_t k = 0; k < Cells<Law, float>::kStateMembers; ++k)
        side.state[k] = cells.state_plane(k) + shift;
      if (cells.kept_noise_plane() != nullptr) side.kept_noise = cells.kept_noise_plane() + shift;
      if (cells.pulse_count_plane() != nullptr)
        side.pulse_count = cells.pulse_count_plane() + shift;
    }
    job.constant_block = constants.block();
    job.places = constants.places().data();
    job.in_order = true;
    for (std::size_t k = 0; k < constants.places().size(); ++k) {
      const ConstantPlace& place = constants.places()[k];
      job.units[k] = static_cast<float>(place.slot < 0 ? place.value : place.unit);
      if (k < CellConstants<Law>::kMembers)
        job.in_order = job.in_order && place.slot == static_cast<int>(k);
    }
    job.w_min_member = CellConstants<Law>::w_min_member();
    job.w_max_member = CellConstants<Law>::w_max_member();
    job.offset_member = CellConstants<Law>::kOffset;
    job.has_offset = constants.has_offset();
    job.net = cells.net_plane();
    job.reference = cells.reference_plane();
    job.pulse_noise = cells.pulse_noise();
    job.write_noise = cells.write_noise();
    job.rounding = rounding();
    job.event = event;
    job.c2c = cells.c2c();
    job.write_spread = cells.write_spread();
    job.dose_at_once = cells.dose_at_once();
    const double parts = std::ceil(largest_dose(pulses) / static_cast<double>(job.dose_at_once));
    job.parts = static_cast<std::uint64_t>(std::clamp(parts, 1.0, static_cast<double>(kMostParts)));
    return job;
  }

  // No dose of the update is larger.
  static double largest_dose(const UpdatePulses& pulses) {
    double row = 0, column = 0;
    for (const double v : pulses.row) row = std::max(row, std::abs(v));
    for (const double v : pulses.column) column = std::max(column, std::abs(v));
    const double together = row * column * pulses.largest_scale;
    if (pulses.coding == Coding::stochastic) return together * pulses.slots;
    if (pulses.coding == Coding::count)
      return std::min(std::ceil(together), static_cast<double>(pulses.count_max));
    return together;
  }

  NoiseStream rounding() const {
    return NoiseStream(this->cells_.spec().seed, this->cells_.spec().id, Purpose::count_rounding);
  }

  // The plain version: cell by cell.
  void update_row(const UpdatePulses& pulses, std::size_t r, std::uint64_t event,
                  PulseCounts& counts) {
    const bool trains = pulses.coding == Coding::stochastic;
    if (trains ? pulses.row_train[r] == 0 : pulses.row[r] == 0) return;
    const std::size_t columns = this->cells_.columns();
    for (std::size_t c = 0; c < columns; ++c) {
      if (trains) {
        const std::uint32_t together = pulses.row_train[r] & pulses.column_train[c];
        if (together == 0) continue;
        const float sign = static_cast<float>(pulses.row[r]) * static_cast<float>(pulses.column[c]);
        const float dose = sign * static_cast<float>(std::popcount(together));
        this->cells_.dose_weight(r, c, scaled(pulses, r, c, dose), event, counts);
        continue;
      }
      // the product in double, as the reference has it: a count must not hang on its last bit
      double dose = pulses.row[r] * pulses.column[c];
      if (!pulses.dose_scale.empty()) dose *= pulses.dose_scale(r, c);
      if (pulses.coding == Coding::count)
        dose = round_count(dose, pulses.count_max,
                           math::uniform<double>(rounding().array_word(r, c, columns, event)));
      this->cells_.dose_weight(r, c, static_cast<float>(dose), event, counts);
    }
  }

  static float scaled(const UpdatePulses& pulses, std::size_t r, std::size_t c, float dose) {
    if (pulses.dose_scale.empty()) return dose;
    return dose * static_cast<float>(pulses.dose_scale(r, c));
  }

  // One draw for each pulse, and memory of time, are for the plain version only.
  static UpdateRows lanes_for(const DeviceSpec& device, const TileSpec& spec, Backend backend) {
    const bool plain = backend == Backend::scalar || spec.noise == NoiseMode::per_pulse ||
                       device.retention.enabled();
    return plain ? nullptr : fast_update(device.law.index());
  }

  UpdateRows update_;  // null: the plain version
  MatMulKernels kernels_;
};

}  // namespace nernst
