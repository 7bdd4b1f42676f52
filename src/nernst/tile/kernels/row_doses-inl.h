// SPDX-License-Identifier: Apache-2.0
// The doses that an update brings to the cells of a row.
#include <algorithm>

#include "nernst/tile/cells.h"
#include "nernst/tile/kernels/update.h"

#if defined(NERNST_TILE_KERNELS_ROW_DOSES_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef NERNST_TILE_KERNELS_ROW_DOSES_INL_H
#undef NERNST_TILE_KERNELS_ROW_DOSES_INL_H
#else
#define NERNST_TILE_KERNELS_ROW_DOSES_INL_H
#endif

#include "nernst/tile/kernels/row_noise-inl.h"

HWY_BEFORE_NAMESPACE();
namespace nernst::HWY_NAMESPACE {

// What a row of doses amounts to.
struct RowDoses {
  std::size_t cells = 0;  // weights that get any
  std::uint64_t pulses = 0;
};

// Pulses that a dose counts for: a fraction of one counts as one.
HWY_INLINE WordVec pulses_of(FloatVec dose) {
  const FloatTag floats;
  const auto limited = hn::Min(hn::Abs(dose), hn::Set(floats, static_cast<float>(kMostPulses)));
  return hn::BitCast(WordTag(), hn::ConvertTo(IntTag(), hn::Ceil(limited)));
}

RowDoses count_doses(const float* dose, std::size_t size) {
  const FloatTag floats;
  const WordTag words;
  RowDoses row;
  // so many columns of kMostPulses each still fit into a word of 32 bits
  constexpr std::size_t columns_of_a_sum = 1024;
  static_assert(columns_of_a_sum * std::uint64_t{kMostPulses} < (std::uint64_t{1} << 32));
  for (std::size_t first = 0; first < size; first += columns_of_a_sum) {
    const std::size_t last = std::min(size, first + columns_of_a_sum);
    auto total = hn::Zero(words);
    for (std::size_t c = first; c < last; c += kLanes) {
      const auto value = hn::Load(floats, dose + c);
      total = hn::Add(total, pulses_of(value));
      row.cells += hn::CountTrue(floats, hn::Ne(value, hn::Zero(floats)));
    }
    row.pulses += hn::GetLane(hn::SumOfLanes(words, total));
  }
  return row;
}

// Doses of a row by coincidence of its train with those of the columns, without the row's sign.
RowDoses stochastic_doses(const RowPart& at, float* HWY_RESTRICT dose) {
  const UpdateJob& job = *at.job;
  const FloatTag floats;
  const WordTag words;
  const IntTag integers;
  const auto row_train = hn::Set(words, job.pulses->row_train[at.row]);
  const std::uint32_t* HWY_RESTRICT trains = job.columns->train.data() + at.first_column;
  const float* HWY_RESTRICT signs = job.columns->sign.data() + at.first_column;
  auto total = hn::Zero(words), cells = hn::Zero(words);
  const auto one = hn::Set(words, 1u);
  for (std::size_t c = 0; c < at.size; c += kLanes) {
    const auto together = hn::And(row_train, hn::Load(words, trains + c));
    const auto count = hn::PopulationCount(together);
    const auto sign = hn::Load(floats, signs + c);
    hn::Store(hn::Mul(sign, hn::ConvertTo(floats, hn::BitCast(integers, count))), floats, dose + c);
    total = hn::Add(total, count);
    cells = hn::Add(cells, hn::Min(count, one));
  }
  RowDoses row;
  row.cells = hn::GetLane(hn::SumOfLanes(words, cells));
  if (row.cells == 0) return row;
  if (job.pulses->dose_scale.empty()) {
    row.pulses = hn::GetLane(hn::SumOfLanes(words, total));
    return row;
  }
  // what wires leave of a dose
  const std::size_t last = std::min(at.size, job.layout.columns - at.first_column);
  for (std::size_t c = 0; c < last; ++c)
    dose[c] *= static_cast<float>(job.pulses->dose_scale(at.row, at.first_column + c));
  return count_doses(dose, at.size);
}

// Doses of a row as products of what rows and columns carry, rounded to counts where the coding
// asks for it.
RowDoses product_doses(const RowPart& at, float* HWY_RESTRICT dose) {
  const UpdateJob& job = *at.job;
  const UpdatePulses& pulses = *job.pulses;
  const bool count = pulses.coding == Coding::count;
  const hn::CappedTag<double, kLaneBlock / 2> doubles;
  const hn::Rebind<float, decltype(doubles)> floats;
  const hn::Rebind<std::int32_t, decltype(doubles)> integers;
  const hn::Rebind<std::uint32_t, decltype(doubles)> words;
  const auto row = hn::Set(doubles, pulses.row[at.row]);
  const auto most = hn::Set(doubles, static_cast<double>(pulses.count_max));
  alignas(kCacheLineBytes) std::uint32_t bits[kChunk];
  if (count) row_words(job.rounding, job.event, at, bits);
  for (std::size_t c = 0; c < at.size; c += hn::Lanes(doubles)) {
    auto value = hn::Mul(row, hn::Load(doubles, job.columns->value.data() + at.first_column + c));
    if (!pulses.dose_scale.empty()) {
      HWY_ALIGN double scale[hn::MaxLanes(doubles)] = {};
      for (std::size_t k = 0; k < hn::Lanes(doubles); ++k)
        if (at.first_column + c + k < job.layout.columns)
          scale[k] = pulses.dose_scale(at.row, at.first_column + c + k);
      value = hn::Mul(value, hn::Load(doubles, scale));
    }
    if (count) {
      // round_count of each lane
      const auto word = hn::Load(words, bits + c);
      const auto uniform =
          hn::Mul(hn::PromoteTo(doubles, hn::BitCast(integers, hn::ShiftRight<8>(word))),
                  hn::Set(doubles, 0x1p-24));
      const auto size = hn::Abs(value), whole = hn::Floor(size);
      const auto up =
          hn::IfThenElseZero(hn::Lt(uniform, hn::Sub(size, whole)), hn::Set(doubles, 1.0));
      const auto limited = hn::Min(hn::Add(whole, up), most);
      value = hn::IfThenElse(hn::Lt(value, hn::Zero(doubles)), hn::Neg(limited), limited);
    }
    hn::Store(hn::DemoteTo(floats, value), floats, dose + c);
  }
  return count_doses(dose, at.size);
}

class DoseRow {
 public:
  const float* values() const { return values_; }
  const RowDoses& sums() const { return sums_; }

