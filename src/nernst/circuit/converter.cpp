// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/converter.h"

#include <algorithm>

#include "nernst/base/error.h"

namespace nernst {

void ConverterErrors::describe(Fields& f) {
  f.flag("enabled", enabled, "converters have the errors below, each its own; needs bits, not 0");
  f.real("dnl", dnl,
         {.min = 0,
          .max = 100,
          .help = "spread of the error of the largest step, in LSB (0.3: assumed)"});
  f.real(
      "inl", inl,
      {.min = 0,
       .max = 100,
       .help = "bow of the characteristic at half scale, in LSB, of either sign (0.5: assumed)"});
  f.real("offset", offset,
         {.min = 0, .max = 1e4, .help = "spread of the offset, in LSB (0.5: assumed)"});
  f.real("gain", gain,
         {.min = 0, .max = 1, .help = "spread of the gain, around 1 (0.005: assumed)"});
  f.real("noise", noise,
         {.min = 0,
          .max = 100,
          .help = "thermal noise of a conversion, in LSB (0.3: assumed, that of rounding)"});
}

ConverterBank::ConverterBank(const ConverterErrors& errors, Side side, std::int64_t bits,
                             double bound, std::size_t converters, std::uint64_t seed,
                             std::uint32_t owner, std::uint32_t side_number)
    : ideal_(side == Side::adc ? Converter::adc(bits, bound) : Converter::dac(bits, bound)) {
  NERNST_CHECK(bits >= 1);
  elements_ = std::max(1, static_cast<int>(bits) - 1);
  top_ = (std::int64_t{1} << elements_) - 1;
  part_of_step_ = 1 / static_cast<double>(top_);
  noise_ = errors.noise * ideal_.step();
  const NoiseStream stream(seed, owner, Purpose::converter);
  const std::uint64_t first_event = 2 * side_number + (side == Side::adc ? 1 : 0);
  for (std::size_t k = 0; k < converters; ++k) {
    std::uint64_t draw = 0;
    const auto normal = [&] { return stream.normal<double>(k, first_event + 4 * draw++); };
    double sum = 0;
    const std::size_t first = weights_.size();
    for (int i = 0; i < elements_; ++i) {
      const double size = std::ldexp(1.0, i);
      weights_.push_back(size +
                         errors.dnl * std::sqrt(size / static_cast<double>(top_)) * normal());
      sum += weights_.back();
    }
    // the full scale is that of the gain
    for (std::size_t i = first; i < weights_.size(); ++i)
      weights_[i] *= static_cast<double>(top_) / sum;
    bow_.push_back(normal() < 0 ? -errors.inl : errors.inl);
    offset_.push_back(errors.offset * normal());
    gain_.push_back(1 + errors.gain * normal());
  }
}

double ConverterBank::level(std::size_t converter, std::int64_t magnitude) const {
  const double* const weights = weights_.data() + converter * static_cast<std::size_t>(elements_);
  double sum = 0;
  // (bits are as good as random: a product costs less than a branch)
  for (int i = 0; i < elements_; ++i) sum += weights[i] * static_cast<double>(magnitude >> i & 1);
  return sum + bow(converter, magnitude);
}

double ConverterBank::bow(std::size_t converter, std::int64_t magnitude) const {
  const double part = static_cast<double>(magnitude) * part_of_step_;
  return 4 * bow_[converter] * part * (1 - part);
}

double ConverterBank::output(std::size_t converter, double value) const {
  if (!(std::abs(value) <= bound())) value = ideal_.convert(value);
  if (!(value == value)) return value;
  const auto magnitude = static_cast<std::int64_t>(std::nearbyint(std::abs(value) / step()));
  const double level_of = level(converter, magnitude);
  return ((value < 0 ? -level_of : level_of) * gain_[converter] + offset_[converter]) * step();
}

double ConverterBank::code(std::size_t converter, double value) const {
  if (!(value == value)) return value;
  // the code whose level is the last that half a step more than the input reaches, element by
  // element from the top
  const double input = value / step() * gain_[converter] + offset_[converter];
  if (ideal_.is_comparator()) return ideal_.convert(input);
  const double reach = std::abs(input) + 0.5;
  const double* const weights = weights_.data() + converter * static_cast<std::size_t>(elements_);
  std::int64_t magnitude = 0;
  double sum = 0;
  for (int i = elements_ - 1; i >= 0; --i) {
    const std::int64_t trial = magnitude | std::int64_t{1} << i;
    const bool taken = reach >= sum + weights[i] + bow(converter, trial);
    magnitude = taken ? trial : magnitude;
    sum += taken ? weights[i] : 0.0;
  }
  const double code = static_cast<double>(magnitude) * step();
  return input < 0 ? -code : code;
}

}  // namespace nernst
