// SPDX-License-Identifier: Apache-2.0
// The cells of a tile as planes, one array for each quantity, and what a pulse does to one of them.
//
// The back-ends share this and differ in the loops over it. Side 0 holds the cell that raises the
// net weight; a differential pair has a side 1 that lowers it. Rows of a plane start on a cache
// line (see CellLayout); what lies behind the last column is never pulsed and stays 0.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

#include "nernst/tile/cell_ages.h"
#include "nernst/tile/cell_constants.h"
#include "nernst/tile/tile.h"

namespace nernst {

// Past so many pulses in one operation every law has long reached the bound of its window.
inline constexpr std::uint32_t kMostPulses = 1'000'000;
// Parts that a dose is given in at most, where noise is drawn for many pulses together.
inline constexpr std::uint64_t kMostParts = 1024;

// The event of the draw for part `part` of an operation.
constexpr std::uint64_t aggregated_draw(std::uint64_t event, std::uint64_t part) {
  return (event << 16) + part;
}

template <class Law, class T>
class Cells {
 public:
  Cells(const Law& law, const DeviceSpec& device, const TileSpec& spec, const Threads& threads);

  std::size_t rows() const { return spec_.rows; }
  std::size_t columns() const { return spec_.columns; }
  bool pair() const { return spec_.weight == WeightCoding::differential_pair; }
  const Law& law() const { return law_; }
  const TileSpec& spec() const { return spec_; }
  const DeviceSpec& device() const { return device_; }
  const Threads& threads() const { return threads_; }
  const CellLayout& layout() const { return layout_; }
  const CellConstants<Law>& constants() const { return constants_; }

  // What a read sees of the cells.
  MatrixView<const T> net() const {
    const auto& plane = net_.empty() ? state_planes_[0] : net_;
    return {plane.data(), layout_.rows, layout_.columns, layout_.stride};
  }

  // Gives the weight at (row, column) a signed dose: positive raises it. A pair shares it between
  // its cells: one goes up and the other down, or, where cells can only rise, one of them rises.
  void dose_weight(std::size_t row, std::size_t column, T dose, std::uint64_t event,
                   PulseCounts& counts);

  void zero_reference(std::size_t row, std::size_t column, std::uint64_t event);
  void reset_weight(std::size_t row, std::size_t column, std::uint64_t event);
  void fabricate(MatrixView<const double> net);
  bool advance_to(double time_s);
  // With retention up to this moment.
  double exact_net(std::size_t row, std::size_t column) const;
  // What a read sees of the cell on one side, with retention up to this moment.
  double seen(std::size_t side, std::size_t row, std::size_t column) const {
    return visible(layout_.position(side, row, column));
  }
  // What is taken from a cell that is no pair: its reference, its own offset in it.
  double taken(std::size_t row, std::size_t column) const;
  // Cells that a dose of a weight goes to: both of a pair whose cells move up and down.
  double cells_per_dose() const { return pair() && !device_.cell.one_sided ? 2 : 1; }
  std::uint32_t most_pulses() const;
  std::vector<PlaneView> state();

  double net_step() const {
    return device_.cell.dw_min / (pair() && device_.cell.one_sided ? 2 : 1);
  }
  // Spread of a read of one net weight.
  double net_read_noise() const {
    return device_.cell.read_noise * (pair() ? std::sqrt(0.5) : 1.0);
  }

  static std::uint64_t bytes(const Law& law, const DeviceSpec& device, const TileSpec& spec);

