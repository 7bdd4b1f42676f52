// SPDX-License-Identifier: Apache-2.0
// The IDX format of MNIST (Yann LeCun, "The MNIST database", file formats): an array of unsigned
// bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nernst::io {

// `values` has the product of `shape` entries, the last index fastest.
struct IdxArray {
  std::vector<std::size_t> shape;
  std::vector<std::uint8_t> values;
};

// The array in `bytes` (uncompressed). Throws ConfigError, naming `name`, for another format,
// another type of number than unsigned bytes, and a length that is not exactly the one that the
// shape asks for.
IdxArray parse_idx(std::string_view bytes, const std::string& name);

}  // namespace nernst::io
