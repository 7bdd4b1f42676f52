// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/read_circuits.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "nernst/base/error.h"
#include "nernst/base/lane_math.h"

namespace nernst {

namespace {

// Ambient, for the thermal noise of feedback resistors.
constexpr double kAmbient_K = 300;

ConverterBank bank(const ConverterErrors& errors, ConverterBank::Side side, std::int64_t bits,
                   std::size_t converters, const ReadSide& of) {
  return {errors,
          side,
          std::max<std::int64_t>(bits, 1),
          1.0,
          errors.enabled ? converters : 0,
          of.seed,
          of.owner,
          of.number};
}

}  // namespace

void ReadCircuitSpec::check(std::int64_t dac_bits, std::int64_t adc_bits) const {
  const auto check_bits = [](const ConverterErrors& errors, std::int64_t bits, const char* name) {
    if (errors.enabled && bits == 0)
      throw ConfigError(
          std::string("chip.") + name + "_bits", 0.0,
          std::string("a converter with errors (chip.") + name + ".enabled) needs 1 to 24 bits");
  };
  check_bits(dac, dac_bits, "dac");
  check_bits(adc, adc_bits, "adc");
}

ReadCircuits::ReadCircuits(const ReadCircuitSpec& spec, const ReadSide& side)
    : spec_(spec),
      side_(side),
      dac_(bank(spec.dac, ConverterBank::Side::dac, side.dac_bits, side.inputs, side)),
      adc_(bank(spec.adc, ConverterBank::Side::adc, side.adc_bits,
                (side.outputs + static_cast<std::size_t>(side.lines_per_adc) - 1) /
                    static_cast<std::size_t>(side.lines_per_adc),
                side)) {
  spec.check(side.dac_bits, side.adc_bits);
  for (const double full_scale : side.full_scales) ranges_.push_back(range_of(full_scale));
  if (!spec.amplifier.enabled) return;
  const NoiseStream stream(side.seed, side.owner, Purpose::amplifier);
  for (std::size_t k = 0; k < side.outputs; ++k)
    amplifier_offset_V_.push_back(spec.amplifier.offset_V * stream.normal<double>(k, side.number));
}

void ReadCircuits::drive(std::span<const double> in, double scale, std::uint64_t event,
                         std::span<double> lines) const {
  if (!spec_.dac.enabled) {
    const Converter ideal = Converter::dac(side_.dac_bits, 1.0);
    quantise(in, scale, ideal.bound(), ideal.step(), lines);
    return;
  }
  std::vector<float> z(lines.size());
  if (dac_.noise() > 0)
    fill_normals({side_.seed, side_.owner, Purpose::converter_noise}, 2 * event, z);
  for (std::size_t k = 0; k < lines.size(); ++k)
    lines[k] = dac_.output(k, in[k] / scale) + dac_.noise() * static_cast<double>(z[k]);
}

double ReadCircuits::drive_line(std::size_t line, double in, std::uint64_t event) const {
  if (!spec_.dac.enabled) return Converter::dac(side_.dac_bits, 1.0).convert(in);
  const NoiseStream stream(side_.seed, side_.owner, Purpose::converter_noise);
  const auto z = math::normal<float>(stream.line_word(line, 2 * event));
  return dac_.output(line, in) + dac_.noise() * static_cast<double>(z);
}

std::uint64_t ReadCircuits::take(std::span<double> sums, double bound, double scale,
                                 std::uint64_t event, std::size_t first_line) const {
  const auto normals = [&](Purpose purpose, std::uint64_t number) {
    std::vector<float> z(first_line + sums.size());
    fill_normals({side_.seed, side_.owner, purpose}, number, z);
    z.erase(z.begin(), z.begin() + static_cast<std::ptrdiff_t>(first_line));
    return z;
  };
  std::vector<bool> clipped(sums.size(), false);
  // from here on, parts of the full scale
  for (double& value : sums) value /= bound;
  const double volt = 1 / spec_.amplifier.full_scale_V;

  if (spec_.amplifier.enabled) {
    const Range& one = range(bound);
    const double gain = one.gain, noise = volt * one.noise_V, offset = volt * one.offset_V;
    const double swing = volt * spec_.amplifier.swing_V;
    const std::vector<float> z = normals(Purpose::amplifier_noise, 2 * event);
    for (std::size_t k = 0; k < sums.size(); ++k) {
      sums[k] = gain * sums[k] + offset * amplifier_offset_V_[first_line + k] +
                noise * static_cast<double>(z[k]);
      clipped[k] = std::abs(sums[k]) > swing;
      if (clipped[k]) sums[k] = std::copysign(swing, sums[k]);
    }
  }
  if (spec_.sample_hold.enabled) {
    const SampleHoldSpec& hold = spec_.sample_hold;
    const double acquired = hold.acquired(), noise = volt * hold.noise_V();
    const std::vector<float> z = normals(Purpose::amplifier_noise, 2 * event + 1);
    // lines of one ADC wait for one another
    const double t_turn_s = side_.t_conversion_s;
    for (std::size_t k = 0; k < sums.size(); ++k) {
      const auto turn =
          static_cast<double>((first_line + k) % static_cast<std::size_t>(side_.lines_per_adc));
      sums[k] = acquired * sums[k] + noise * static_cast<double>(z[k]) -
                volt * hold.droop_V(turn * t_turn_s);
    }
  }

  const Converter ideal = Converter::adc(side_.adc_bits, 1.0);
  std::vector<float> z;
  if (spec_.adc.enabled) z = normals(Purpose::converter_noise, 2 * event + 1);
  std::uint64_t saturated = 0;
  for (std::size_t k = 0; k < sums.size(); ++k) {
    clipped[k] = clipped[k] || ideal.saturates(sums[k]);
    saturated += clipped[k] ? 1 : 0;
    if (spec_.adc.enabled) {
      const std::size_t converter =
          (first_line + k) / static_cast<std::size_t>(side_.lines_per_adc);
      sums[k] = adc_.code(converter, sums[k] + adc_.noise() * static_cast<double>(z[k]));
    } else {
      sums[k] = ideal.convert(sums[k]);
    }
    sums[k] *= bound * scale;
  }
  return saturated;
}

AmplifierLoop ReadCircuits::loop(double bound) const {
  const AmplifierSpec& amplifier = spec_.amplifier;
  const auto cells = static_cast<double>(side_.inputs);
  return {.g_line_S = cells * side_.g_crossing_S,
          .c_line_F = cells * amplifier.c_cell_F,
          .r_feedback_Ohm = amplifier.full_scale_V / (bound * side_.unit_A),
          .c_feedback_F = amplifier.c_feedback_F,
          .open_loop_gain = amplifier.open_loop_gain,
          .gain_bandwidth_Hz = amplifier.gain_bandwidth_Hz};
}

ReadCircuits::Range ReadCircuits::range_of(double full_scale) const {
  if (!spec_.amplifier.enabled) return {.full_scale = full_scale};
  const AmplifierLoop one = loop(full_scale);
  const std::int64_t bits = side_.adc_bits == 0 ? kBitsOfIdeal : side_.adc_bits;
  const double error = 0.25 * Converter::adc(bits, 1.0).step();
  const double t_s =
      spec_.amplifier.t_settle_s ? *spec_.amplifier.t_settle_s : one.t_settle_s(error);
  return {.full_scale = full_scale,
          .t_settle_s = t_s,
          .gain = one.gain() * one.settled(t_s),
          .offset_V = one.noise_gain(),
          .noise_V = one.output_noise_V(spec_.amplifier.noise_V, kAmbient_K)};
}

const ReadCircuits::Range& ReadCircuits::range(double full_scale) const {
  const auto found = std::ranges::find(ranges_, full_scale, &Range::full_scale);
  NERNST_CHECK(found != ranges_.end());
  return *found;
}

double ReadCircuits::t_settle_s(double bound) const { return range(bound).t_settle_s; }

ReadCost ReadCircuits::cost(double bound, const TechnologySpec& technology) const {
  ReadCost cost{.t_s = technology.t_read_s,
                .e_dac_J = technology.e_dac_J(side_.dac_bits),
                .e_adc_J = technology.e_adc_J(side_.adc_bits),
                .e_amplifier_J = technology.e_amplifier_J};
  if (spec_.amplifier.enabled) {
    const auto turns = static_cast<double>(side_.lines_per_adc);
    const double t_hold_s = spec_.sample_hold.enabled ? spec_.sample_hold.t_acquire_s : 0;
    cost.t_s = t_settle_s(bound) + t_hold_s + turns * technology.t_adc_s(side_.adc_bits);
    // (without something that holds, the amplifier does until its ADC has come)
    const double t_on_s = spec_.sample_hold.enabled ? t_settle_s(bound) + t_hold_s : cost.t_s;
    cost.e_amplifier_J = spec_.amplifier.power_W * t_on_s;
  }
  if (spec_.sample_hold.enabled)
    cost.e_amplifier_J += spec_.sample_hold.energy_J(spec_.amplifier.full_scale_V);
  return cost;
}

}  // namespace nernst