  // For the update kernels: planes that are not kept are null.
  static constexpr std::size_t kStateMembers = sizeof(StateOf<Law, float>) / sizeof(float);
  T* state_plane(std::size_t member) { return state_planes_[member].data(); }
  T* net_plane() { return net_.empty() ? nullptr : net_.data(); }
  // What was added to each net weight by zero_reference.
  T* reference_plane() { return reference_.empty() ? nullptr : reference_.data(); }
  T* kept_noise_plane() { return kept_noise_.empty() ? nullptr : kept_noise_.data(); }
  std::uint32_t* pulse_count_plane() {
    return pulse_count_.empty() ? nullptr : pulse_count_.data();
  }
  T c2c() const { return c2c_; }
  T dose_at_once() const { return dose_at_once_; }
  T write_spread() const { return static_cast<T>(device_.cell.write_noise * device_.cell.dw_min); }
  const NoiseStream& pulse_noise() const { return pulse_noise_; }
  const NoiseStream& write_noise() const { return write_noise_; }

 private:
  using Cell = CellOf<Law, T>;
  using State = StateOf<Law, T>;

  std::size_t sides() const { return pair() ? 2 : 1; }
  State load_state(std::size_t position) const {
    std::array<T, kStateMembers> values;
    for (std::size_t k = 0; k < kStateMembers; ++k) values[k] = state_planes_[k][position];
    return std::bit_cast<State>(values);
  }
  void store_state(std::size_t position, const State& state) {
    const auto values = std::bit_cast<std::array<T, kStateMembers>>(state);
    for (std::size_t k = 0; k < kStateMembers; ++k) state_planes_[k][position] = values[k];
  }
  T normal(const NoiseStream& stream, std::size_t side, std::size_t row, std::size_t column,
           std::uint64_t event) const {
    return math::normal<T>(
        stream.array_word(layout_.noise_row(side, row), column, layout_.columns, event));
  }

  static bool keeps_net(const CellConstants<Law>& constants, const DeviceSpec& device,
                        const TileSpec& spec) {
    return spec.weight == WeightCoding::differential_pair || spec.writable_reference ||
           constants.has_offset() || device.cell.write_noise > 0 || device.retention.enabled();
  }
  void dose_cell(std::size_t side, std::size_t row, std::size_t column, T dose, bool up,
                 std::uint64_t event, PulseCounts& counts);
  // w as time has left it (see CellAges).
  T relaxed(std::size_t position) const;
  T bounded(std::size_t position, double w) const {
    // a cell that is stuck stays so: its window is one point
    const Cell constants = constants_.template cell<T>(position);
    return math::clamp(static_cast<T>(w), constants.w_min, constants.w_max);
  }
  // What the cell's reference was set to.
  T reference_set(std::size_t position) const;
  T reference_now(std::size_t position) const {
    return ages_.reference(position, reference_set(position), times_s_[0]);
  }
  // What a read sees of one cell, kept write noise included.
  T visible(std::size_t position) const;
  T visible_net(std::size_t row, std::size_t column) const;
  void refresh_net(std::size_t row, std::size_t column);
  void keep_write_noise(std::size_t side, std::size_t row, std::size_t column,
                        const Cell& constants, std::uint64_t event);
  void mark_pulsed(std::size_t position, std::uint32_t pulses);

  Law law_;
  DeviceSpec device_;
  TileSpec spec_;
  Threads threads_;
  CellLayout layout_;
  NoiseStream pulse_noise_, write_noise_, reset_noise_, reference_noise_;
  T c2c_, dose_at_once_;
  CellConstants<Law> constants_;

