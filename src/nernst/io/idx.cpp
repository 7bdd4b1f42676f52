// SPDX-License-Identifier: Apache-2.0
#include "nernst/io/idx.h"

#include <fmt/format.h>

#include "nernst/base/error.h"

namespace nernst::io {

namespace {

constexpr unsigned kUnsignedByte = 0x08;

std::uint32_t big_endian_32(std::string_view bytes) {
  std::uint32_t number = 0;
  for (const char byte : bytes.substr(0, 4))
    number = (number << 8) | static_cast<unsigned char>(byte);
  return number;
}

}  // namespace

IdxArray parse_idx(std::string_view bytes, const std::string& name) {
  // the magic number: two zeros, the type of the numbers, how many dimensions
  if (bytes.size() < 4 || bytes[0] != 0 || bytes[1] != 0)
    throw ConfigError(name, "", "is not an IDX file (as MNIST has them)");
  const unsigned type = static_cast<unsigned char>(bytes[2]);
  const std::size_t dimensions = static_cast<unsigned char>(bytes[3]);
  if (type != kUnsignedByte)
    throw ConfigError(
        name, "",
        fmt::format("has numbers of IDX type 0x{:02x}; give unsigned bytes (0x08)", type));
  if (dimensions == 0) throw ConfigError(name, "", "is an IDX file without dimensions");
  const std::size_t header_bytes = 4 + 4 * dimensions;
  if (bytes.size() < header_bytes)
    throw ConfigError(name, "", "is cut short within its IDX header");

  // the product is compared before it can overflow: no array is larger than its file
  IdxArray array;
  const std::string_view data = bytes.substr(header_bytes);
  std::size_t count = 1;
  bool too_large = false, empty = false;
  for (std::size_t k = 0; k < dimensions; ++k) {
    const std::size_t extent = big_endian_32(bytes.substr(4 + 4 * k));
    array.shape.push_back(extent);
    if (extent == 0) empty = true;
    if (!too_large && extent != 0) too_large = count > data.size() / extent;
    if (!too_large) count *= extent == 0 ? 1 : extent;
  }
  if (empty) count = 0;
  if (!empty && too_large)
    throw ConfigError(
        name, "",
        fmt::format("is cut short: {} bytes of data are fewer than its IDX header says",
                    data.size()));
  if (count != data.size())
    throw ConfigError(
        name, "",
        fmt::format("has {} bytes of data where its IDX header says {}", data.size(), count));
  array.values.assign(data.begin(), data.end());
  return array;
}

}  // namespace nernst::io
