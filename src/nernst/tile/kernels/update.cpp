// SPDX-License-Identifier: Apache-2.0
#include "nernst/tile/kernels/update.h"

#include <algorithm>
#include <utility>

#include "nernst/device/all_models.h"
#include "nernst/tile/cells.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nernst/tile/kernels/update.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "nernst/tile/kernels/lanes-inl.h"
#include "nernst/tile/kernels/noise-inl.h"

HWY_BEFORE_NAMESPACE();
namespace nernst::HWY_NAMESPACE {

// Columns that are worked on together, so that all buffers stay in the first cache.
constexpr std::size_t kChunk = 512;
// A row of a chunk with fewer pulsed cells than this has them gathered first.
constexpr std::size_t kSparse = 96;

// Noise words of kUpdateRows rows and a chunk of columns; drawn when first asked for.
class ChunkWords {
 public:
  void start(const NoiseStream& stream, std::size_t noise_row, std::size_t first_column,
             std::size_t size, std::size_t columns, std::uint64_t event) {
    first_block_ = static_cast<std::uint32_t>(noise_row / kUpdateRows * columns + first_column);
    stream_ = &stream;
    size_ = size;
    event_ = event;
    drawn_ = false;
  }
  const std::uint32_t* row(std::size_t noise_row) {
    if (!drawn_) draw();
    return words_[noise_row % kUpdateRows / 2];
  }

 private:
  HWY_NOINLINE void draw() {
    const WordTag tag;
    for (std::size_t c = 0; c < size_; c += kLanes) {
      const auto block = hn::Iota(tag, first_block_ + static_cast<std::uint32_t>(c));
      const LaneWords words = lane_words(*stream_, block, event_);
      for (int k = 0; k < 4; ++k) hn::Store(words.word[k], tag, words_[k] + c);
    }
    drawn_ = true;
  }

  alignas(kCacheLineBytes) std::uint32_t words_[4][kChunk];
  const NoiseStream* stream_ = nullptr;
  std::uint32_t first_block_ = 0;
  std::size_t size_ = 0;
  std::uint64_t event_ = 0;
  bool drawn_ = false;
};

// The word of a cell in noise row `noise_row` (see NoiseStream::array_word).
HWY_INLINE WordVec row_word(WordVec word, std::size_t noise_row) {
  if (noise_row % 2 == 0) return word;
  return hn::Or(hn::ShiftLeft<16>(word), hn::ShiftRight<16>(word));
}

// Everything about a row of a chunk that is worked on.
struct RowPart {
  const UpdateJob* job;
  std::size_t side, row, first_column, size;  // size in whole lane blocks
  std::size_t noise_row;
  std::uint64_t part;
  std::size_t position() const { return job->layout.position(0, row, first_column); }
};

// Doses of a row by coincidence of its train with those of the columns; the number of cells that
// get any.
HWY_INLINE std::size_t stochastic_doses(const RowPart& at, float* HWY_RESTRICT dose) {
  const UpdateJob& job = *at.job;
  const FloatTag floats;
  const WordTag words;
  const IntTag integers;
  const auto row_train = hn::Set(words, job.pulses->row_train[at.row]);
  const auto row_sign = hn::Set(floats, static_cast<float>(job.pulses->row[at.row]));
  std::size_t hits = 0;
  for (std::size_t c = 0; c < at.size; c += kLanes) {
    const std::size_t column = at.first_column + c;
    const auto together = hn::And(row_train, hn::Load(words, job.columns->train.data() + column));
    const auto count = hn::ConvertTo(floats, hn::BitCast(integers, hn::PopulationCount(together)));
    const auto sign = hn::Mul(row_sign, hn::Load(floats, job.columns->sign.data() + column));
    hn::Store(hn::Mul(sign, count), floats, dose + c);
    hits += hn::CountTrue(words, hn::Ne(together, hn::Zero(words)));
  }
  return hits;
}

// Doses of a row as products of what rows and columns carry, rounded to counts where the coding
// asks for it.
inline std::size_t product_doses(const RowPart& at, ChunkWords& rounding, float* dose) {
  const UpdateJob& job = *at.job;
  const UpdatePulses& pulses = *job.pulses;
  const bool count = pulses.coding == Coding::count;
  const hn::CappedTag<double, kLaneBlock / 2> doubles;
  const hn::Rebind<float, decltype(doubles)> floats;
  const hn::Rebind<std::int32_t, decltype(doubles)> integers;
  const hn::Rebind<std::uint32_t, decltype(doubles)> words;
  const auto row = hn::Set(doubles, pulses.row[at.row]);
  const auto most = hn::Set(doubles, static_cast<double>(pulses.count_max));
  const std::uint32_t* const bits = count ? rounding.row(at.noise_row) : nullptr;
  std::size_t hits = 0;
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
      auto word = hn::Load(words, bits + c);
      if (at.noise_row % 2 != 0)
        word = hn::Or(hn::ShiftLeft<16>(word), hn::ShiftRight<16>(word));
      const auto uniform =
          hn::Mul(hn::PromoteTo(doubles, hn::BitCast(integers, hn::ShiftRight<8>(word))),
                  hn::Set(doubles, 0x1p-24));
      const auto size = hn::Abs(value), whole = hn::Floor(size);
      const auto up = hn::IfThenElseZero(hn::Lt(uniform, hn::Sub(size, whole)),
                                         hn::Set(doubles, 1.0));
      const auto limited = hn::Min(hn::Add(whole, up), most);
      value = hn::IfThenElse(hn::Lt(value, hn::Zero(doubles)), hn::Neg(limited), limited);
    }
    const auto narrow = hn::DemoteTo(floats, value);
    hn::Store(narrow, floats, dose + c);
    hits += hn::CountTrue(floats, hn::Ne(narrow, hn::Zero(floats)));
  }
  return hits;
}

