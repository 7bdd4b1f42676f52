// SPDX-License-Identifier: Apache-2.0
#include "nernst/device/population.h"

#include <fmt/format.h>

#include <algorithm>

#include "nernst/base/error.h"
#include "nernst/device/fabricate.h"
#include "nernst/device/relaxation.h"

namespace nernst {

namespace {

template <class Law>
class PopulationOf final : public Population {
 public:
  PopulationOf(const DeviceSpec& device, const Law& law, std::size_t count, std::uint64_t seed)
      : device_(device),
        law_(law),
        step_(cell_spec_of(device, law).dw_min),
        pulse_noise_(seed, 0, Purpose::cycle_to_cycle),
        write_noise_(seed, 0, Purpose::write_noise),
        reset_noise_(seed, 0, Purpose::reset_spread),
        relaxation_(device.retention) {
    const NoiseStream stream(seed, 0, Purpose::fabrication);
    for (std::size_t k = 0; k < count; ++k)
      cells_.push_back(fabricate_cell(device, law, CellDraws(stream, k)));
    states_.resize(count);
    w_.resize(count);
    settled_.resize(count);
    young_.assign(relaxation_.modes(), std::vector<double>(count));
    kept_noise_.resize(count);
    const auto typical = fabricate_cell(without_spread(device), law, CellDraws(stream, 0));
    at_once_ = largest_dose_at_once(law, typical.cell);
    place_all(0);
  }

  const DeviceSpec& device() const override { return device_; }
  std::span<const double> w() const override { return w_; }

  void pulse(Direction direction, std::uint64_t count) override {
    for (std::uint64_t k = 0; k < count; ++k) give(direction, 1);
    keep_write_noise();
  }

  void dose(Direction direction, double dose) override {
    for (double left = dose; left > 0; left -= at_once_)
      give(direction, math::minimum(left, at_once_));
    keep_write_noise();
  }

  void place(std::span<const double> w) override {
    NERNST_CHECK(w.size() == w_.size());
    now_s_ = settled_s_ = 0;
    for (auto& mode : young_) std::ranges::fill(mode, 0.0);
    for (std::size_t k = 0; k < w_.size(); ++k) {
      states_[k] = {};
      set(k, w[k]);
      settled_[k] = w_[k] - device_.retention.w_rest;
      kept_noise_[k] = 0;
    }
  }

  void reset() override {
    const std::uint64_t event = events_++;
    std::vector<double> w(w_.size());
    for (std::size_t k = 0; k < w.size(); ++k)
      w[k] =
          device_.cell.w_reset + device_.cell.reset_spread * reset_noise_.normal<double>(k, event);
    place(w);
    keep_write_noise();
  }

  void relax(double seconds) override {
    if (!(seconds > 0) || !relaxation_.enabled()) return;
    for (std::size_t j = 0; j < young_.size(); ++j)
      for (double& young : young_[j]) young *= relaxation_.left(j, seconds);
    now_s_ += seconds;
    for (std::size_t k = 0; k < w_.size(); ++k) set(k, unbounded(k));
  }

  std::vector<double> read(ReadAgainst against) const override {
    std::vector<double> seen(w_.size());
    for (std::size_t k = 0; k < seen.size(); ++k) {
      seen[k] = w_[k] + kept_noise_[k];
      if (against == ReadAgainst::own_reference) seen[k] += cells_[k].offset_own;
      if (against == ReadAgainst::shared_reference) seen[k] += cells_[k].offset_shared;
    }
    return seen;
  }

 private:
  // w as time has left it, were there no bounds.
  double unbounded(std::size_t k) const {
    double w = device_.retention.w_rest + settled_[k] * relaxation_.kept(now_s_ - settled_s_);
    for (const auto& mode : young_) w += mode[k];
    return w;
  }

  void set(std::size_t k, double w) {
    states_[k].w = math::clamp(w, cells_[k].cell.w_min, cells_[k].cell.w_max);
    w_[k] = states_[k].w;
  }

  // One dose for every cell, with one draw each; the four words of a block serve four cells.
  void give(Direction direction, double dose) {
    const bool up = direction == Direction::potentiate;
    const double c2c = device_.cell.c2c, root = std::sqrt(dose);
    const std::uint64_t event = events_++;
    for (std::size_t first = 0; first < w_.size(); first += 4) {
      PhiloxBlock words{};
      if (c2c > 0) words = pulse_noise_.words(static_cast<std::uint32_t>(first / 4), event);
      for (std::size_t k = first; k < std::min(first + 4, w_.size()); ++k) {
        const double xi = c2c > 0 ? math::normal<double>(words[k - first]) : 0;
        states_[k] = apply_dose(law_, cells_[k].cell, states_[k], dose, up, c2c, xi * root);
        w_[k] = states_[k].w;
        if (!relaxation_.enabled()) continue;
        const double change = w_[k] - unbounded(k);
        for (std::size_t j = 0; j < young_.size(); ++j)
          young_[j][k] += relaxation_.weight(j) * change;
      }
    }
  }

