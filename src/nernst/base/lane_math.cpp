// SPDX-License-Identifier: Apache-2.0
#include "nernst/base/lane_math.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nernst/base/lane_math.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "nernst/base/lanes-inl.h"
#include "nernst/base/noise-inl.h"

HWY_BEFORE_NAMESPACE();
namespace nernst::HWY_NAMESPACE {

using DoubleTag = hn::CappedTag<double, 8>;
using DoubleVec = hn::Vec<DoubleTag>;
inline constexpr std::size_t kDoubles = hn::MaxLanes(DoubleTag());

// Lanes k .. k + kDoubles of `values`, 0 past the end.
HWY_INLINE DoubleVec load_part(std::span<const double> values, std::size_t k) {
  const DoubleTag tag;
  if (k + kDoubles <= values.size()) return hn::LoadU(tag, values.data() + k);
  HWY_ALIGN double part[kDoubles] = {};
  std::copy(values.begin() + static_cast<std::ptrdiff_t>(std::min(k, values.size())), values.end(),
            part);
  return hn::Load(tag, part);
}

HWY_INLINE void store_part(DoubleVec values, std::span<double> result, std::size_t k) {
  const DoubleTag tag;
  if (k + kDoubles <= result.size()) return hn::StoreU(values, tag, result.data() + k);
  HWY_ALIGN double part[kDoubles];
  hn::Store(values, tag, part);
  std::copy(part, part + (result.size() - k), result.begin() + static_cast<std::ptrdiff_t>(k));
}

void normals(const NoiseStream& stream, std::uint64_t event, std::span<float> z) {
  const WordTag words;
  const FloatTag floats;
  HWY_ALIGN float part[kLanes];
  // 64 lines share 16 blocks, lane by lane; see NoiseStream::line_word
  for (std::size_t first = 0; first < z.size(); first += 4 * kLaneBlock) {
    for (std::size_t lane = 0; lane < kLaneBlock; lane += kLanes) {
      const auto block = hn::Iota(words, static_cast<std::uint32_t>(first / 4 + lane));
      const LaneWords drawn = lane_words(stream, block, event);
      for (std::size_t w = 0; w < 4; ++w) {
        const std::size_t k = first + w * kLaneBlock + lane;
        if (k >= z.size()) break;
        const auto values = lane_normal(drawn.word[w]);
        if (k + kLanes <= z.size()) {
          hn::StoreU(values, floats, z.data() + k);
        } else {
          hn::Store(values, floats, part);
          std::copy(part, part + (z.size() - k), z.begin() + static_cast<std::ptrdiff_t>(k));
        }
      }
    }
  }
}

double largest(std::span<const double> values) {
  const DoubleTag tag;
  auto most = hn::Zero(tag);
  for (std::size_t k = 0; k < values.size(); k += kDoubles) {
    const auto magnitude = hn::Abs(load_part(values, k));
    most = hn::IfThenElse(hn::Gt(magnitude, most), magnitude, most);
  }
  HWY_ALIGN double lanes[kDoubles];
  hn::Store(most, tag, lanes);
  return *std::max_element(lanes, lanes + kDoubles);
}

// The sum of `term` of all values, in eight partial sums and their tree.
template <class Term>
HWY_INLINE double tree_sum(std::span<const double> values, Term term) {
  const DoubleTag tag;
  constexpr std::size_t parts = 8 / kDoubles;
  DoubleVec sums[parts];
  for (auto& sum : sums) sum = hn::Zero(tag);
  for (std::size_t k = 0; k < values.size(); k += 8)
    for (std::size_t p = 0; p < parts; ++p)
      sums[p] = hn::Add(sums[p], term(load_part(values, k + p * kDoubles)));
  HWY_ALIGN double partial[8];
  for (std::size_t p = 0; p < parts; ++p) hn::Store(sums[p], tag, partial + p * kDoubles);
  for (std::size_t half = 4; half > 0; half /= 2)
    for (std::size_t k = 0; k < half; ++k) partial[k] += partial[k + half];
  return partial[0];
}

double squares(std::span<const double> values) {
  return tree_sum(values, [](auto v) HWY_ATTR { return hn::Mul(v, v); });
}
double plain_sum(std::span<const double> values) {
  return tree_sum(values, [](auto v) HWY_ATTR { return v; });
}

HWY_INLINE DoubleVec to_step(DoubleVec value, DoubleVec bound, DoubleVec step, bool rounds) {
  const auto limited =
      hn::IfThenElse(hn::Gt(value, bound), bound,
                     hn::IfThenElse(hn::Lt(value, hn::Neg(bound)), hn::Neg(bound), value));
  return rounds ? hn::Mul(hn::Round(hn::Div(limited, step)), step) : limited;
}

void quantise_inputs(std::span<const double> values, double divisor, double bound, double step,
                     std::span<double> result) {
  const DoubleTag tag;
  const auto over = hn::Set(tag, divisor), limit = hn::Set(tag, bound), grid = hn::Set(tag, step);
  for (std::size_t k = 0; k < values.size(); k += kDoubles)
    store_part(to_step(hn::Div(load_part(values, k), over), limit, grid, step > 0), result, k);
}

std::uint64_t quantise_sums(std::span<double> values, std::span<const float> z, double noise,
                            double bound, double step, double scale) {
  const DoubleTag tag;
  const hn::Rebind<float, DoubleTag> floats;
  const auto limit = hn::Set(tag, bound), grid = hn::Set(tag, step), times = hn::Set(tag, scale);
  std::uint64_t past = 0;
  for (std::size_t k = 0; k < values.size(); k += kDoubles) {
    auto value = load_part(values, k);
    if (noise != 0) {
      HWY_ALIGN float part[kDoubles] = {};
      const std::size_t last = std::min(k + kDoubles, values.size());
      std::copy(z.begin() + static_cast<std::ptrdiff_t>(k),
                z.begin() + static_cast<std::ptrdiff_t>(last), part);
      const auto draw = hn::PromoteTo(tag, hn::Load(floats, part));
      value = hn::Add(value, hn::Mul(hn::Set(tag, noise), draw));
    }
    past += hn::CountTrue(tag, hn::Gt(hn::Abs(value), limit));
    store_part(hn::Mul(to_step(value, limit, grid, step > 0), times), values, k);
  }
  return past;
}

const char* target() { return hwy::TargetName(HWY_TARGET); }

}  // namespace nernst::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nernst {

