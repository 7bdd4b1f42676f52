// SPDX-License-Identifier: Apache-2.0
// A vector of floats as a number type, so that a device law, written once as a template, runs on
// all lanes of a register. Included once for each instruction set (see Highway's foreach_target).
//
// A value is kept as an array and not as a register: laws are compiled for the plainest machine, on
// which a wide register cannot be passed, and only inlined into kernels that may use it. The
// compiler removes the way through memory.
#include <hwy/highway.h>

#include <type_traits>

#include "nernst/base/aligned.h"
#include "nernst/base/math.h"

#if defined(NERNST_BASE_LANES_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef NERNST_BASE_LANES_INL_H
#undef NERNST_BASE_LANES_INL_H
#else
#define NERNST_BASE_LANES_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace nernst::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using FloatTag = hn::CappedTag<float, kLaneBlock>;
using WordTag = hn::Rebind<std::uint32_t, FloatTag>;
using IntTag = hn::Rebind<std::int32_t, FloatTag>;
using FloatVec = hn::Vec<FloatTag>;
using WordVec = hn::Vec<WordTag>;
using FloatMask = hn::Mask<FloatTag>;
inline constexpr std::size_t kLanes = hn::MaxLanes(FloatTag());

// What differs from lane to lane as true or false. A mask register is a plain integer and kept as
// it is; elsewhere a mask is a vector, and kept as an array like Lanes.
template <class Mask, bool = (sizeof(Mask) <= sizeof(std::uint32_t))>
class MaskStore {
 public:
  MaskStore(Mask mask) : mask_(mask) {}
  Mask get() const { return mask_; }

 private:
  Mask mask_;
};
template <class Mask>
class MaskStore<Mask, false> {
 public:
  MaskStore(Mask mask) { hn::Store(hn::VecFromMask(FloatTag(), mask), FloatTag(), lanes_); }
  Mask get() const { return hn::MaskFromVec(hn::Load(FloatTag(), lanes_)); }

 private:
  alignas(kCacheLineBytes) float lanes_[kLanes];
};
using LaneMask = MaskStore<FloatMask>;

class Lanes {
 public:
  Lanes() = default;
  Lanes(FloatVec values) { hn::Store(values, FloatTag(), lanes_); }
  template <class Number>
  requires std::is_arithmetic_v<Number>
  explicit Lanes(Number value) : Lanes(hn::Set(FloatTag(), static_cast<float>(value))) {}
  FloatVec get() const { return hn::Load(FloatTag(), lanes_); }

 private:
  alignas(kCacheLineBytes) float lanes_[kLanes];
};

// Not friends: g++ 12 compiles those for the plainest machine.
inline Lanes operator+(const Lanes& a, const Lanes& b) { return hn::Add(a.get(), b.get()); }
inline Lanes operator-(const Lanes& a, const Lanes& b) { return hn::Sub(a.get(), b.get()); }
inline Lanes operator*(const Lanes& a, const Lanes& b) { return hn::Mul(a.get(), b.get()); }
inline Lanes operator/(const Lanes& a, const Lanes& b) { return hn::Div(a.get(), b.get()); }
inline Lanes operator-(const Lanes& a) { return hn::Neg(a.get()); }
inline LaneMask operator<(const Lanes& a, const Lanes& b) { return hn::Lt(a.get(), b.get()); }
inline LaneMask operator>(const Lanes& a, const Lanes& b) { return hn::Gt(a.get(), b.get()); }

// The functions of base/math.h that a law may use. The operands of Min and Max stand so that equal
// ones (0 and -0) give what the plain versions give.
inline Lanes select(const LaneMask& mask, const Lanes& a, const Lanes& b) {
  return hn::IfThenElse(mask.get(), a.get(), b.get());
}
// The same choice for all lanes. Without it a law's `condition ? a : b` would choose an address,
// and both values would go through memory.
inline Lanes select(bool condition, const Lanes& a, const Lanes& b) {
  const auto chosen = hn::Set(IntTag(), condition ? std::int32_t{-1} : std::int32_t{0});
  return hn::IfThenElse(hn::MaskFromVec(hn::BitCast(FloatTag(), chosen)), a.get(), b.get());
}
inline Lanes minimum(const Lanes& a, const Lanes& b) { return hn::Min(b.get(), a.get()); }
inline Lanes maximum(const Lanes& a, const Lanes& b) { return hn::Max(b.get(), a.get()); }
inline Lanes clamp(const Lanes& x, const Lanes& low, const Lanes& high) {
  return minimum(maximum(x, low), high);
}
inline Lanes sqrt(const Lanes& x) { return hn::Sqrt(x.get()); }

inline Lanes truncated(const Lanes& x) {
  return hn::ConvertTo(FloatTag(), hn::ConvertTo(IntTag(), x.get()));
}
inline Lanes power_of_two(const Lanes& whole) {
  const IntTag integers;
  const auto exponent =
      hn::Add(hn::ConvertTo(integers, whole.get()), hn::Set(integers, std::int32_t{127}));
  return hn::BitCast(FloatTag(), hn::ShiftLeft<23>(exponent));
}
inline math::Split<Lanes> split(const Lanes& x) {
  const IntTag integers;
  const auto low = hn::Set(integers, std::int32_t{0x3f3504f3});
  const auto bits = hn::Sub(hn::BitCast(integers, x.get()), low);
  const auto mantissa = hn::Add(hn::And(bits, hn::Set(integers, std::int32_t{0x007fffff})), low);
  return {hn::BitCast(FloatTag(), mantissa), hn::ConvertTo(FloatTag(), hn::ShiftRight<23>(bits))};
}

}  // namespace nernst::HWY_NAMESPACE

namespace nernst::math {
template <>
struct NumberOf<HWY_NAMESPACE::Lanes> {
  using type = float;
};
}  // namespace nernst::math
HWY_AFTER_NAMESPACE();

#endif  // toggle