  std::array<AlignedVector<T>, kStateMembers> state_planes_;
  AlignedVector<T> kept_noise_;               // empty without write noise
  AlignedVector<T> reference_;                // empty without a writable reference
  AlignedVector<T> net_;                      // as of times_s_[1]; empty where it is w itself
  AlignedVector<std::uint32_t> pulse_count_;  // of each cell, for endurance and for noise per pulse
  CellAges<T> ages_;
  std::array<double, 2> times_s_{};  // now, and when net_ was last brought up to date
};

template <class Law, class T>
Cells<Law, T>::Cells(const Law& law, const DeviceSpec& device, const TileSpec& spec,
                     const Threads& threads)
    : law_(law),
      device_(device),
      spec_(spec),
      threads_(threads),
      layout_(spec),
      pulse_noise_(spec.seed, spec.id, Purpose::cycle_to_cycle),
      write_noise_(spec.seed, spec.id, Purpose::write_noise),
      reset_noise_(spec.seed, spec.id, Purpose::reset_spread),
      reference_noise_(spec.seed, spec.id, Purpose::reference),
      c2c_(static_cast<T>(device.cell.c2c)),
      constants_(law, device, spec, threads),
      ages_(device.retention, sides() * layout_.plane(), layout_.plane()) {
  NERNST_CHECK(spec.rows > 0 && spec.columns > 0);
  // the nominal cell says how many pulses may be taken at once
  dose_at_once_ = static_cast<T>(largest_dose_at_once(law_, nominal_cell(device_, law_)));

  const std::size_t cells = sides() * layout_.plane();
  for (auto& plane : state_planes_) plane.resize(cells);
  if (keeps_net(constants_, device_, spec_)) net_.resize(layout_.plane());
  if (spec.count_pulses || spec.noise == NoiseMode::per_pulse) pulse_count_.resize(cells);
  if (device.cell.write_noise > 0) kept_noise_.resize(cells);
  if (spec.writable_reference) reference_.resize(layout_.plane());
  fabricate({});
}

template <class Law, class T>
void Cells<Law, T>::fabricate(MatrixView<const double> net) {
  NERNST_CHECK(net.empty() || (net.rows() == rows() && net.columns() == columns()));
  const auto make = [&](std::size_t side, std::size_t row, std::size_t column) {
    const std::size_t position = layout_.position(side, row, column);
    const Cell constants = constants_.template cell<T>(position);
    State state{};
    if (!net.empty()) {
      const T target = static_cast<T>(net(row, column));
      state.w = side == 0 ? target - constants_.template offset<T>(position) : -target;
    }
    // a fabricated cell without a target stands at mid-conductance, whatever its offset is
    state.w = math::clamp(state.w, constants.w_min, constants.w_max);
    store_state(position, state);
    if (!reference_.empty() && side == 0) reference_[position] = 0;
    if (!pulse_count_.empty()) pulse_count_[position] = 0;
    if (!kept_noise_.empty()) kept_noise_[position] = 0;
    if (side == 0) ages_.set_reference(position, times_s_[0]);
    ages_.settle(position, state.w, times_s_[0]);
  };
  threads_.for_each_part(rows(), 4096 / columns() + 1, [&](std::size_t first, std::size_t last) {
    for (std::size_t row = first; row < last; ++row)
      for (std::size_t column = 0; column < columns(); ++column) {
        for (std::size_t side = 0; side < sides(); ++side) make(side, row, column);
        refresh_net(row, column);
      }
  });
  times_s_[1] = times_s_[0];
}

template <class Law, class T>
T Cells<Law, T>::relaxed(std::size_t position) const {
  const T w = state_planes_[0][position];
  if (!ages_.is_older(position, times_s_[0])) return w;
  return bounded(position, ages_.relaxed(position, w, times_s_[0]));
}

template <class Law, class T>
T Cells<Law, T>::reference_set(std::size_t position) const {
  T added = constants_.has_offset() ? constants_.template offset<T>(position) : T(0);
  if (!reference_.empty()) added += reference_[position];
  return -added;
}

template <class Law, class T>
T Cells<Law, T>::visible(std::size_t position) const {
  const T w = relaxed(position);
  return kept_noise_.empty() ? w : w + kept_noise_[position];
}

template <class Law, class T>
T Cells<Law, T>::visible_net(std::size_t row, std::size_t column) const {
  const std::size_t position = layout_.position(0, row, column);
  if (pair()) return (visible(position) - visible(layout_.plane() + position)) * T(0.5);
  if (ages_.enabled()) return visible(position) - reference_now(position);
  const T net = constants_.has_offset()
                    ? visible(position) + constants_.template offset<T>(position)
                    : visible(position);
  return reference_.empty() ? net : net + reference_[position];
}

template <class Law, class T>
void Cells<Law, T>::refresh_net(std::size_t row, std::size_t column) {
  if (!net_.empty()) net_[layout_.position(0, row, column)] = visible_net(row, column);
}

template <class Law, class T>
double Cells<Law, T>::exact_net(std::size_t row, std::size_t column) const {
  return visible_net(row, column);
}

template <class Law, class T>
double Cells<Law, T>::taken(std::size_t row, std::size_t column) const {
  return reference_now(layout_.position(0, row, column));
}

template <class Law, class T>
void Cells<Law, T>::keep_write_noise(std::size_t side, std::size_t row, std::size_t column,
                                     const Cell& constants, std::uint64_t event) {
  if (kept_noise_.empty()) return;
  const bool stuck = constants.w_min == constants.w_max;
  kept_noise_[layout_.position(side, row, column)] =
      stuck ? T(0) : write_spread() * normal(write_noise_, side, row, column, event);
}

template <class Law, class T>
void Cells<Law, T>::mark_pulsed(std::size_t position, std::uint32_t pulses) {
  if (!pulse_count_.empty()) {
    // a full counter stays full
    std::uint32_t& count = pulse_count_[position];
    count += math::minimum(pulses, ~count);
  }
}

template <class Law, class T>
void Cells<Law, T>::dose_cell(std::size_t side, std::size_t row, std::size_t column, T dose,
                              bool up, std::uint64_t event, PulseCounts& counts) {
  const std::size_t position = layout_.position(side, row, column);
  const Cell constants = constants_.template cell<T>(position);
  State state = load_state(position);
  if (ages_.is_older(position, times_s_[0]))
    state.w = bounded(position, ages_.bring_up_to_date(position, state.w, times_s_[0]));
  const auto pulses = static_cast<std::uint32_t>(std::ceil(math::minimum(dose, T(kMostPulses))));
  const bool per_pulse = spec_.noise == NoiseMode::per_pulse;
  const T at_once = per_pulse ? T(1) : dose_at_once_;
  T left = dose;
  const std::uint64_t most_parts = per_pulse ? std::uint64_t{kMostPulses} : kMostParts;
  for (std::uint64_t part = 0; left > T(0) && part < most_parts; ++part) {
    const T now = math::minimum(left, at_once);
    // per pulse the draw belongs to the pulse in the life of the cell, so that trains can be split;
    // aggregated it belongs to the operation
    const std::uint64_t draw =
        per_pulse ? pulse_count_[position] + part : aggregated_draw(event, part);
    const T xi = c2c_ > T(0) ? normal(pulse_noise_, side, row, column, draw) : T(0);
    state = apply_dose(law_, constants, state, now, up, c2c_, xi * std::sqrt(now));
    left -= now;
  }
  store_state(position, state);
  mark_pulsed(position, pulses);
  keep_write_noise(side, row, column, constants, per_pulse ? pulse_count_[position] : event);
  counts.pulses += pulses;
  counts.cells += 1;
}

template <class Law, class T>
void Cells<Law, T>::dose_weight(std::size_t row, std::size_t column, T dose, std::uint64_t event,
                                PulseCounts& counts) {
  if (!(dose > T(0) || dose < T(0))) return;
  const bool raise = dose > T(0);
  const T amount = raise ? dose : -dose;
  if (!pair()) {
    dose_cell(0, row, column, amount, raise, event, counts);
  } else if (device_.cell.one_sided) {
    dose_cell(raise ? 0 : 1, row, column, amount, true, event, counts);
  } else {
    dose_cell(0, row, column, amount, raise, event, counts);
    dose_cell(1, row, column, amount, !raise, event, counts);
  }
  refresh_net(row, column);
}

template <class Law, class T>
void Cells<Law, T>::zero_reference(std::size_t row, std::size_t column, std::uint64_t event) {
  NERNST_CHECK(!reference_.empty() && !pair());
  const std::size_t position = layout_.position(0, row, column);
  const T spread = static_cast<T>(device_.spread.reference);
  const T error = spread > T(0) ? spread * normal(reference_noise_, 0, row, column, event) : T(0);
  ages_.set_reference(position, times_s_[0]);
  reference_[position] = T(0);
  reference_[position] = error - (visible(position) - reference_set(position));
  refresh_net(row, column);
}

template <class Law, class T>
void Cells<Law, T>::reset_weight(std::size_t row, std::size_t column, std::uint64_t event) {
  for (std::size_t side = 0; side < sides(); ++side) {
    const std::size_t position = layout_.position(side, row, column);
    const Cell constants = constants_.template cell<T>(position);
    State state{};
    const T spread = static_cast<T>(device_.cell.reset_spread);
    const T xi = spread > T(0) ? normal(reset_noise_, side, row, column, event) : T(0);
    state.w = math::clamp(static_cast<T>(device_.cell.w_reset) + spread * xi, constants.w_min,
                          constants.w_max);
    store_state(position, state);
    ages_.settle(position, state.w, times_s_[0]);
    mark_pulsed(position, 1);
    keep_write_noise(side, row, column, constants, event);
  }
  refresh_net(row, column);
}

template <class Law, class T>
bool Cells<Law, T>::advance_to(double time_s) {
  times_s_[0] = time_s;
  if (!ages_.enabled()) return false;
  if (time_s - times_s_[1] < ages_.resolution_s()) return false;
  threads_.for_each_part(rows(), 4096 / columns() + 1, [&](std::size_t first, std::size_t last) {
    for (std::size_t row = first; row < last; ++row)
      for (std::size_t column = 0; column < columns(); ++column) refresh_net(row, column);
  });
  times_s_[1] = time_s;
  return true;
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
  for (std::size_t k = 0; k < kStateMembers; ++k)
    planes.push_back(
        {k == 0 ? "w" : "memory_" + std::to_string(k), std::span<T>(state_planes_[k])});
  if (!reference_.empty()) planes.push_back({"reference", std::span<T>(reference_)});
  if (!kept_noise_.empty()) planes.push_back({"kept_noise", std::span<T>(kept_noise_)});
  if (!net_.empty()) planes.push_back({"net", std::span<T>(net_)});
  if (!pulse_count_.empty())
    planes.push_back({"pulse_count", std::span<std::uint32_t>(pulse_count_)});
  ages_.add_planes(planes);
  if (ages_.enabled()) planes.push_back({"times_s", std::span<double>(times_s_)});
  return planes;
}

template <class Law, class T>
std::uint64_t Cells<Law, T>::bytes(const Law& law, const DeviceSpec& device, const TileSpec& spec) {
  const CellLayout layout(spec);
  const bool pair = spec.weight == WeightCoding::differential_pair;
  const bool own_net = pair || spec.writable_reference || device.spread.offset > 0 ||
                       device.spread.offset_shared > 0 ||
                       device.cell.reference == Reference::symmetry_point ||
                       device.cell.write_noise > 0 || device.retention.enabled();
  std::uint64_t per_cell = CellConstants<Law>::planes(law, device, spec) * sizeof(std::uint16_t) +
                           kStateMembers * sizeof(T);
  if (spec.count_pulses || spec.noise == NoiseMode::per_pulse) per_cell += sizeof(std::uint32_t);
  if (device.cell.write_noise > 0) per_cell += sizeof(T);
  per_cell += CellAges<T>::bytes_per_cell(device.retention);
  const std::uint64_t for_weight =
      (own_net ? sizeof(T) : 0) + (spec.writable_reference ? sizeof(T) : 0);
  return layout.plane() * (per_cell * (pair ? 2 : 1) + for_weight);
}

}  // namespace nernst
