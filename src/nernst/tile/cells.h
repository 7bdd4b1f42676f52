// SPDX-License-Identifier: Apache-2.0
// The cells of a tile as planes, one array for each quantity, and what a pulse does to one of them.
//
// The back-ends share this and differ in the loops over it. Side 0 holds the cell that raises the
// net weight; a differential pair has a side 1 that lowers it. Cell `side * size + index` is the
// one of side `side` at row-major position `index`.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

#include "nernst/device/fabricate.h"
#include "nernst/tile/tile.h"

namespace nernst {

template <class Law, class T>
class Cells {
 public:
  Cells(const Law& law, const DeviceSpec& device, const TileSpec& spec, const Threads& threads);

  std::size_t rows() const { return spec_.rows; }
  std::size_t columns() const { return spec_.columns; }
  std::size_t size() const { return spec_.rows * spec_.columns; }
  bool pair() const { return spec_.weight == WeightCoding::differential_pair; }
  const TileSpec& spec() const { return spec_; }
  const DeviceSpec& device() const { return device_; }
  const Threads& threads() const { return threads_; }

  // What a read sees of the cell at `index`, and of all of them.
  T net(std::size_t index) const { return net_[index]; }
  MatrixView<const T> net() const { return {net_.data(), spec_.rows, spec_.columns}; }

  // Gives the weight at `index` a signed dose: positive raises it. A pair shares it between its
  // cells: one goes up and the other down, or, where cells can only rise, one of them rises.
  void dose_weight(std::size_t index, T dose, std::uint64_t event, PulseCounts& counts);

  void reset_weight(std::size_t index, std::uint64_t event);
  void fabricate(MatrixView<const double> net);
  void advance_to(double time_s);
  double exact_net(std::size_t index) const;  // with retention up to this moment
  std::uint32_t most_pulses() const;
  std::vector<PlaneView> state();

  double net_step() const {
    return device_.cell.dw_min / (pair() && device_.cell.one_sided ? 2 : 1);
  }
  // Spread of a read of one net weight.
  double net_read_noise() const {
    return device_.cell.read_noise * (pair() ? std::sqrt(0.5) : 1.0);
  }

  static std::uint64_t bytes(const DeviceSpec& device, const TileSpec& spec);

 private:
  using Cell = CellOf<Law, T>;
  using State = StateOf<Law, T>;
  static constexpr std::size_t kCellPlanes = sizeof(CellOf<Law, float>) / sizeof(float);
  static constexpr std::size_t kStatePlanes = sizeof(StateOf<Law, float>) / sizeof(float);

  std::size_t cells() const { return size() * (pair() ? 2 : 1); }
  Cell load_cell(std::size_t cell) const {
    std::array<T, kCellPlanes> values;
    for (std::size_t k = 0; k < kCellPlanes; ++k) values[k] = cell_planes_[k][cell];
    return std::bit_cast<Cell>(values);
  }
  State load_state(std::size_t cell) const {
    std::array<T, kStatePlanes> values;
    for (std::size_t k = 0; k < kStatePlanes; ++k) values[k] = state_planes_[k][cell];
    return std::bit_cast<State>(values);
  }
  void store_state(std::size_t cell, const State& state) {
    const auto values = std::bit_cast<std::array<T, kStatePlanes>>(state);
    for (std::size_t k = 0; k < kStatePlanes; ++k) state_planes_[k][cell] = values[k];
  }

  void fabricate_cells();
  void dose_cell(std::size_t cell, T dose, bool up, std::uint64_t event, PulseCounts& counts);
  // w after the time since its last pulse: w_rest + (w - w_rest) exp(-(age / tau)^beta).
  T relaxed(std::size_t cell, T w) const;
  // What a read sees of one cell, kept write noise included.
  T visible(std::size_t cell) const;
  void refresh_net(std::size_t index);
  void keep_write_noise(std::size_t cell, const Cell& constants, std::uint64_t event);