  void start() { has_train_ = false; }
  // Sets the sign of `at`, too.
  void make(RowPart& at) {
    const UpdatePulses& pulses = *at.job->pulses;
    if (pulses.coding != Coding::stochastic) {
      sums_ = pulses.row[at.row] == 0 ? RowDoses() : product_doses(at, values_);
      return;
    }
    at.sign = static_cast<float>(pulses.row[at.row]);
    // rows with the train of the row before have its doses
    const std::uint32_t train = pulses.row_train[at.row];
    if (has_train_ && train == train_ && pulses.dose_scale.empty()) return;
    has_train_ = true;
    train_ = train;
    sums_ = train == 0 ? RowDoses() : stochastic_doses(at, values_);
  }

 private:
  alignas(kCacheLineBytes) float values_[kChunk];
  RowDoses sums_;
  bool has_train_ = false;
  std::uint32_t train_ = 0;
};

// The signed doses of one side of a pair, the row's sign in them.
void doses_of_side(const RowPart& at, const float* HWY_RESTRICT dose, float* HWY_RESTRICT of_side) {
  const FloatTag floats;
  const auto zero = hn::Zero(floats);
  // what raises the weight lowers the second cell, or, where cells can only rise, is the first's
  const auto sign = hn::Set(floats, at.side == 0 ? at.sign : -at.sign);
  for (std::size_t c = 0; c < at.size; c += kLanes) {
    const auto value = hn::Mul(sign, hn::Load(floats, dose + c));
    hn::Store(at.job->one_sided ? hn::Max(value, zero) : value, floats, of_side + c);
  }
}

// What part `part` gives of each dose; false where nothing is left.
bool doses_of_part(const float* HWY_RESTRICT dose, std::size_t size, std::uint64_t part,
                   float at_once, float* HWY_RESTRICT now) {
  const FloatTag floats;
  const auto given = hn::Set(floats, static_cast<float>(part) * at_once);
  const auto most = hn::Set(floats, at_once);
  auto largest = hn::Zero(floats);
  for (std::size_t c = 0; c < size; c += kLanes) {
    const auto whole = hn::Load(floats, dose + c);
    const auto left = hn::Max(hn::Sub(hn::Abs(whole), given), hn::Zero(floats));
    largest = hn::Max(largest, left);
    hn::Store(hn::CopySign(hn::Min(left, most), whole), floats, now + c);
  }
  return !hn::AllTrue(floats, hn::Eq(largest, hn::Zero(floats)));
}

}  // namespace nernst::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
