// SPDX-License-Identifier: Apache-2.0
// The vector version, written once with Highway and compiled for each instruction set; which one
// runs is chosen when the program starts.
#include "nernst/tile/kernels/matvec.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nernst/tile/kernels/matvec_fast.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "nernst/base/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace nernst::HWY_NAMESPACE {

// The 16 partial sums fill one register of the widest instruction set and several of a narrower
// one.
constexpr std::size_t kParts = kLaneBlock / kLanes;

// The sum of the lanes as a binary tree: halves onto halves.
template <class D>
HWY_INLINE float lane_tree(D tag, hn::Vec<D> lanes) {
#if HWY_TARGET == HWY_SCALAR
  (void)tag;
  return hn::GetLane(lanes);
#else
  if constexpr (hn::MaxLanes(D()) > 4) {
    const hn::Half<D> half;
    return lane_tree(half, hn::Add(hn::LowerHalf(half, lanes), hn::UpperHalf(half, lanes)));
  } else {
    (void)tag;
    const auto pairs = hn::Add(lanes, hn::Shuffle1032(lanes));
    return hn::GetLane(hn::Add(pairs, hn::Shuffle2301(pairs)));
  }
#endif
}

// The same of 16 partial sums, over registers first.
HWY_INLINE float tree_sum(const FloatVec* sums) {
  FloatVec parts[kParts];
  for (std::size_t p = 0; p < kParts; ++p) parts[p] = sums[p];
  for (std::size_t half = kParts / 2; half > 0; half /= 2)
    for (std::size_t p = 0; p < half; ++p) parts[p] = hn::Add(parts[p], parts[p + half]);
  return lane_tree(FloatTag(), parts[0]);
}

// Products of `Rows` rows with `Samples` vectors; each weight and each input is loaded once.
template <std::size_t Rows, std::size_t Samples>
HWY_INLINE void dot_block(const float* HWY_RESTRICT w, std::size_t w_stride, std::size_t columns,
                          const float* HWY_RESTRICT x, std::size_t x_stride, float* HWY_RESTRICT y,
                          std::size_t y_stride) {
  const FloatTag tag;
  FloatVec sums[Rows][Samples][kParts];
  for (auto& row : sums)
    for (auto& sample : row)
      for (auto& sum : sample) sum = hn::Zero(tag);
  for (std::size_t c = 0; c < columns; c += kLaneBlock) {
    for (std::size_t p = 0; p < kParts; ++p) {
      const std::size_t at = c + p * kLanes;
      FloatVec in[Samples];
      for (std::size_t s = 0; s < Samples; ++s) in[s] = hn::Load(tag, x + s * x_stride + at);
      for (std::size_t r = 0; r < Rows; ++r) {
        const auto weights = hn::Load(tag, w + r * w_stride + at);
        // a product and a sum, each rounded, as the plain version has them
        for (std::size_t s = 0; s < Samples; ++s)
          sums[r][s][p] = hn::Add(sums[r][s][p], hn::Mul(weights, in[s]));
      }
    }
  }
  for (std::size_t r = 0; r < Rows; ++r)
    for (std::size_t s = 0; s < Samples; ++s) y[s * y_stride + r] = tree_sum(sums[r][s]);
}

template <std::size_t Rows>
void dot_rows(MatrixView<const float> w, std::size_t row, MatrixView<const float> x,
              MatrixView<float> y) {
  // as many sums as there are registers for
  constexpr std::size_t samples = HWY_TARGET <= HWY_AVX3 ? 4 : 2;
  const float* const weights = w.data() + row * w.stride();
  std::size_t b = 0;
  for (; b + samples <= x.rows(); b += samples)
    dot_block<Rows, samples>(weights, w.stride(), w.columns(), x.data() + b * x.stride(),
                             x.stride(), y.data() + b * y.stride() + row, y.stride());
  for (; b < x.rows(); ++b)
    dot_block<Rows, 1>(weights, w.stride(), w.columns(), x.data() + b * x.stride(), x.stride(),
                       y.data() + b * y.stride() + row, y.stride());
}

void mvm(MatrixView<const float> w, MatrixView<const float> x, MatrixView<float> y) {
  std::size_t row = 0;
  for (; row + 4 <= w.rows(); row += 4) dot_rows<4>(w, row, x, y);
  for (; row < w.rows(); ++row) dot_rows<1>(w, row, x, y);
}

