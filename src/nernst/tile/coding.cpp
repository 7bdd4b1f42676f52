// SPDX-License-Identifier: Apache-2.0
#include "nernst/tile/coding.h"

#include <algorithm>
#include <cmath>

#include "nernst/base/error.h"
#include "nernst/base/lane_math.h"
#include "nernst/tile/kernels/trains.h"

namespace nernst {

namespace {

double sign_of(double value) { return value < 0 ? -1.0 : 1.0; }

// Trains that fire in a slot with probability min(1, scale * |values[k]|); adds their bits to
// `bits`.
std::vector<std::uint32_t> trains_for(std::span<const double> values, double scale,
                                      std::uint32_t slots, const NoiseStream& stream,
                                      std::uint64_t event, std::uint64_t& bits) {
  std::vector<std::uint64_t> thresholds(values.size());
  std::transform(values.begin(), values.end(), thresholds.begin(), [&](double v) {
    return static_cast<std::uint64_t>(std::min(1.0, scale * std::abs(v)) * 0x1p32);
  });
  std::vector<std::uint32_t> trains(values.size());
  bits += draw_trains(stream, event, thresholds, slots, trains);
  return trains;
}

std::vector<double> signs_of(std::span<const double> values) {
  std::vector<double> signs(values.size());
  std::transform(values.begin(), values.end(), signs.begin(), sign_of);
  return signs;
}

// Of lines that fire in a slot with probability min(1, scale * |value|).
struct Firing {
  double asked = 0, sent = 0;            // sums of probabilities, with and without those above 1
  std::uint64_t driven = 0, beyond = 0;  // lines that fire at all, and those asked for more than 1
};

Firing firing_of(std::span<const double> values, double scale) {
  Firing firing;
  for (const double v : values) {
    const double probability = scale * std::abs(v);
    firing.asked += probability;
    firing.sent += std::min(1.0, probability);
    firing.driven += probability > 0 ? 1 : 0;
    firing.beyond += probability > 1 ? 1 : 0;
  }
  return firing;
}

// What trains of so many slots leave of the doses that are asked for.
void count_unsent(UpdatePulses& pulses, const Firing& rows, const Firing& columns, double slots) {
  pulses.short_cells =
      rows.beyond * columns.driven + rows.driven * columns.beyond - rows.beyond * columns.beyond;
  pulses.unsent_doses = slots * (rows.asked * columns.asked - rows.sent * columns.sent);
}

// The same for counts of at most `most` pulses.
void count_unsent(UpdatePulses& pulses, double most) {
  for (const double row : pulses.row) {
    for (const double column : pulses.column) {
      const double beyond = std::abs(row * column) - most;
      if (!(beyond > 0)) continue;
      pulses.short_cells += 1;
      pulses.unsent_doses += beyond;
    }
  }
}

UpdatePulses encode_stochastic(const CodingSpec& spec, std::span<const double> x,
                               std::span<const double> d, double pulses_per_unit, double x_max,
                               double d_max, std::uint64_t seed, std::uint32_t owner,
                               std::uint64_t event) {
  const auto longest = static_cast<double>(spec.train_length);
  // k: mean pulses that the largest product asks for; trains no longer than that needs
  const double k = pulses_per_unit * x_max * d_max;
  double length = longest, row_scale, column_scale;
  if (spec.update_management) {
    length = std::min(std::ceil(k), longest);
    const double d_reached = k > length ? d_max * length / k : d_max;
    const double base = std::sqrt(pulses_per_unit / length);
    row_scale = base * std::sqrt(x_max / d_reached);
    column_scale = base * std::sqrt(d_reached / x_max);
  } else {
    row_scale = column_scale = std::sqrt(pulses_per_unit / length);
  }

  UpdatePulses pulses;
  pulses.slots = static_cast<std::uint32_t>(length);
  if (row_scale * d_max > 1 || column_scale * x_max > 1)
    count_unsent(pulses, firing_of(d, row_scale), firing_of(x, column_scale), length);
  pulses.row_train =
      trains_for(d, row_scale, pulses.slots, NoiseStream(seed, owner, Purpose::row_train), event,
                 pulses.line_pulses);
  pulses.column_train =
      trains_for(x, column_scale, pulses.slots, NoiseStream(seed, owner, Purpose::column_train),
                 event, pulses.line_pulses);
  pulses.row = signs_of(d);
  for (double& sign : pulses.row) sign = -sign;
  pulses.column = signs_of(x);
  return pulses;
}

// Rounds to `levels` equal steps of the largest magnitude.
void quantise(std::vector<double>& values, double largest, double levels) {
  for (double& v : values) v = std::nearbyint(v / largest * levels) * (largest / levels);
}

std::uint64_t count_driven(const std::vector<double>& values) {
  return static_cast<std::uint64_t>(
      std::count_if(values.begin(), values.end(), [](double v) { return v != 0; }));
}

}  // namespace

void CodingSpec::describe(Fields& f) {
  f.choice("coding", coding, {"stochastic", "amplitude_duration", "count", "exact"},
           "how an update becomes pulses");
  f.integer("train_length", train_length,
            {.min = 1, .max = 32, .help = "stochastic: most slots of a pulse train"})
      .where(is("coding", {"stochastic"}));
  f.flag("update_management", update_management,
         "stochastic: fit train length and probabilities to the signals")
      .where(is("coding", {"stochastic"}));
  f.integer("amplitude_bits", amplitude_bits,
            {.min = 1, .max = 24, .help = "amplitude_duration: bits of the amplitude"})
      .where(is("coding", {"amplitude_duration"}));
  f.integer("duration_bits", duration_bits,
            {.min = 1, .max = 24, .help = "amplitude_duration: bits of the duration"})
      .where(is("coding", {"amplitude_duration"}));
  f.integer("count_max", count_max,
            {.min = 1, .max = 65535, .help = "count: most pulses for a cell in one update"})
      .where(is("coding", {"count"}));
}

UpdatePulses encode_update(const CodingSpec& spec, std::span<const double> x,
                           std::span<const double> d, double rate, double weight_step,
                           std::uint64_t seed, std::uint32_t owner, std::uint64_t event) {
  NERNST_CHECK(weight_step > 0 && rate >= 0);
  UpdatePulses pulses;
  const double x_max = largest_magnitude(x), d_max = largest_magnitude(d);
  const double pulses_per_unit = rate / weight_step;
  if (!(pulses_per_unit * x_max * d_max > 0)) {
    pulses.coding = spec.coding;
    pulses.row.assign(d.size(), 0.0);
    pulses.column.assign(x.size(), 0.0);
    pulses.row_train.assign(d.size(), 0);
    pulses.column_train.assign(x.size(), 0);
    return pulses;
  }
  if (spec.coding == Coding::stochastic) {
    pulses = encode_stochastic(spec, x, d, pulses_per_unit, x_max, d_max, seed, owner, event);
    pulses.coding = spec.coding;
    return pulses;
  }

  // the other codings send numbers: rows carry the rate and the sign of the descent
  pulses.coding = spec.coding;
  pulses.row.assign(d.begin(), d.end());
  pulses.column.assign(x.begin(), x.end());
  double most_dose = pulses_per_unit * x_max * d_max;
  if (spec.coding == Coding::amplitude_duration) {
    quantise(pulses.column, x_max, std::ldexp(1.0, static_cast<int>(spec.amplitude_bits)) - 1);
    quantise(pulses.row, d_max, std::ldexp(1.0, static_cast<int>(spec.duration_bits)) - 1);
  }
  if (spec.coding == Coding::count) {
    pulses.count_max = spec.count_max;
    most_dose = std::min(most_dose, static_cast<double>(spec.count_max));
  }
  for (double& v : pulses.row) v *= -pulses_per_unit;
  if (spec.coding == Coding::count && pulses_per_unit * x_max * d_max > most_dose)
    count_unsent(pulses, most_dose);
  pulses.slots = static_cast<std::uint32_t>(std::clamp(std::ceil(most_dose), 1.0, 1e9));
  pulses.line_pulses = count_driven(pulses.row) + count_driven(pulses.column);
  return pulses;
}

double sent_doses(const UpdatePulses& pulses) {
  if (pulses.coding != Coding::stochastic) {
    double rows = 0, columns = 0;
    for (const double v : pulses.row) rows += std::abs(v);
    for (const double v : pulses.column) columns += std::abs(v);
    return rows * columns;
  }
  // slot by slot, every line that fires meets every line of the other kind that does
  double doses = 0;
  for (std::uint32_t slot = 0; slot < pulses.slots; ++slot) {
    const auto fires = [&](std::uint32_t train) { return (train >> slot & 1) != 0; };
    doses += static_cast<double>(std::ranges::count_if(pulses.row_train, fires)) *
             static_cast<double>(std::ranges::count_if(pulses.column_train, fires));
  }
  return doses;
}

UpdatePulses slice(const UpdatePulses& pulses, std::size_t first_row, std::size_t rows,
                   std::size_t first_column, std::size_t columns) {
  const auto part = [](const auto& all, std::size_t first, std::size_t size) {
    using Values = std::decay_t<decltype(all)>;
    if (all.empty()) return Values();
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(first);
    return Values(begin, begin + static_cast<std::ptrdiff_t>(size));
  };
  UpdatePulses block;
  block.coding = pulses.coding;
  block.slots = pulses.slots;
  block.count_max = pulses.count_max;
  block.largest_scale = pulses.largest_scale;
  block.row = part(pulses.row, first_row, rows);
  block.column = part(pulses.column, first_column, columns);
  block.row_train = part(pulses.row_train, first_row, rows);
  block.column_train = part(pulses.column_train, first_column, columns);
  if (!pulses.dose_scale.empty())
    block.dose_scale = pulses.dose_scale.block(first_row, first_column, rows, columns);
  return block;
}

}  // namespace nernst
