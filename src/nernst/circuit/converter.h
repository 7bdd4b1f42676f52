// SPDX-License-Identifier: Apache-2.0
// Digital-analog and analog-digital converters: clipping and equal steps over a symmetric range;
// and converters as they are made, with steps that are not equal.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "nernst/base/noise.h"
#include "nernst/base/parameters.h"

namespace nernst {

// A converter of b bits over [-bound, bound] has 2^b - 1 levels, zero among them, so that its step
// is bound / (2^(b-1) - 1); 0 bits = ideal: it clips but does not round. Non-finite values pass.
// One bit: a DAC has a sign phase and is on or off, three levels as with 2 bits, since a line that
// is not driven must stay at zero; an ADC is a comparator with two levels, the middles
// -bound / 2 and bound / 2 of the two halves, and nothing saturates it.
class Converter {
 public:
  static Converter dac(std::int64_t bits, double bound) { return {bits, bound, false}; }
  static Converter adc(std::int64_t bits, double bound) { return {bits, bound, bits == 1}; }

  double bound() const { return bound_; }
  double step() const { return step_; }
  bool is_comparator() const { return comparator_; }
  bool saturates(double value) const { return !comparator_ && (value > bound_ || value < -bound_); }

  double convert(double value) const {
    if (comparator_) return value < 0 ? -0.5 * bound_ : value >= 0 ? 0.5 * bound_ : value;
    if (value > bound_) return bound_;
    if (value < -bound_) return -bound_;
    return step_ > 0 ? std::nearbyint(value / step_) * step_ : value;
  }

 private:
  Converter(std::int64_t bits, double bound, bool comparator)
      : bound_(bound),
        step_(bits == 0
                  ? 0.0
                  : bound / (bits == 1 ? 1.0 : std::ldexp(1.0, static_cast<int>(bits) - 1) - 1)),
        comparator_(comparator) {}

  double bound_, step_;
  bool comparator_;
};

// Errors of converters, in their own steps (LSB): `[chip.dac]` and `[chip.adc]`.
struct ConverterErrors {
  bool enabled = false;
  double dnl = 0.3;
  double inl = 0.5;
  double offset = 0.5;
  double gain = 0.005;
  double noise = 0.3;
  void describe(Fields& f);
};

// The converters at the lines of one side of a tile. Each decides the sign first and has b - 1
// binary-weighted elements for the magnitude (the capacitors of a SAR converter): element i has the
// weight 2^i (1 + e_i), e_i of spread dnl / sqrt((2^(b-1) - 1) 2^i), so that the largest step,
// where the top element takes over from all others, is off by `dnl` LSB (one sigma; the sum of its
// 2^(b-1) units, as for matched unit elements). Ends are calibrated to the gain error; to this
// comes a smooth bow, 4 inl s (1 - s) at the part s of the full scale, of a sign drawn for each.
class ConverterBank {
 public:
  enum class Side { dac, adc };
  // Converter k draws its errors as line k of (seed, owner) and `side_number`.
  ConverterBank(const ConverterErrors& errors, Side side, std::int64_t bits, double bound,
                std::size_t converters, std::uint64_t seed, std::uint32_t owner,
                std::uint32_t side_number);

  std::size_t size() const { return offset_.size(); }
  double bound() const { return ideal_.bound(); }
  double step() const { return ideal_.step(); }
  double noise() const { return noise_; }  // spread, in the unit of the bound

  // What a DAC puts out for its code nearest to `value`; without its noise.
  double output(std::size_t converter, double value) const;
  // The code that an ADC gives for `value`, as the value that it stands for.
  double code(std::size_t converter, double value) const;

  // Level of the magnitude m (0 to 2^(b-1) - 1), in steps, offset and gain not counted.
  double level(std::size_t converter, std::int64_t magnitude) const;
  std::int64_t largest_magnitude() const { return top_; }

 private:
  double bow(std::size_t converter, std::int64_t magnitude) const;

  Converter ideal_;
  std::int64_t top_ = 0;
  double part_of_step_ = 1;  // of the full scale
  int elements_ = 0;
  double noise_ = 0;
  std::vector<double> weights_;  // of converter k: elements_ from k * elements_
  std::vector<double> bow_, offset_, gain_;
};

}  // namespace nernst