// The doses of a row of a chunk, with what wires leave of them.
inline std::size_t row_doses(const RowPart& at, ChunkWords& rounding, float* dose) {
  const UpdatePulses& pulses = *at.job->pulses;
  if (pulses.coding != Coding::stochastic)
    return pulses.row[at.row] == 0 ? 0 : product_doses(at, rounding, dose);
  if (pulses.row_train[at.row] == 0) return 0;
  const std::size_t hits = stochastic_doses(at, dose);
  if (hits > 0 && !pulses.dose_scale.empty()) {
    const std::size_t last = std::min(at.size, at.job->layout.columns - at.first_column);
    for (std::size_t c = 0; c < last; ++c)
      dose[c] *= static_cast<float>(pulses.dose_scale(at.row, at.first_column + c));
  }
  return hits;
}

// Which lanes of a side are pulsed, how much and which way.
struct SideDose {
  FloatMask pulsed, up;
  FloatVec amount;
};

HWY_INLINE SideDose side_dose(const UpdateJob& job, std::size_t side, FloatVec dose) {
  const FloatTag floats;
  const auto zero = hn::Zero(floats);
  const auto raise = hn::Gt(dose, zero), lower = hn::Lt(dose, zero);
  const auto amount = hn::Abs(dose);
  if (job.sides == 1) return {hn::Ne(dose, zero), raise, amount};
  if (job.one_sided) return {side == 0 ? raise : lower, hn::Eq(zero, zero), amount};
  return {hn::Ne(dose, zero), side == 0 ? raise : lower, amount};
}

// Cells where they lie.
struct CellsInPlace {
  const UpdateJob* job;
  const CellSide* side;
  std::size_t position;        // of the first column of the chunk
  const std::uint32_t* words;  // null without noise
  std::size_t noise_row;

