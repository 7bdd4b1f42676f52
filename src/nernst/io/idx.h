// SPDX-License-Identifier: Apache-2.0
// The IDX format of MNIST (Yann LeCun, "The MNIST database", file formats): an array of unsigned
// bytes, of integers or of real numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "nernst/io/file.h"

namespace nernst::io {

// `values` has the product of `shape` entries, the last index fastest; or `numbers` has them, where
// the file's type is another than unsigned bytes.
struct IdxArray {
  std::vector<std::size_t> shape;
  std::vector<std::uint8_t> values;
  std::vector<double> numbers = {};
};

// The array in `bytes` (uncompressed). Throws ConfigError, naming `name`, for another format,
// an unknown type of number, a number that is not finite, and a length that is not exactly the one
// that the shape asks for.
IdxArray parse_idx(std::string_view bytes, const std::string& name);

// The array in the file at `path`, plain or gzip. A gzip file is unpacked as far as its IDX header
// says and no further. Throws ConfigError as parse_idx does, and for more than `max_bytes`; IoError
// when the system refuses.
IdxArray read_idx(const Path& path, std::size_t max_bytes = kMaxFileBytes);

}  // namespace nernst::io
