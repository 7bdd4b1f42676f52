// SPDX-License-Identifier: Apache-2.0
// exp, log, pow and the normal distribution from fixed polynomials, for float and double.
//
// glibc picks its own versions by processor, and they differ in the last bits; these use only +, -,
// *, / and sqrt, which IEEE 754 fixes, so a result is the same on every machine. Each is
// branch-free, so that a loop over a plane can be vectorised.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace nernst::math {

// Chooses without a branch; the vector number types of the kernels bring their own overload.
template <class T>
constexpr T select(bool condition, T if_true, T if_false) {
  return condition ? if_true : if_false;
}
template <class T>
constexpr T minimum(T a, T b) {
  return b < a ? b : a;
}
template <class T>
constexpr T maximum(T a, T b) {
  return a < b ? b : a;
}
template <class T>
constexpr T clamp(T x, T low, T high) {
  return minimum(maximum(x, low), high);
}

namespace detail {

// sum of c[k] x^k, highest power first in the argument list
template <class T>
constexpr T horner(T, T c) {
  return c;
}
template <class T, class... Rest>
constexpr T horner(T x, T c, T next, Rest... rest) {
  return horner(x, c * x + next, rest...);
}

}  // namespace detail

// e^x; relative error below 3e-7 (float) and 5e-16 (double); 0 and the largest number past the
// range.
inline float exp(float x) {
  const float limited = clamp(x, -87.0f, 88.0f);
  const float scaled = limited * 1.44269504f;
  const auto n = static_cast<std::int32_t>(scaled + select(scaled < 0.0f, -0.5f, 0.5f));
  const auto whole = static_cast<float>(n);
  // ln 2 in two parts, the first with few bits, so that whole * part is exact
  const float r = (limited - whole * 0.693359375f) + whole * 2.12194440e-4f;
  const float p =
      detail::horner(r, 1.0f / 5040, 1.0f / 720, 1.0f / 120, 1.0f / 24, 1.0f / 6, 0.5f, 1.0f, 1.0f);
  const float power = std::bit_cast<float>((n + 127) << 23);
  return select(x < -87.0f, 0.0f, p * power);
}

inline double exp(double x) {
  const double limited = clamp(x, -708.0, 709.0);
  const double scaled = limited * 1.4426950408889634;
  const auto n = static_cast<std::int32_t>(scaled + select(scaled < 0.0, -0.5, 0.5));
  const auto whole = static_cast<double>(n);
  const double r = (limited - whole * 0.693145751953125) - whole * 1.4286068203094172e-6;
  const double p = detail::horner(r, 1.0 / 6227020800.0, 1.0 / 479001600.0, 1.0 / 39916800.0,
                                  1.0 / 3628800.0, 1.0 / 362880.0, 1.0 / 40320.0, 1.0 / 5040.0,
                                  1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0);
  const double power = std::bit_cast<double>((static_cast<std::int64_t>(n) + 1023) << 52);
  return select(x < -708.0, 0.0, p * power);
}

// Natural logarithm of a positive, finite, normal x; relative error below 2e-7 (float), 5e-16
// (double).
inline float log(float x) {
  // mantissa in [1/sqrt 2, sqrt 2), so that log(1) is exactly 0
  const auto bits = std::bit_cast<std::int32_t>(x) - 0x3f3504f3;
  const std::int32_t exponent = bits >> 23;
  const float m = std::bit_cast<float>((bits & 0x007fffff) + 0x3f3504f3);
  const float s = (m - 1.0f) / (m + 1.0f), z = s * s;
  const float p = detail::horner(z, 2.0f / 9, 2.0f / 7, 2.0f / 5, 2.0f / 3, 2.0f);
  const auto whole = static_cast<float>(exponent);
  return whole * 0.693359375f + (s * p - whole * 2.12194440e-4f);
}

inline double log(double x) {
  const auto bits = std::bit_cast<std::int64_t>(x) - 0x3fe6a09e667f3bcd;
  const auto exponent = static_cast<std::int32_t>(bits >> 52);
  const double m = std::bit_cast<double>((bits & 0x000fffffffffffff) + 0x3fe6a09e667f3bcd);
  const double s = (m - 1.0) / (m + 1.0), z = s * s;
  const double p = detail::horner(z, 2.0 / 21, 2.0 / 19, 2.0 / 17, 2.0 / 15, 2.0 / 13, 2.0 / 11,
                                  2.0 / 9, 2.0 / 7, 2.0 / 5, 2.0 / 3, 2.0);
  const auto whole = static_cast<double>(exponent);
  return whole * 0.693145751953125 + (s * p + whole * 1.4286068203094172e-6);
}

// x^y for x >= 0; 0^y is 0 (y > 0).
template <class T>
T pow(T x, T y) {
  const T tiny = std::numeric_limits<T>::min();
  return select(x < tiny, T(0), exp(y * log(maximum(x, tiny))));
}

// 1 / (1 + e^-x)
template <class T>
T sigmoid(T x) {
  return T(1) / (T(1) + exp(-x));
}

template <class T>
T tanh(T x) {
  // through e^(-2|x|), which never overflows; the series near 0 keeps the relative error small
  // there
  const T magnitude = select(x < T(0), -x, x);
  const T e = exp(T(-2) * magnitude);
  const T z = x * x;
  const T series = magnitude * (T(1) - z * (T(1) / 3 - z * (T(2) / 15 - z * (T(17) / 315))));
  const T value = select(magnitude < T(0.02), series, (T(1) - e) / (T(1) + e));
  return select(x < T(0), -value, value);
}

// A standard normal number from 32 random bits, by inversion of the distribution function. The
// lowest bit gives the sign, the other 31 the tail probability p = (bits + 1/2) / 2^32, so |z|
// reaches 6.3. Our own minimax fit of z / (1 - 2p) in w = -log(4p(1 - p)); relative error
// below 1.3e-7 plus rounding.
template <class T>
T normal(std::uint32_t bits) {
  const T p = (static_cast<T>(static_cast<std::int32_t>(bits >> 1)) + T(0.5)) * T(0x1p-32);
  const T x = T(1) - T(2) * p;
  const T w = -log(T(4) * p * (T(1) - p));
  const T c = w - T(2.5);
  const T central = detail::horner(c, T(4.03546347e-08), T(4.86103935e-07), T(-4.99056521e-06),
                                   T(-6.21799274e-06), T(3.09150203e-04), T(-1.77301016e-03),
                                   T(-5.90817097e-03), T(0.34880266), T(2.12331357));
  const T t = std::sqrt(maximum(w, T(0))) - T(3.4897422338761794);
  const T tail = detail::horner(t, T(5.10173787e-05), T(1.18298911e-05), T(-4.27001407e-04),
                                T(7.71718544e-04), T(-9.17983731e-04), T(1.5199076e-03),
                                T(-3.01068026e-03), T(4.739483e-03), T(1.4245415), T(4.70247563));
  const T z = x * select(w < T(5), central, tail);
  return select((bits & 1) != 0, -z, z);
}

// A uniform number in [0, 1) from 32 random bits, with 24 of them, so that float and double agree.
template <class T>
T uniform(std::uint32_t bits) {
  return static_cast<T>(static_cast<std::int32_t>(bits >> 8)) * T(0x1p-24);
}

}  // namespace nernst::math
