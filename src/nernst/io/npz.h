// SPDX-License-Identifier: Apache-2.0
// NumPy's NPZ: a zip file, not compressed, of one .npy (format 1.0) per array. Writing only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nernst/base/matrix_view.h"

namespace nernst::io {

// Collects named arrays and gives the file's bytes, which depend on nothing but them.
// `numpy.load(path)[name]` is then the array, of float32 or float64. A file, and each array in it,
// is below 4 GiB: ConfigError.
class NpzWriter {
 public:
  // A matrix of shape (rows, columns); a name is used once.
  void add(const std::string& name, MatrixView<const float> matrix);
  void add(const std::string& name, MatrixView<const double> matrix);
  // A list of shape (size,).
  void add(const std::string& name, std::span<const float> values);
  void add(const std::string& name, std::span<const double> values);

  // The file; the writer is empty afterwards.
  std::string finish();

 private:
  struct Entry {
    std::string file_name;
    std::uint32_t crc, size, offset;
  };
  template <class T>
  void add_array(const std::string& name, const std::string& shape, MatrixView<const T> matrix);

  std::vector<Entry> entries_;
  std::string bytes_;
};

}  // namespace nernst::io
