// SPDX-License-Identifier: Apache-2.0
// Numbers as NumPy and ONNX store them, one after the other.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace nernst::io {

enum class NumberKind { real, integer, natural, truth };

// A type of number; `bytes` is 2, 4 or 8 for real ones, 1, 2, 4 or 8 for integers, 1 for truths.
struct NumberType {
  NumberKind kind = NumberKind::real;
  std::size_t bytes = 4;
  bool big_endian = false;
};

// NumPy's name of a type without its byte order ("f4", "i8", "u1", "b1"); nothing for a type that
// is not read here.
std::optional<NumberType> number_type(std::string_view name);

// How many numbers an array of this shape has; nothing when they are more than `most`. A list
// without extents is a single number.
std::optional<std::size_t> count_of(const std::vector<std::size_t>& shape, std::size_t most);

// The numbers in `bytes`, which are whole numbers of this type. Integers past 2^53 are rounded.
std::vector<double> decode_numbers(std::string_view bytes, NumberType type);

// The number whose IEEE half is `bits`, infinities and NaN included.
double half_number(unsigned bits);

}  // namespace nernst::io
