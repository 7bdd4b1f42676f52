// SPDX-License-Identifier: Apache-2.0
// exp, log, pow and the normal distribution from fixed polynomials, for float and double.
//
// glibc picks its own versions by processor, and they differ in the last bits; these use only +, -,
// *, / and sqrt, which IEEE 754 fixes, so a result is the same on every machine. Each is
// branch-free and, in single precision, a template on the number type, so that the kernels run the
// same lines on vectors.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "nernst/base/normal_cubics.h"

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

// The plain number inside a number type: itself, or what a vector type says.
template <class T>
struct NumberOf {
  using type = T;
};
template <class T>
concept SinglePrecision = std::is_same_v < typename NumberOf<T>::type,
float > ;

// What exp and log of single precision need besides arithmetic; a vector type brings its own.

// x without its fraction, |x| < 2^31.
inline float truncated(float x) { return static_cast<float>(static_cast<std::int32_t>(x)); }
// 2^whole for a whole number from -126 to 127.
inline float power_of_two(float whole) {
  return std::bit_cast<float>((static_cast<std::int32_t>(whole) + 127) << 23);
}
// x = mantissa 2^exponent with the mantissa in [1/sqrt 2, sqrt 2), so that log(1) is exactly 0.
template <class T>
struct Split {
  T mantissa, exponent;
};
inline Split<float> split(float x) {
  const auto bits = std::bit_cast<std::int32_t>(x) - 0x3f3504f3;
  return {std::bit_cast<float>((bits & 0x007fffff) + 0x3f3504f3), static_cast<float>(bits >> 23)};
}

// e^x; relative error below 3e-7 (float) and 5e-16 (double); 0 and the largest number past the
// range.
template <SinglePrecision T>
T exp(T x) {
  const T limited = clamp(x, T(-87.0f), T(88.0f));
  const T scaled = limited * T(1.44269504f);
  const T whole = truncated(scaled + select(scaled < T(0.0f), T(-0.5f), T(0.5f)));
  // ln 2 in two parts, the first with few bits, so that whole * part is exact
  const T r = (limited - whole * T(0.693359375f)) + whole * T(2.12194440e-4f);
  const T p = detail::horner(r, T(1.0f / 5040), T(1.0f / 720), T(1.0f / 120), T(1.0f / 24),
                             T(1.0f / 6), T(0.5f), T(1.0f), T(1.0f));
  return select(x < T(-87.0f), T(0.0f), p * power_of_two(whole));
}

// (what is no number, as in a training that diverges, stays none)
inline double exp(double x) {
  if (!(x == x)) return x;
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
template <SinglePrecision T>
T log(T x) {
  const Split<T> parts = split(x);
  const T s = (parts.mantissa - T(1.0f)) / (parts.mantissa + T(1.0f)), z = s * s;
  const T p = detail::horner(z, T(2.0f / 9), T(2.0f / 7), T(2.0f / 5), T(2.0f / 3), T(2.0f));
  return parts.exponent * T(0.693359375f) + (s * p - parts.exponent * T(2.12194440e-4f));
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
  const T tiny = T(std::numeric_limits<typename NumberOf<T>::type>::min());
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

// A standard normal number from 32 random bits, by inversion of the distribution function. As a
// signed number k of 32 bits they are the sign and, as |k| / 2^31, the two-sided tail probability,
// so |z| reaches 6.2 (see normal_cubics.h for the error).
template <class T>
T normal(std::uint32_t bits) {
  // through float in every precision, so that all agree on the octave
  const auto tail =
      std::bit_cast<std::uint32_t>(static_cast<float>(static_cast<std::int32_t>(bits)));
  const std::uint32_t i = tail >> 23 & 31;
  const auto m = static_cast<T>(std::bit_cast<float>((tail & 0x007fffffu) | 0x3f800000u));
  const T z = detail::horner(m, T(kNormalCubics[3][i]), T(kNormalCubics[2][i]),
                             T(kNormalCubics[1][i]), T(kNormalCubics[0][i]));
  return select((tail >> 31) != 0, -z, z);
}

// A uniform number in [0, 1) from 32 random bits, with 24 of them, so that float and double agree.
template <class T>
T uniform(std::uint32_t bits) {
  return static_cast<T>(static_cast<std::int32_t>(bits >> 8)) * T(0x1p-24);
}

}  // namespace nernst::math
