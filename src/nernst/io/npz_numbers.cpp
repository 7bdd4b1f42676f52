// SPDX-License-Identifier: Apache-2.0
#include "nernst/io/npz_numbers.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>

#include "nernst/base/error.h"
#include "nernst/base/half.h"

namespace nernst::io {

namespace {

static_assert(std::endian::native == std::endian::little,
              "numbers are copied as they lie in memory");

template <class Stored, class Convert>
std::vector<double> decode(std::string_view bytes, bool big_endian, Convert convert) {
  std::vector<double> numbers(bytes.size() / sizeof(Stored));
  for (std::size_t k = 0; k < numbers.size(); ++k) {
    std::array<char, sizeof(Stored)> raw;
    std::memcpy(raw.data(), bytes.data() + k * sizeof(Stored), sizeof(Stored));
    if (big_endian) std::reverse(raw.begin(), raw.end());
    numbers[k] = convert(std::bit_cast<Stored>(raw));
  }
  return numbers;
}

template <class Stored>
std::vector<double> decode(std::string_view bytes, bool big_endian) {
  return decode<Stored>(bytes, big_endian, [](Stored s) { return static_cast<double>(s); });
}

template <class One, class Two, class Four, class Eight>
std::vector<double> decode_integers(std::string_view bytes, NumberType type) {
  switch (type.bytes) {
    case 1:
      return decode<One>(bytes, type.big_endian);
    case 2:
      return decode<Two>(bytes, type.big_endian);
    case 4:
      return decode<Four>(bytes, type.big_endian);
    default:
      return decode<Eight>(bytes, type.big_endian);
  }
}

}  // namespace

std::optional<NumberType> number_type(std::string_view name) {
  if (name.size() != 2) return std::nullopt;
  const auto bytes = static_cast<std::size_t>(name[1] - '0');
  const bool even = bytes == 2 || bytes == 4 || bytes == 8;
  if (name[0] == 'f' && even) return NumberType{NumberKind::real, bytes};
  if (name[0] == 'i' && (even || bytes == 1)) return NumberType{NumberKind::integer, bytes};
  if (name[0] == 'u' && (even || bytes == 1)) return NumberType{NumberKind::natural, bytes};
  if (name == "b1") return NumberType{NumberKind::truth, 1};
  return std::nullopt;
}

std::optional<std::size_t> count_of(const std::vector<std::size_t>& shape, std::size_t most) {
  // an extent of 0 makes the others not matter
  if (std::find(shape.begin(), shape.end(), 0u) != shape.end()) return 0;
  std::size_t count = 1;
  for (const std::size_t extent : shape) {
    if (extent > most / count) return std::nullopt;
    count *= extent;
  }
  if (count > most) return std::nullopt;
  return count;
}

std::vector<double> decode_numbers(std::string_view bytes, NumberType type) {
  NERNST_CHECK(bytes.size() % type.bytes == 0);
  switch (type.kind) {
    case NumberKind::real:
      if (type.bytes == 4) return decode<float>(bytes, type.big_endian);
      if (type.bytes == 8) return decode<double>(bytes, type.big_endian);
      return decode<std::uint16_t>(bytes, type.big_endian, half_number);
    case NumberKind::integer:
      return decode_integers<std::int8_t, std::int16_t, std::int32_t, std::int64_t>(bytes, type);
    case NumberKind::natural:
      return decode_integers<std::uint8_t, std::uint16_t, std::uint32_t, std::uint64_t>(bytes,
                                                                                        type);
    case NumberKind::truth:
      break;
  }
  return decode<std::uint8_t>(bytes, false, [](std::uint8_t b) { return b == 0 ? 0.0 : 1.0; });
}

double half_number(unsigned bits) {
  const auto half = static_cast<std::uint16_t>(bits);
  // the largest exponent, which the cells' halves do not use
  if ((half & 0x7c00u) == 0x7c00u) {
    if ((half & 0x3ffu) != 0) return std::numeric_limits<double>::quiet_NaN();
    const double infinity = std::numeric_limits<double>::infinity();
    return (half & 0x8000u) != 0 ? -infinity : infinity;
  }
  return static_cast<double>(from_half(half));
}

}  // namespace nernst::io