HWY_EXPORT(normals);
HWY_EXPORT(largest);
HWY_EXPORT(squares);
HWY_EXPORT(plain_sum);
HWY_EXPORT(quantise_inputs);
HWY_EXPORT(quantise_sums);
HWY_EXPORT(target);

void fill_normals(const NoiseStream& stream, std::uint64_t event, std::span<float> z) {
  HWY_DYNAMIC_DISPATCH(normals)(stream, event, z);
}
double largest_magnitude(std::span<const double> values) {
  return HWY_DYNAMIC_DISPATCH(largest)(values);
}
double square_norm(std::span<const double> values) { return HWY_DYNAMIC_DISPATCH(squares)(values); }
double sum_of(std::span<const double> values) { return HWY_DYNAMIC_DISPATCH(plain_sum)(values); }
void quantise(std::span<const double> values, double divisor, double bound, double step,
              std::span<double> result) {
  HWY_DYNAMIC_DISPATCH(quantise_inputs)(values, divisor, bound, step, result);
}
std::uint64_t quantise_outputs(std::span<double> values, std::span<const float> z, double noise,
                               double bound, double step, double scale) {
  return HWY_DYNAMIC_DISPATCH(quantise_sums)(values, z, noise, bound, step, scale);
}
std::string_view instruction_set() { return HWY_DYNAMIC_DISPATCH(target)(); }

namespace {
// Calls `visit(bit, name)` for each instruction set, the widest first: those have the lower bits.
template <class Visit>
void for_each_target(Visit visit) {
  for (std::int64_t rest = hwy::SupportedTargets() & HWY_TARGETS; rest != 0; rest &= rest - 1)
    visit(rest & -rest, std::string_view(hwy::TargetName(rest & -rest)));
}
}  // namespace

std::vector<std::string_view> instruction_sets() {
  std::vector<std::string_view> names;
  for_each_target([&](std::int64_t, std::string_view name) { names.push_back(name); });
  return names;
}

bool force_instruction_set(std::string_view wanted) {
  std::int64_t allowed = 0;
  for_each_target([&](std::int64_t bit, std::string_view name) {
    if (allowed != 0 || name == wanted) allowed |= bit;
  });
  if (allowed != 0) hwy::DisableTargets(~allowed);
  return allowed != 0;
}

}  // namespace nernst
#endif
