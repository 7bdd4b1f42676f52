// SPDX-License-Identifier: Apache-2.0
// NumPy's NPZ: a zip file of one .npy per array.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nernst/base/matrix_view.h"

namespace nernst::io {

// Collects named arrays and gives the bytes of a file that is not compressed, which depend on
// nothing but them. `numpy.load(path)[name]` is then the array, of float32 or float64. A file, and
// each array in it, is below 4 GiB: ConfigError.
class NpzWriter {
 public:
  // A matrix of shape (rows, columns); a name is used once.
  void add(const std::string& name, MatrixView<const float> matrix);
  void add(const std::string& name, MatrixView<const double> matrix);
  // A list of shape (size,).
  void add(const std::string& name, std::span<const float> values);
  void add(const std::string& name, std::span<const double> values);
  // A list of texts (NumPy's str), in UTF-8 here.
  void add_texts(const std::string& name, const std::vector<std::string>& texts);

  // The file; the writer is empty afterwards.
  std::string finish();

 private:
  struct Entry {
    std::string file_name;
    std::uint32_t crc, size, offset;
  };
  void refuse_too_large(const std::string& name, std::uint64_t size) const;
  void add_bytes(const std::string& name, const std::string& header, std::string_view data);
  template <class T>
  void add_array(const std::string& name, const std::string& shape, MatrixView<const T> matrix);

  std::vector<Entry> entries_;
  std::string bytes_;
};

// An array of a file: `values` has the product of `shape` entries, the last index fastest. A shape
// without extents is that of a single number.
struct NpzArray {
  std::string name;
  std::vector<std::size_t> shape;
  std::vector<double> values;
  std::vector<std::string> texts = {};  // instead, where they are texts (NumPy's str), in UTF-8
};

// The arrays in `bytes`, as numpy.savez and numpy.savez_compressed write them, in the order of the
// zip's central directory. Read are real numbers of 2, 4 and 8 bytes, integers and truths; any
// number may be NaN or infinite; and lists of texts. Throws ConfigError, naming `where` and the
// array, for everything else, for damage and for a file that unpacks to far more than its size.
std::vector<NpzArray> parse_npz(std::string_view bytes, const std::string& where);

// One array on its own, as numpy.save writes it (.npy). Throws ConfigError as parse_npz does.
NpzArray parse_npy(std::string_view bytes, const std::string& name, const std::string& where);

}  // namespace nernst::io