  void keep_write_noise() {
    if (device_.cell.write_noise <= 0) return;
    const double spread = device_.cell.write_noise * step_;
    for (std::size_t k = 0; k < w_.size(); ++k) {
      const bool faulty = cells_[k].fault != Fault::none;
      kept_noise_[k] = faulty ? 0 : spread * write_noise_.normal<double>(k, events_);
    }
  }

  DeviceSpec device_;
  Law law_;
  double step_, at_once_ = 1;
  NoiseStream pulse_noise_, write_noise_, reset_noise_;
  std::vector<Fabricated<Law>> cells_;
  std::vector<StateOf<Law, double>> states_;
  std::vector<double> w_, kept_noise_;
  // what was placed, as w - w_rest, and when; what pulses have added since, mode by mode
  Relaxation relaxation_;
  std::vector<double> settled_;
  std::vector<std::vector<double>> young_;
  double now_s_ = 0, settled_s_ = 0;
  std::uint64_t events_ = 0;  // pulses, doses and resets so far
};

}  // namespace

void Population::place_all(double w) { place(std::vector<double>(size(), w)); }

std::vector<double> Population::g_S() const {
  std::vector<double> g = read(ReadAgainst::nothing);
  for (double& value : g) value = device().physical.cell_S(value);
  return g;
}

SymmetryPoint symmetry_point_of(const DeviceSpec& device) {
  const DeviceSpec plain = without_noise(without_spread(device));
  const double low = plain.cell.w_min, window = plain.cell.w_max - low;
  // what a step up and a step down come to
  const auto drift = [&](double w) {
    double sum = 0;
    for (const Direction direction : {Direction::potentiate, Direction::depress}) {
      const auto cell = make_population(plain, 1, 1);
      cell->place_all(w);
      cell->pulse(direction, 1);
      sum += cell->w()[0] - w;
    }
    return sum;
  };
  const double falls = drift(low + 0.25 * window) - drift(low + 0.75 * window);
  constexpr double rounding = 1e-6;
  if (std::abs(falls) <= rounding * plain.cell.dw_min) return SymmetryPoint::nowhere;
  return falls > 0 ? SymmetryPoint::attracts : SymmetryPoint::repels;
}

double part_below_zero(const DeviceSpec& device) {
  constexpr std::size_t cells = 20'000;
  DeviceSpec working = device;
  working.faults = {};
  const auto population = make_population(working, cells, 1);
  // a law without bounds leaves its cells where they are put
  constexpr double far = -1e9;
  population->place_all(far);
  if (*std::ranges::min_element(population->w()) <= far) return 0;
  std::size_t below = 0;
  for (const double w : population->read(ReadAgainst::nothing))
    below += working.physical.g_S(w) < 0 ? 1 : 0;
  return static_cast<double>(below) / static_cast<double>(cells);
}

std::string below_zero_sentence(const DeviceSpec& device) {
  const double part = part_below_zero(device);
  if (part == 0) return "";
  return fmt::format(
      "{:.2f} % of the cells would conduct less than nothing at the bottom of their own windows; "
      "where conductance counts they end at 0 S, and w stays as published",
      100 * part);
}

std::unique_ptr<Population> make_population(const DeviceSpec& device, std::size_t count,
                                            std::uint64_t seed) {
  return with_law(device, [&](const auto& law) -> std::unique_ptr<Population> {
    using Law = std::remove_cvref_t<decltype(law)>;
    return std::make_unique<PopulationOf<Law>>(device, law, count, seed);
  });
}

DeviceSpec without_spread(DeviceSpec device) {
  device.spread = {};
  device.faults = {};
  device.cell.reference = Reference::nominal;
  // what a law spreads on its own account is called ..._spread in its table
  std::visit(
      [](auto& law) {
        const Fields fields = fields_of(law);
        for (const Field& field : fields.all())
          if (field.name.ends_with("_spread"))
            if (auto* const* spread = std::get_if<double*>(&field.target)) **spread = 0;
      },
      device.law);
  return device;
}

DeviceSpec without_noise(DeviceSpec device) {
  device.cell.c2c = 0;
  device.cell.write_noise = 0;
  device.cell.read_noise = 0;
  device.cell.reset_spread = 0;
  return device;
}

}  // namespace nernst