  HWY_INLINE const std::uint16_t* halves(std::size_t slot, std::size_t c) const {
    const std::size_t at = position + c;
    return side->constants + at / kLaneBlock * job->constant_block + slot * kLaneBlock +
           at % kLaneBlock;
  }
  HWY_INLINE FloatVec state(std::size_t member, std::size_t c) const {
    return hn::LoadU(FloatTag(), side->state[member] + position + c);
  }
  HWY_INLINE void set_state(std::size_t member, std::size_t c, FloatVec value) const {
    hn::StoreU(value, FloatTag(), side->state[member] + position + c);
  }
  HWY_INLINE FloatVec noise(std::size_t c) const {
    return lane_normal(row_word(hn::Load(WordTag(), words + c), noise_row));
  }
};

// Cells taken together from where they lie.
struct GatheredCells {
  static constexpr std::size_t kMost = kSparse + kLaneBlock;
  alignas(kCacheLineBytes) std::uint16_t half[CellSide::kMostMembers][kMost];
  alignas(kCacheLineBytes) float value[CellSide::kMostState][kMost];
  alignas(kCacheLineBytes) std::uint32_t column[kMost];
  alignas(kCacheLineBytes) float dose[kMost];
  const UpdateJob* job;
  std::uint32_t first_block;
  std::size_t noise_row;
  std::uint64_t draw;

  HWY_INLINE const std::uint16_t* halves(std::size_t slot, std::size_t c) const {
    return half[slot] + c;
  }
  HWY_INLINE FloatVec state(std::size_t member, std::size_t c) const {
    return hn::Load(FloatTag(), value[member] + c);
  }
  HWY_INLINE void set_state(std::size_t member, std::size_t c, FloatVec x) {
    hn::Store(x, FloatTag(), value[member] + c);
  }
  HWY_INLINE FloatVec noise(std::size_t c) const {
    const WordTag tag;
    const auto block = hn::Add(hn::Load(tag, column + c), hn::Set(tag, first_block));
    const LaneWords words = lane_words(job->pulse_noise, block, draw);
    const std::size_t which = noise_row % kUpdateRows / 2;
    // a choice and not an index, so that the words stay in registers
    const WordVec word = which == 0   ? words.word[0]
                         : which == 1 ? words.word[1]
                         : which == 2 ? words.word[2]
                                      : words.word[3];
    return lane_normal(row_word(word, noise_row));
  }
};

// The law on `size` cells: the only place where a law meets a kernel. Flattened, because a law's
// functions are compiled for the plainest machine unless they are inlined here.
template <class Law, class Source>
__attribute__((flatten)) HWY_NOINLINE void step_cells(const Law& law, const RowPart& at,
                                                      Source& cells, const float* dose,
                                                      std::size_t size) {
  const UpdateJob& job = *at.job;
  const FloatTag floats;
  const hn::Rebind<hwy::float16_t, FloatTag> halves;
  const ConstantPlace* const places = job.places;
  const auto skipped =
      hn::Set(floats, static_cast<float>(at.part) * job.dose_at_once);
  const auto at_once = hn::Set(floats, job.dose_at_once);

  for (std::size_t c = 0; c < size; c += kLanes) {
    SideDose now = side_dose(job, at.side, hn::Load(floats, dose + c));
    if (job.parts > 1) {
      const auto left = hn::Sub(now.amount, skipped);
      now.pulsed = hn::And(now.pulsed, hn::Gt(left, hn::Zero(floats)));
      now.amount = hn::Min(left, at_once);
    }
    if (hn::AllFalse(floats, now.pulsed)) continue;

    const auto constant = [&](std::size_t member) -> Lanes {
      const ConstantPlace& place = places[member];
      if (place.slot < 0) return Lanes(static_cast<float>(place.value));
      const auto* const from = reinterpret_cast<const hwy::float16_t*>(
          cells.halves(static_cast<std::size_t>(place.slot), c));
      return Lanes(hn::Mul(hn::PromoteTo(floats, hn::LoadU(halves, from)),
                           hn::Set(floats, static_cast<float>(place.unit))));
    };
    const auto cell = [&]<std::size_t... K>(std::index_sequence<K...>) {
      return CellOf<Law, Lanes>{constant(K)...};
    }(std::make_index_sequence<CellConstants<Law>::kMembers>());
    constexpr std::size_t members = Cells<Law, float>::kStateMembers;
    const auto state = [&]<std::size_t... K>(std::index_sequence<K...>) {
      return StateOf<Law, Lanes>{Lanes(cells.state(K, c))...};
    }(std::make_index_sequence<members>());

    const Lanes xi = job.c2c > 0 ? Lanes(cells.noise(c)) : Lanes(0.0f);
    const auto next = apply_dose<Law, Lanes, LaneMask>(law, cell, state, Lanes(now.amount),
                                                       LaneMask(now.up), Lanes(job.c2c), xi);
    // cells without a pulse keep every bit
    const auto before = std::bit_cast<std::array<Lanes, members>>(state);
    const auto after = std::bit_cast<std::array<Lanes, members>>(next);
    for (std::size_t k = 0; k < members; ++k)
      cells.set_state(k, c, hn::IfThenElse(now.pulsed, after[k].get(), before[k].get()));
  }
}

