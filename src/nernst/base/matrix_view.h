// SPDX-License-Identifier: Apache-2.0
// A rectangular view of numbers stored row by row; owns nothing.
#pragma once

#include <cstddef>
#include <span>
#include <type_traits>
#include <vector>

#include "nernst/base/error.h"

namespace nernst {

// `rows` x `columns` numbers; row r starts at `data + r * stride`.
template <class T>
class MatrixView {
 public:
  MatrixView() = default;
  MatrixView(T* data, std::size_t rows, std::size_t columns, std::size_t stride)
      : data_(data), rows_(rows), columns_(columns), stride_(stride) {}
  MatrixView(T* data, std::size_t rows, std::size_t columns)
      : MatrixView(data, rows, columns, columns) {}

  // A view of mutable numbers serves wherever constant ones are asked for.
  operator MatrixView<const T>() const requires(!std::is_const_v<T>) {
    return {data_, rows_, columns_, stride_};
  }

  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }
  std::size_t stride() const { return stride_; }
  bool empty() const { return rows_ == 0 || columns_ == 0; }
  T* data() const { return data_; }
  T& operator()(std::size_t row, std::size_t column) const { return data_[row * stride_ + column]; }
  std::span<T> row(std::size_t r) const { return {data_ + r * stride_, columns_}; }

  // The block of `rows` x `columns` numbers whose first corner is (row, column).
  MatrixView block(std::size_t row, std::size_t column, std::size_t rows,
                   std::size_t columns) const {
    NERNST_CHECK(row + rows <= rows_ && column + columns <= columns_);
    return {data_ + row * stride_ + column, rows, columns, stride_};
  }

 private:
  T* data_ = nullptr;
  std::size_t rows_ = 0, columns_ = 0, stride_ = 0;
};

// A matrix that owns its numbers, stored row by row without gaps.
template <class T>
class Matrix {
 public:
  Matrix() = default;
  Matrix(std::size_t rows, std::size_t columns, T value = T())
      : rows_(rows), columns_(columns), values_(rows * columns, value) {}

  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }
  T& operator()(std::size_t r, std::size_t c) { return values_[r * columns_ + c]; }
  const T& operator()(std::size_t r, std::size_t c) const { return values_[r * columns_ + c]; }
  std::span<T> row(std::size_t r) { return {values_.data() + r * columns_, columns_}; }
  std::span<const T> row(std::size_t r) const { return {values_.data() + r * columns_, columns_}; }
  std::vector<T>& values() & { return values_; }
  const std::vector<T>& values() const& { return values_; }
  // a temporary's numbers would be gone before they are read
  const std::vector<T>& values() && = delete;
  MatrixView<T> view() { return {values_.data(), rows_, columns_}; }
  MatrixView<const T> view() const { return {values_.data(), rows_, columns_}; }

 private:
  std::size_t rows_ = 0, columns_ = 0;
  std::vector<T> values_;
};

}  // namespace nernst
