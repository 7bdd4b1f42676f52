// SPDX-License-Identifier: Apache-2.0
#include "nernst/device/population.h"

#include <algorithm>

#include "nernst/base/error.h"
#include "nernst/device/fabricate.h"

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
        reset_noise_(seed, 0, Purpose::reset_spread) {
    const NoiseStream stream(seed, 0, Purpose::fabrication);
    for (std::size_t k = 0; k < count; ++k)
      cells_.push_back(fabricate_cell(device, law, CellDraws(stream, k)));
    states_.resize(count);
    w_.resize(count);
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
    age_s_ = 0;
    for (std::size_t k = 0; k < w_.size(); ++k) {
      states_[k] = {};
      set(k, w[k]);
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
    if (!(seconds > 0)) return;
    const double kept = device_.retention.kept(age_s_, age_s_ + seconds);
    const double rest = device_.retention.w_rest;
    for (std::size_t k = 0; k < w_.size(); ++k) set(k, rest + (w_[k] - rest) * kept);
    age_s_ += seconds;
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
  void set(std::size_t k, double w) {
    states_[k].w = math::clamp(w, cells_[k].cell.w_min, cells_[k].cell.w_max);
    w_[k] = states_[k].w;
  }

  // One dose for every cell, with one draw each; the four words of a block serve four cells.
  void give(Direction direction, double dose) {
    const bool up = direction == Direction::potentiate;
    const double c2c = device_.cell.c2c, root = std::sqrt(dose);
    const std::uint64_t event = events_++;
    age_s_ = 0;
    for (std::size_t first = 0; first < w_.size(); first += 4) {
      PhiloxBlock words{};
      if (c2c > 0) words = pulse_noise_.words(static_cast<std::uint32_t>(first / 4), event);
      for (std::size_t k = first; k < std::min(first + 4, w_.size()); ++k) {
        const double xi = c2c > 0 ? math::normal<double>(words[k - first]) : 0;
        states_[k] = apply_dose(law_, cells_[k].cell, states_[k], dose, up, c2c, xi * root);
        w_[k] = states_[k].w;
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
  double age_s_ = 0;          // since the last pulse, the same for all
  std::uint64_t events_ = 0;  // pulses, doses and resets so far
};

}  // namespace

void Population::place_all(double w) { place(std::vector<double>(size(), w)); }

std::vector<double> Population::g_S() const {
  std::vector<double> g = read(ReadAgainst::nothing);
  for (double& value : g) value = device().physical.g_S(value);
  return g;
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