// What follows from the pulses of a row once all parts are given: counts, kept noise, what a read
// sees.
inline void finish_row(const RowPart& at, ChunkWords& write_words, const float* dose) {
  const UpdateJob& job = *at.job;
  const FloatTag floats;
  const WordTag words;
  const std::size_t position = at.position();
  const CellSide& side = job.side[at.side];
  const std::uint32_t* const bits =
      side.kept_noise != nullptr ? write_words.row(at.noise_row) : nullptr;
  const hn::Rebind<hwy::float16_t, FloatTag> halves;
  // number `member` of the cells from column c on
  const auto constant = [&](std::size_t member, std::size_t c) {
    const ConstantPlace& place = job.places[member];
    if (place.slot < 0) return hn::Set(floats, static_cast<float>(place.value));
    const std::size_t from = position + c;
    const auto* const data = reinterpret_cast<const hwy::float16_t*>(
        side.constants + from / kLaneBlock * job.constant_block +
        static_cast<std::size_t>(place.slot) * kLaneBlock + from % kLaneBlock);
    return hn::Mul(hn::PromoteTo(floats, hn::LoadU(halves, data)),
                   hn::Set(floats, static_cast<float>(place.unit)));
  };
  const auto visible = [&](std::size_t s, std::size_t c) {
    const auto w = hn::LoadU(floats, job.side[s].state[0] + position + c);
    const float* const kept = job.side[s].kept_noise;
    return kept == nullptr ? w : hn::Add(w, hn::LoadU(floats, kept + position + c));
  };

  for (std::size_t c = 0; c < at.size; c += kLanes) {
    const SideDose now = side_dose(job, at.side, hn::Load(floats, dose + c));
    if (hn::AllFalse(floats, now.pulsed)) continue;
    if (side.pulse_count != nullptr) {
      const auto most = hn::Min(now.amount, hn::Set(floats, static_cast<float>(kMostPulses)));
      const auto pulses = hn::IfThenElseZero(now.pulsed, hn::Ceil(most));
      std::uint32_t* const count = side.pulse_count + position + c;
      hn::StoreU(hn::Add(hn::LoadU(words, count),
                         hn::BitCast(words, hn::ConvertTo(IntTag(), pulses))),
                 words, count);
    }
    if (side.kept_noise != nullptr) {
      const auto stuck =
          hn::Eq(constant(job.w_min_member, c), constant(job.w_max_member, c));
      const auto fresh = hn::Mul(hn::Set(floats, job.write_spread),
                                 lane_normal(row_word(hn::Load(words, bits + c), at.noise_row)));
      float* const kept = side.kept_noise + position + c;
      const auto next = hn::IfThenElse(stuck, hn::Zero(floats), fresh);
      hn::StoreU(hn::IfThenElse(now.pulsed, next, hn::LoadU(floats, kept)), floats, kept);
    }
    if (job.net != nullptr) {
      const auto next =
          job.sides == 2
              ? hn::Mul(hn::Sub(visible(0, c), visible(1, c)), hn::Set(floats, 0.5f))
          : job.has_offset ? hn::Add(visible(0, c), constant(job.offset_member, c))
                           : visible(0, c);
      float* const net = job.net + position + c;
      hn::StoreU(hn::IfThenElse(now.pulsed, next, hn::LoadU(floats, net)), floats, net);
    }
  }
}

