// SPDX-License-Identifier: Apache-2.0
#include "nernst/io/idx.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "nernst/base/error.h"
#include "nernst/io/gzip.h"

namespace nernst::io {

namespace {

constexpr unsigned kUnsignedByte = 0x08;

// Bytes of a number of this type; 0 for what is no type.
std::size_t bytes_of_type(unsigned type) {
  switch (type) {
    case kUnsignedByte:
    case 0x09:
      return 1;
    case 0x0B:
      return 2;
    case 0x0C:
    case 0x0D:
      return 4;
    case 0x0E:
      return 8;
    default:
      return 0;
  }
}

// Numbers of one type, the highest byte first.
template <class Number, class Bits>
std::vector<double> decode(std::string_view data) {
  std::vector<double> numbers(data.size() / sizeof(Bits));
  for (std::size_t k = 0; k < numbers.size(); ++k) {
    Bits bits = 0;
    for (std::size_t b = 0; b < sizeof(Bits); ++b)
      bits = static_cast<Bits>((std::uint64_t{bits} << 8) |
                               static_cast<unsigned char>(data[k * sizeof(Bits) + b]));
    numbers[k] = static_cast<double>(std::bit_cast<Number>(bits));
  }
  return numbers;
}

std::vector<double> decode(std::string_view data, unsigned type) {
  switch (type) {
    case 0x09:
      return decode<std::int8_t, std::uint8_t>(data);
    case 0x0B:
      return decode<std::int16_t, std::uint16_t>(data);
    case 0x0C:
      return decode<std::int32_t, std::uint32_t>(data);
    case 0x0D:
      return decode<float, std::uint32_t>(data);
    default:
      return decode<double, std::uint64_t>(data);
  }
}

std::uint32_t big_endian_32(std::string_view bytes) {
  std::uint32_t number = 0;
  for (const char byte : bytes.substr(0, 4))
    number = (number << 8) | static_cast<unsigned char>(byte);
  return number;
}

// What the magic number and the extents after it say.
struct IdxHeader {
  unsigned type = kUnsignedByte;
  std::vector<std::size_t> shape;
  std::size_t bytes = 0;  // of the header itself
  // bytes of numbers that the shape asks for; at least 2^62 where they are more
  std::size_t data_bytes = 0;
};

IdxHeader parse_header(std::string_view bytes, const std::string& name) {
  // the magic number: two zeros, the type of the numbers, how many dimensions
  if (bytes.size() < 4 || bytes[0] != 0 || bytes[1] != 0)
    throw ConfigError(name, "", "is not an IDX file (as MNIST has them)");
  const unsigned type = static_cast<unsigned char>(bytes[2]);
  const std::size_t dimensions = static_cast<unsigned char>(bytes[3]);
  if (bytes_of_type(type) == 0)
    throw ConfigError(name, "",
                      fmt::format("has numbers of IDX type 0x{:02x}; give bytes (0x08, 0x09), "
                                  "integers (0x0b, 0x0c), floats (0x0d) or doubles (0x0e)",
                                  type));
  if (dimensions == 0) throw ConfigError(name, "", "is an IDX file without dimensions");
  IdxHeader header{
      .type = type, .shape = {}, .bytes = 4 + 4 * dimensions, .data_bytes = bytes_of_type(type)};
  if (bytes.size() < header.bytes)
    throw ConfigError(name, "", "is cut short within its IDX header");

  // the product stops growing before it can overflow
  constexpr std::size_t most = std::size_t{1} << 62;
  bool empty = false;
  for (std::size_t k = 0; k < dimensions; ++k) {
    const std::size_t extent = big_endian_32(bytes.substr(4 + 4 * k));
    header.shape.push_back(extent);
    if (extent == 0)
      empty = true;
    else
      header.data_bytes = header.data_bytes > most / extent ? most : header.data_bytes * extent;
  }
  if (empty) header.data_bytes = 0;
  return header;
}

}  // namespace

IdxArray parse_idx(std::string_view bytes, const std::string& name) {
  IdxHeader header = parse_header(bytes, name);
  const std::string_view data = bytes.substr(header.bytes);
  if (data.size() < header.data_bytes)
    throw ConfigError(
        name, "",
        fmt::format("is cut short: {} bytes of data are fewer than its IDX header says",
                    data.size()));
  if (data.size() > header.data_bytes)
    throw ConfigError(name, "",
                      fmt::format("has {} bytes of data where its IDX header says {}", data.size(),
                                  header.data_bytes));
  if (header.type == kUnsignedByte) return {std::move(header.shape), {data.begin(), data.end()}};
  IdxArray array{std::move(header.shape), {}, decode(data, header.type)};
  if (!std::all_of(array.numbers.begin(), array.numbers.end(),
                   [](double number) { return std::isfinite(number); }))
    throw ConfigError(name, "", "has a number that is not finite");
  return array;
}

IdxArray read_idx(const Path& path, std::size_t max_bytes) {
  const std::string name = path.string();
  std::string bytes = read_file(path, max_bytes);
  if (is_gzip(bytes)) {
    // the header says how much there is to unpack, so no more is
    constexpr std::size_t longest_header = 4 + 4 * 255;
    const IdxHeader header = parse_header(gunzip_start(bytes, longest_header), name);
    const std::size_t wanted = header.bytes + header.data_bytes;
    if (wanted > max_bytes)
      throw ConfigError(name, "",
                        fmt::format("has {} bytes of data by its IDX header; give at most {}",
                                    header.data_bytes, max_bytes));
    bytes = gunzip(bytes, name, wanted,
                   fmt::format("its IDX header says {} bytes of data", header.data_bytes));
  }
  return parse_idx(bytes, name);
}

}  // namespace nernst::io