// Adds `rows` rows to `Width` columns of `Samples` products, in their order.
template <std::size_t Width, std::size_t Samples>
HWY_INLINE void add_rows(const float* HWY_RESTRICT w, std::size_t w_stride, std::size_t rows,
                         const float* HWY_RESTRICT y, std::size_t y_stride, float* HWY_RESTRICT x,
                         std::size_t x_stride) {
  const FloatTag tag;
  constexpr std::size_t parts = Width / kLanes;
  FloatVec sums[Samples][parts];
  for (std::size_t s = 0; s < Samples; ++s)
    for (std::size_t p = 0; p < parts; ++p)
      sums[s][p] = hn::Load(tag, x + s * x_stride + p * kLanes);
  for (std::size_t row = 0; row < rows; ++row) {
    FloatVec weights[parts];
    for (std::size_t p = 0; p < parts; ++p)
      weights[p] = hn::Load(tag, w + row * w_stride + p * kLanes);
    for (std::size_t s = 0; s < Samples; ++s) {
      const auto factor = hn::Set(tag, y[s * y_stride + row]);
      for (std::size_t p = 0; p < parts; ++p)
        sums[s][p] = hn::Add(sums[s][p], hn::Mul(weights[p], factor));
    }
  }
  for (std::size_t s = 0; s < Samples; ++s)
    for (std::size_t p = 0; p < parts; ++p)
      hn::Store(sums[s][p], tag, x + s * x_stride + p * kLanes);
}

template <std::size_t Width>
void add_columns(MatrixView<const float> w, std::size_t column, MatrixView<const float> y,
                 MatrixView<float> x) {
  constexpr std::size_t samples = 4;
  const float* const weights = w.data() + column;
  std::size_t b = 0;
  for (; b + samples <= y.rows(); b += samples)
    add_rows<Width, samples>(weights, w.stride(), w.rows(), y.data() + b * y.stride(), y.stride(),
                             x.data() + b * x.stride() + column, x.stride());
  for (; b < y.rows(); ++b)
    add_rows<Width, 1>(weights, w.stride(), w.rows(), y.data() + b * y.stride(), y.stride(),
                       x.data() + b * x.stride() + column, x.stride());
}

void add_block(MatrixView<const float> w, MatrixView<const float> y, MatrixView<float> x) {
  constexpr std::size_t wide = HWY_TARGET <= HWY_AVX3 ? 64 : 16;
  std::size_t c = 0;
  // one vector: two lines at a time are too few to keep the memory busy
  if (y.rows() == 1)
    for (; c + 2 * wide <= w.columns(); c += 2 * wide) add_columns<2 * wide>(w, c, y, x);
  for (; c + wide <= w.columns(); c += wide) add_columns<wide>(w, c, y, x);
  for (; c < w.columns(); c += kLaneBlock) add_columns<kLaneBlock>(w, c, y, x);
}

void mvm_transposed(MatrixView<const float> w, MatrixView<const float> y, MatrixView<float> x) {
  for (std::size_t b = 0; b < x.rows(); ++b)
    std::fill_n(x.data() + b * x.stride(), padded(w.columns()), 0.0f);
  // what does not fit in the cache is read along its rows, some at a time, and not down its columns
  constexpr std::size_t cached = 1 << 19, some = 16;
  const std::size_t together = y.rows() == 1 && w.rows() * w.columns() > cached ? some : w.rows();
  for (std::size_t row = 0; row < w.rows(); row += together) {
    const std::size_t rows = std::min(together, w.rows() - row);
    add_block(w.block(row, 0, rows, w.columns()), y.block(0, row, y.rows(), rows), x);
  }
}

}  // namespace nernst::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nernst {

HWY_EXPORT(mvm);
HWY_EXPORT(mvm_transposed);

MatMulKernels fast_matmul() {
  return {[](MatrixView<const float> w, MatrixView<const float> x, MatrixView<float> y) {
            HWY_DYNAMIC_DISPATCH(mvm)(w, x, y);
          },
          [](MatrixView<const float> w, MatrixView<const float> y, MatrixView<float> x) {
            HWY_DYNAMIC_DISPATCH(mvm_transposed)(w, y, x);
          }};
}

}  // namespace nernst
#endif
