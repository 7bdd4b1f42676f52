// SPDX-License-Identifier: Apache-2.0
// Digital-analog and analog-digital converters: clipping and equal steps over a symmetric range.
#pragma once

#include <cmath>
#include <cstdint>

namespace nernst {

// A converter of b bits over [-bound, bound] has 2^b - 1 levels, zero among them, so that its step
// is bound / (2^(b-1) - 1); 0 bits = ideal: it clips but does not round. Non-finite values pass.
class Converter {
 public:
  Converter(std::int64_t bits, double bound)
      : bound_(bound),
        step_(bits == 0
                  ? 0.0
                  : bound / (bits == 1 ? 1.0 : std::ldexp(1.0, static_cast<int>(bits) - 1) - 1)) {}

  double bound() const { return bound_; }
  double step() const { return step_; }
  bool saturates(double value) const { return value > bound_ || value < -bound_; }

  double convert(double value) const {
    if (value > bound_) return bound_;
    if (value < -bound_) return -bound_;
    return step_ > 0 ? std::nearbyint(value / step_) * step_ : value;
  }

 private:
  double bound_, step_;
};

}  // namespace nernst