// Adds the pulses of a row of doses to `counts`.
inline void count_pulses(const RowPart& at, const float* dose, PulseCounts& counts) {
  const FloatTag floats;
  const WordTag words;
  auto total = hn::Zero(words);
  for (std::size_t c = 0; c < at.size; c += kLanes) {
    const SideDose now = side_dose(*at.job, at.side, hn::Load(floats, dose + c));
    const auto most = hn::Min(now.amount, hn::Set(floats, static_cast<float>(kMostPulses)));
    const auto pulses = hn::IfThenElseZero(now.pulsed, hn::Ceil(most));
    total = hn::Add(total, hn::BitCast(words, hn::ConvertTo(IntTag(), pulses)));
    counts.cells += hn::CountTrue(floats, now.pulsed);
  }
  counts.pulses += hn::GetLane(hn::SumOfLanes(words, total));
}

template <class Law>
void step_row(const Law& law, const RowPart& at, const float* dose, std::size_t hits,
              ChunkWords& words) {
  const UpdateJob& job = *at.job;
  const CellSide& side = job.side[at.side];
  const FloatTag floats;
  const std::size_t position = at.position();
  const std::uint64_t draw = aggregated_draw(job.event, at.part);
  if (hits >= kSparse) {
    CellsInPlace cells{&job, &side, position, job.c2c > 0 ? words.row(at.noise_row) : nullptr,
                       at.noise_row};
    step_cells(law, at, cells, dose, at.size);
    return;
  }

  GatheredCells cells;
  cells.job = &job;
  cells.noise_row = at.noise_row;
  cells.draw = draw;
  cells.first_block = static_cast<std::uint32_t>(
      at.noise_row / kUpdateRows * job.layout.columns + at.first_column);
  const WordTag tag;
  std::size_t found = 0;
  for (std::size_t c = 0; c < at.size; c += kLanes) {
    const auto value = hn::Load(floats, dose + c);
    const auto pulsed = hn::Ne(value, hn::Zero(floats));
    if (hn::AllFalse(floats, pulsed)) continue;
    const auto column = hn::Iota(tag, static_cast<std::uint32_t>(c));
    hn::StoreU(hn::Compress(value, pulsed), floats, cells.dose + found);
    hn::StoreU(hn::Compress(column, hn::RebindMask(tag, pulsed)), tag, cells.column + found);
    found += hn::CountTrue(floats, pulsed);
  }
  const std::size_t size = (found + kLanes - 1) / kLanes * kLanes;
  for (std::size_t k = found; k < size; ++k) {
    cells.dose[k] = 0;
    cells.column[k] = 0;
  }
  // position is a multiple of kLaneBlock
  const std::uint16_t* const constants =
      side.constants + position / kLaneBlock * job.constant_block;
  const std::size_t slots = job.constant_block / kLaneBlock;
  for (std::size_t k = 0; k < found; ++k) {
    const std::size_t c = cells.column[k];
    const std::uint16_t* const from =
        constants + c / kLaneBlock * job.constant_block + c % kLaneBlock;
    for (std::size_t slot = 0; slot < slots; ++slot)
      cells.half[slot][k] = from[slot * kLaneBlock];
  }
  constexpr std::size_t members = Cells<Law, float>::kStateMembers;
  for (std::size_t m = 0; m < members; ++m)
    for (std::size_t k = 0; k < found; ++k)
      cells.value[m][k] = side.state[m][position + cells.column[k]];
  step_cells(law, at, cells, cells.dose, size);
  for (std::size_t m = 0; m < members; ++m)
    for (std::size_t k = 0; k < found; ++k)
      side.state[m][position + cells.column[k]] = cells.value[m][k];
}

