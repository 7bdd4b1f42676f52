// SPDX-License-Identifier: Apache-2.0
// Vectors that start on a cache line, and rows of them that do too.
#pragma once

#include <cstddef>
#include <new>
#include <span>
#include <vector>

#include "nernst/base/matrix_view.h"

namespace nernst {

inline constexpr std::size_t kCacheLineBytes = 64;

template <class T>
struct AlignedAllocator {
  using value_type = T;
  AlignedAllocator() = default;
  template <class Other>
  AlignedAllocator(const AlignedAllocator<Other>&) {}
  T* allocate(std::size_t count) {
    return static_cast<T*>(::operator new (count * sizeof(T), std::align_val_t{kCacheLineBytes}));
  }
  void deallocate(T* data, std::size_t) {
    ::operator delete (data, std::align_val_t{kCacheLineBytes});
  }
  friend bool operator==(const AlignedAllocator&, const AlignedAllocator&) { return true; }
};

template <class T>
using AlignedVector = std::vector<T, AlignedAllocator<T>>;

// Lanes that kernels work on together, whatever the instruction set: a cache line of floats.
inline constexpr std::size_t kLaneBlock = 16;

// `columns` rounded up to whole lane blocks: the stride of a plane of cells.
constexpr std::size_t padded(std::size_t columns) {
  return (columns + kLaneBlock - 1) / kLaneBlock * kLaneBlock;
}

// A matrix whose rows start on a cache line and go on with zeros to whole lane blocks.
template <class T>
class PaddedMatrix {
 public:
  PaddedMatrix() = default;
  PaddedMatrix(std::size_t rows, std::size_t columns)
      : rows_(rows), columns_(columns), values_(rows * padded(columns)) {}

  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }
  std::span<T> row(std::size_t r) { return {values_.data() + r * padded(columns_), columns_}; }
  std::span<const T> row(std::size_t r) const {
    return {values_.data() + r * padded(columns_), columns_};
  }
  // Row by row, the zeros among them.
  std::span<T> values() { return values_; }
  MatrixView<T> view() { return {values_.data(), rows_, columns_, padded(columns_)}; }
  MatrixView<const T> view() const { return {values_.data(), rows_, columns_, padded(columns_)}; }

 private:
  std::size_t rows_ = 0, columns_ = 0;
  AlignedVector<T> values_;
};

}  // namespace nernst
