// SPDX-License-Identifier: Apache-2.0
// Vectors that start on a cache line, and rows of them that do too.
#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace nernst {

inline constexpr std::size_t kCacheLineBytes = 64;

template <class T>
struct AlignedAllocator {
  using value_type = T;
  AlignedAllocator() = default;
  template <class Other>
  AlignedAllocator(const AlignedAllocator<Other>&) {}
  T* allocate(std::size_t count) {
    return static_cast<T*>(
        ::operator new(count * sizeof(T), std::align_val_t{kCacheLineBytes}));
  }
  void deallocate(T* data, std::size_t) {
    ::operator delete(data, std::align_val_t{kCacheLineBytes});
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

}  // namespace nernst