template <class Law>
void update_rows(const void* law_of, const UpdateJob& job, std::size_t first_row,
                 std::size_t last_row, PulseCounts& counts) {
  static_assert(CellConstants<Law>::kMembers < CellSide::kMostMembers);
  static_assert(Cells<Law, float>::kStateMembers <= CellSide::kMostState);
  const Law& law = *static_cast<const Law*>(law_of);
  const bool has_finish = job.net != nullptr || job.side[0].pulse_count != nullptr ||
                          job.side[0].kept_noise != nullptr;
  alignas(kCacheLineBytes) float dose[kChunk];
  ChunkWords pulse_words, write_words, rounding;
  for (std::size_t group = first_row; group < last_row; group += kUpdateRows) {
    const std::size_t group_end = std::min(group + kUpdateRows, last_row);
    for (std::size_t c = 0; c < job.layout.columns; c += kChunk) {
      const std::size_t size = padded(std::min(kChunk, job.layout.columns - c));
      for (std::size_t side = 0; side < job.sides; ++side) {
        const std::size_t first_noise_row = job.layout.noise_row(side, group);
        const auto start = [&](ChunkWords& words, const NoiseStream& stream, std::uint64_t event,
                               std::size_t noise_row) {
          words.start(stream, noise_row, c, size, job.layout.columns, event);
        };
        // the rounding of a count belongs to the weight, not to a cell of a pair
        start(rounding, job.rounding, job.event, group);
        start(write_words, job.write_noise, job.event, first_noise_row);
        for (std::uint64_t part = 0; part < job.parts; ++part) {
          start(pulse_words, job.pulse_noise, aggregated_draw(job.event, part), first_noise_row);
          for (std::size_t row = group; row < group_end; ++row) {
            RowPart at{&job, side, row, c, size, row, part};
            const std::size_t hits = row_doses(at, rounding, dose);
            if (hits == 0) continue;
            at.noise_row = job.layout.noise_row(side, row);
            step_row(law, at, dose, hits, pulse_words);
            if (part + 1 < job.parts) continue;
            count_pulses(at, dose, counts);
            if (has_finish) finish_row(at, write_words, dose);
          }
        }
      }
    }
  }
}

template <class... Laws>
UpdateRows kernel_for(LawList<Laws...>, std::size_t law) {
  static constexpr UpdateRows kernels[] = {&update_rows<Laws>...};
  return kernels[law];
}

UpdateRows find_update(std::size_t law) { return kernel_for(AllLaws(), law); }

}  // namespace nernst::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nernst {

HWY_EXPORT(find_update);

UpdateRows fast_update(std::size_t law) { return HWY_DYNAMIC_DISPATCH(find_update)(law); }

ColumnPulses::ColumnPulses(const UpdatePulses& pulses) {
  const std::size_t size = padded(pulses.column.size());
  if (pulses.coding == Coding::stochastic) {
    train.resize(size);
    sign.resize(size);
    std::copy(pulses.column_train.begin(), pulses.column_train.end(), train.begin());
    std::transform(pulses.column.begin(), pulses.column.end(), sign.begin(),
                   [](double s) { return static_cast<float>(s); });
  } else {
    value.resize(size);
    std::copy(pulses.column.begin(), pulses.column.end(), value.begin());
  }
}

}  // namespace nernst
#endif
