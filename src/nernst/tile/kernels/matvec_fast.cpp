// SPDX-License-Identifier: Apache-2.0
// The vector version, written once with Highway and compiled for each instruction set; which one
// runs is chosen when the program starts.
#include "nernst/tile/kernels/matvec.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nernst/tile/kernels/matvec_fast.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace nernst::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// The 16 partial sums fill one register of the widest instruction set and several of a narrower
// one.
using Tag = hn::CappedTag<float, 16>;
constexpr std::size_t kPartials = 16;

// The sum of 16 partial sums as a binary tree: halves onto halves.
inline float tree_sum(float* partial) {
  for (std::size_t half = kPartials / 2; half > 0; half /= 2)
    for (std::size_t k = 0; k < half; ++k) partial[k] += partial[k + half];
  return partial[0];
}

// `Rows` rows of the product, whose first weight is at `w`; they share the loads of x.
template <std::size_t Rows>
void dot_rows(const float* HWY_RESTRICT w, std::size_t stride, std::size_t columns,
              const float* HWY_RESTRICT x, float* HWY_RESTRICT y) {
  const Tag tag;
  constexpr std::size_t lanes = hn::MaxLanes(Tag());
  constexpr std::size_t parts = kPartials / lanes;
  const std::size_t whole = columns / kPartials * kPartials;
  hn::Vec<Tag> sums[Rows][parts];
  for (std::size_t r = 0; r < Rows; ++r)
    for (std::size_t p = 0; p < parts; ++p) sums[r][p] = hn::Zero(tag);

  for (std::size_t c = 0; c < whole; c += kPartials) {
    for (std::size_t p = 0; p < parts; ++p) {
      const auto in = hn::LoadU(tag, x + c + p * lanes);
      for (std::size_t r = 0; r < Rows; ++r) {
        const auto weights = hn::LoadU(tag, w + r * stride + c + p * lanes);
        // a product and a sum, each rounded, as the plain version has them
        sums[r][p] = hn::Add(sums[r][p], hn::Mul(weights, in));
      }
    }
  }
  for (std::size_t r = 0; r < Rows; ++r) {
    HWY_ALIGN float partial[kPartials];
    for (std::size_t p = 0; p < parts; ++p) hn::Store(sums[r][p], tag, partial + p * lanes);
    for (std::size_t c = whole; c < columns; ++c) partial[c - whole] += w[r * stride + c] * x[c];
    y[r] = tree_sum(partial);
  }
}

void mvm(MatrixView<const float> w, std::span<const float> x, std::span<float> y) {
  const float* const weights = w.data();
  const std::size_t stride = w.stride(), columns = w.columns();
  std::size_t row = 0;
  for (; row + 4 <= w.rows(); row += 4)
    dot_rows<4>(weights + row * stride, stride, columns, x.data(), y.data() + row);
  for (; row < w.rows(); ++row)
    dot_rows<1>(weights + row * stride, stride, columns, x.data(), y.data() + row);
}

// x[column .. column + Width) over all rows, in their order.
template <class D, std::size_t Width>
void add_columns(D tag, const float* HWY_RESTRICT w, std::size_t stride, std::size_t rows,
                 const float* HWY_RESTRICT y, float* HWY_RESTRICT x) {
  constexpr std::size_t lanes = hn::MaxLanes(D());
  constexpr std::size_t parts = Width / lanes;
  hn::Vec<D> sums[parts];
  for (std::size_t p = 0; p < parts; ++p) sums[p] = hn::Zero(tag);
  for (std::size_t row = 0; row < rows; ++row) {
    const auto factor = hn::Set(tag, y[row]);
    for (std::size_t p = 0; p < parts; ++p)
      sums[p] = hn::Add(sums[p], hn::Mul(hn::LoadU(tag, w + row * stride + p * lanes), factor));
  }
  for (std::size_t p = 0; p < parts; ++p) hn::StoreU(sums[p], tag, x + p * lanes);
}

void mvm_transposed(MatrixView<const float> w, std::span<const float> y, std::span<float> x) {
  const float* const weights = w.data();
  const std::size_t stride = w.stride(), columns = w.columns(), rows = w.rows();
  std::size_t c = 0;
  for (; c + 64 <= columns; c += 64)
    add_columns<Tag, 64>(Tag(), weights + c, stride, rows, y.data(), x.data() + c);
  for (; c + 16 <= columns; c += 16)
    add_columns<Tag, 16>(Tag(), weights + c, stride, rows, y.data(), x.data() + c);
  using One = hn::CappedTag<float, 1>;
  for (; c < columns; ++c)
    add_columns<One, 1>(One(), weights + c, stride, rows, y.data(), x.data() + c);
}

std::string_view target_name() { return hwy::TargetName(HWY_TARGET); }

}  // namespace nernst::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nernst {

HWY_EXPORT(mvm);
HWY_EXPORT(mvm_transposed);
HWY_EXPORT(target_name);

MatVecKernels fast_matvec() {
  return {[](MatrixView<const float> w, std::span<const float> x, std::span<float> y) {
            HWY_DYNAMIC_DISPATCH(mvm)(w, x, y);
          },
          [](MatrixView<const float> w, std::span<const float> y, std::span<float> x) {
            HWY_DYNAMIC_DISPATCH(mvm_transposed)(w, y, x);
          }};
}

std::string_view instruction_set() { return HWY_DYNAMIC_DISPATCH(target_name)(); }

}  // namespace nernst
#endif
