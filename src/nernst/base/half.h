// SPDX-License-Identifier: Apache-2.0
// IEEE half precision (11 bits of mantissa) as 16 bits: how constants of cells are kept.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

namespace nernst {

// The half nearest to `value`, ties to even; past the range the largest half.
inline std::uint16_t to_half(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const auto sign = static_cast<std::uint16_t>((bits >> 16) & 0x8000u);
  const float magnitude = std::bit_cast<float>(bits & 0x7fffffffu);
  if (magnitude >= 65504.0f) return static_cast<std::uint16_t>(sign | 0x7bffu);
  if (magnitude < 0x1p-14f) {
    // subnormal: steps of 2^-24; the sum with 2^23 rounds to them, ties to even
    const float steps = magnitude * 0x1p24f + 0x1p23f;
    return static_cast<std::uint16_t>(sign | (std::bit_cast<std::uint32_t>(steps) & 0x7ffu));
  }
  const std::uint32_t m = std::bit_cast<std::uint32_t>(magnitude);
  const std::uint32_t rounded = m + 0xfffu + ((m >> 13) & 1u);
  return static_cast<std::uint16_t>(sign | ((rounded - (112u << 23)) >> 13));
}

inline float from_half(std::uint16_t half) {
  const std::uint32_t sign = (half & 0x8000u) << 16;
  const std::uint32_t rest = half & 0x7fffu;
  if (rest < 0x400u) {
    const float magnitude = static_cast<float>(rest) * 0x1p-24f;
    return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(magnitude));
  }
  return std::bit_cast<float>(sign | ((rest << 13) + (112u << 23)));
}

}  // namespace nernst