  Law law_;
  DeviceSpec device_;
  TileSpec spec_;
  Threads threads_;
  NoiseStream pulse_noise_, write_noise_, reset_noise_;
  T c2c_, dose_at_once_;

  // constant for life
  std::array<std::vector<T>, kCellPlanes> cell_planes_;
  std::vector<T>
      offset_;  // of each weight against its reference, added to what is read; empty = none
  // state
  std::array<std::vector<T>, kStatePlanes> state_planes_;
  std::vector<T> kept_noise_;               // empty without write noise
  std::vector<T> net_;                      // as of net_time
  std::vector<std::uint32_t> pulse_count_;  // of each cell, for endurance and for noise per pulse
  std::vector<double> written_s_;           // time of the last pulse; empty without retention
  std::array<double, 2> times_s_{};         // now, and when net_ was last brought up to date
};

template <class Law, class T>
Cells<Law, T>::Cells(const Law& law, const DeviceSpec& device, const TileSpec& spec,
                     const Threads& threads)
    : law_(law),
      device_(device),
      spec_(spec),
      threads_(threads),
      pulse_noise_(spec.seed, spec.id, Purpose::cycle_to_cycle),
      write_noise_(spec.seed, spec.id, Purpose::write_noise),
      reset_noise_(spec.seed, spec.id, Purpose::reset_spread),
      c2c_(static_cast<T>(device.cell.c2c)) {
  NERNST_CHECK(size() > 0);
  for (auto& plane : cell_planes_) plane.resize(cells());
  for (auto& plane : state_planes_) plane.resize(cells());
  net_.resize(size());
  pulse_count_.resize(cells());
  if (device.cell.write_noise > 0) kept_noise_.resize(cells());
  if (device.retention.enabled()) written_s_.resize(cells());
  // a pair needs no reference: what its cells share cancels
  const bool own = spec.weight == WeightCoding::reference_cell;
  const bool shifted = own && device.cell.reference == Reference::symmetry_point;
  const double spread = own ? device.spread.offset : device.spread.offset_shared;
  if (!pair() && (spread > 0 || shifted)) offset_.resize(size());
  fabricate_cells();
  fabricate({});
}

template <class Law, class T>
void Cells<Law, T>::fabricate_cells() {
  const NoiseStream stream(spec_.seed, spec_.id, Purpose::fabrication);
  {
    // the nominal cell says how many pulses may be taken at once
    const CellDraws draws(stream, 0);
    const NominalCell nominal{device_.cell.dw_min * (1 + device_.cell.up_down),
                              device_.cell.dw_min * (1 - device_.cell.up_down), device_.cell.w_min,
                              device_.cell.w_max, 1.0};
    dose_at_once_ =
        static_cast<T>(largest_dose_at_once(law_, law_.fabricate(device_.cell, nominal, draws)));
  }
  threads_.for_each_part(cells(), 4096, [&](std::size_t first, std::size_t last) {
    for (std::size_t cell = first; cell < last; ++cell) {
      const auto made = fabricate_cell(device_, law_, CellDraws(stream, cell));
      const auto values = std::bit_cast<std::array<double, kCellPlanes>>(made.cell);
      for (std::size_t k = 0; k < kCellPlanes; ++k)
        cell_planes_[k][cell] = static_cast<T>(values[k]);
      if (!offset_.empty())
        offset_[cell] = static_cast<T>(
            spec_.weight == WeightCoding::reference_column ? made.offset_shared : made.offset_own);
    }
  });
}

template <class Law, class T>
void Cells<Law, T>::fabricate(MatrixView<const double> net) {
  NERNST_CHECK(net.empty() || (net.rows() == rows() && net.columns() == columns()));
  threads_.for_each_part(size(), 4096, [&](std::size_t first, std::size_t last) {
    for (std::size_t index = first; index < last; ++index) {
      const T target =
          net.empty() ? T(0) : static_cast<T>(net(index / columns(), index % columns()));
      const T offset = offset_.empty() ? T(0) : offset_[index];
      for (std::size_t side = 0; side < (pair() ? 2u : 1u); ++side) {
        const std::size_t cell = side * size() + index;
        const Cell constants = load_cell(cell);
        State state{};
        // a fabricated cell without a target stands at mid-conductance, whatever its offset is
        if (!net.empty()) state.w = side == 0 ? target - offset : -target;
        state.w = math::clamp(state.w, constants.w_min, constants.w_max);
        store_state(cell, state);
        pulse_count_[cell] = 0;
        if (!kept_noise_.empty()) kept_noise_[cell] = 0;
        if (!written_s_.empty()) written_s_[cell] = times_s_[0];
      }
      refresh_net(index);
    }
  });
  times_s_[1] = times_s_[0];
}

template <class Law, class T>
T Cells<Law, T>::relaxed(std::size_t cell, T w) const {
  if (written_s_.empty()) return w;
  const double age_s = times_s_[0] - written_s_[cell];
  if (age_s <= 0) return w;
  const RetentionSpec& retention = device_.retention;
  const double ratio = age_s / retention.tau_at_temperature_s();
  const double exponent = retention.beta == 1 ? ratio : math::pow(ratio, retention.beta);
  const T rest = static_cast<T>(retention.w_rest);
  const T kept = rest + (w - rest) * static_cast<T>(math::exp(-exponent));
  // a cell that is stuck stays so: its window is one point
  const Cell constants = load_cell(cell);
  return math::clamp(kept, constants.w_min, constants.w_max);
}

template <class Law, class T>
T Cells<Law, T>::visible(std::size_t cell) const {
  const T w = relaxed(cell, state_planes_[0][cell]);
  return kept_noise_.empty() ? w : w + kept_noise_[cell];
}

template <class Law, class T>
void Cells<Law, T>::refresh_net(std::size_t index) {
  if (pair()) {
    net_[index] = (visible(index) - visible(size() + index)) * T(0.5);
  } else {
    net_[index] = offset_.empty() ? visible(index) : visible(index) + offset_[index];
  }
}

template <class Law, class T>
double Cells<Law, T>::exact_net(std::size_t index) const {
  if (pair()) return (visible(index) - visible(size() + index)) * T(0.5);
  return offset_.empty() ? visible(index) : visible(index) + offset_[index];
}

template <class Law, class T>
void Cells<Law, T>::keep_write_noise(std::size_t cell, const Cell& constants, std::uint64_t event) {
  if (kept_noise_.empty()) return;
  const bool stuck = constants.w_min == constants.w_max;
  const T spread = static_cast<T>(device_.cell.write_noise * device_.cell.dw_min);
  kept_noise_[cell] = stuck ? T(0) : spread * write_noise_.template normal<T>(cell, event);
}

template <class Law, class T>
void Cells<Law, T>::dose_cell(std::size_t cell, T dose, bool up, std::uint64_t event,
                              PulseCounts& counts) {
  const Cell constants = load_cell(cell);
  State state = load_state(cell);
  state.w = relaxed(cell, state.w);
  const auto pulses = static_cast<std::uint32_t>(std::ceil(math::minimum(dose, T(1e6))));
  const bool per_pulse = spec_.noise == NoiseMode::per_pulse;
  const T at_once = per_pulse ? T(1) : dose_at_once_;
  T left = dose;
  // past so many parts every law has long reached the bound of its window
  const std::uint64_t most_parts = per_pulse ? 1'000'000 : 1024;
  for (std::uint64_t part = 0; left > T(0) && part < most_parts; ++part) {
    const T now = math::minimum(left, at_once);
    // per pulse the draw belongs to the pulse in the life of the cell, so that trains can be split;
    // aggregated it belongs to the operation
    const std::uint64_t draw = per_pulse ? pulse_count_[cell] + part : (event << 16) + part;
    const T xi = c2c_ > T(0) ? pulse_noise_.template normal<T>(cell, draw) : T(0);
    state = apply_dose(law_, constants, state, now, up, c2c_, xi);
    left -= now;
  }
  store_state(cell, state);
  pulse_count_[cell] += pulses;
  if (!written_s_.empty()) written_s_[cell] = times_s_[0];
  keep_write_noise(cell, constants, per_pulse ? pulse_count_[cell] : event);
  counts.pulses += pulses;
  counts.cells += 1;
}

template <class Law, class T>
void Cells<Law, T>::dose_weight(std::size_t index, T dose, std::uint64_t event,
                                PulseCounts& counts) {
  if (!(dose > T(0) || dose < T(0))) return;
  const bool raise = dose > T(0);
  const T amount = raise ? dose : -dose;
  if (!pair()) {
    dose_cell(index, amount, raise, event, counts);
  } else if (device_.cell.one_sided) {
    dose_cell(raise ? index : size() + index, amount, true, event, counts);
  } else {
    dose_cell(index, amount, raise, event, counts);
    dose_cell(size() + index, amount, !raise, event, counts);
  }
  refresh_net(index);
}

template <class Law, class T>
void Cells<Law, T>::reset_weight(std::size_t index, std::uint64_t event) {
  for (std::size_t side = 0; side < (pair() ? 2u : 1u); ++side) {
    const std::size_t cell = side * size() + index;
    const Cell constants = load_cell(cell);
    State state{};
    const T spread = static_cast<T>(device_.cell.reset_spread);
    const T xi = spread > T(0) ? reset_noise_.template normal<T>(cell, event) : T(0);
    state.w = math::clamp(static_cast<T>(device_.cell.w_reset) + spread * xi, constants.w_min,
                          constants.w_max);
    store_state(cell, state);
    pulse_count_[cell] += 1;
    if (!written_s_.empty()) written_s_[cell] = times_s_[0];
    keep_write_noise(cell, constants, event);
  }
  refresh_net(index);
}

template <class Law, class T>
void Cells<Law, T>::advance_to(double time_s) {
  times_s_[0] = time_s;
  if (written_s_.empty()) return;
  constexpr double resolution = 1e-3;
  if (time_s - times_s_[1] < resolution * device_.retention.tau_at_temperature_s()) return;
  threads_.for_each_part(size(), 4096, [&](std::size_t first, std::size_t last) {
    for (std::size_t index = first; index < last; ++index) refresh_net(index);
  });
  times_s_[1] = time_s;
}

template <class Law, class T>
std::uint32_t Cells<Law, T>::most_pulses() const {
  std::uint32_t most = 0;
  for (const std::uint32_t count : pulse_count_) most = math::maximum(most, count);
  return most;
}

template <class Law, class T>
std::vector<PlaneView> Cells<Law, T>::state() {
  std::vector<PlaneView> planes;
  for (std::size_t k = 0; k < kStatePlanes; ++k)
    planes.push_back({k == 0 ? "w" : "memory_" + std::to_string(k), std::span(state_planes_[k])});
  if (!kept_noise_.empty()) planes.push_back({"kept_noise", std::span(kept_noise_)});
  planes.push_back({"net", std::span(net_)});
  planes.push_back({"pulse_count", std::span(pulse_count_)});
  if (!written_s_.empty()) {
    planes.push_back({"written_s", std::span(written_s_)});
    planes.push_back({"times_s", std::span<double>(times_s_)});
  }
  return planes;
}

template <class Law, class T>
std::uint64_t Cells<Law, T>::bytes(const DeviceSpec& device, const TileSpec& spec) {
  const std::uint64_t weights = std::uint64_t{spec.rows} * spec.columns;
  const bool pair = spec.weight == WeightCoding::differential_pair;
  std::uint64_t per_cell = (kCellPlanes + kStatePlanes) * sizeof(T) + sizeof(std::uint32_t);
  if (device.cell.write_noise > 0) per_cell += sizeof(T);
  if (device.retention.enabled()) per_cell += sizeof(double);
  return weights * (per_cell * (pair ? 2 : 1) + 2 * sizeof(T));
}

}  // namespace nernst
