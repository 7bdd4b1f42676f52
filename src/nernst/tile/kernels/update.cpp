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

#include "nernst/tile/kernels/row_doses-inl.h"
#include "nernst/tile/kernels/row_noise-inl.h"

HWY_BEFORE_NAMESPACE();
namespace nernst::HWY_NAMESPACE {

// A row with a smaller part of its cells pulsed than this has them gathered first.
constexpr double kSparse = 0.19;
constexpr std::size_t kMostGathered = 112;
static_assert(kSparse * kChunk <= kMostGathered);

// The halves of the members of a law's Cell, in their order, block after block of 16 cells.
struct MemberBlocks {
  const std::uint16_t* first;
  std::size_t step;  // from block to block
};

constexpr std::uint16_t kOne = 0x3c00;

// Half `slot` of the cell at `position` of a side.
HWY_INLINE std::size_t half_index(const UpdateJob& job, std::size_t position, std::size_t slot) {
  return position / kLaneBlock * job.constant_block + slot * kLaneBlock + position % kLaneBlock;
}

// Lays the members of a row part out in order, where some share a plane or have none.
template <std::size_t kMembers>
MemberBlocks blocks_in_order(const RowPart& at, std::uint16_t* HWY_RESTRICT room) {
  const UpdateJob& job = *at.job;
  const std::uint16_t* const from = job.side[at.side].constants;
  for (std::size_t c = 0; c < at.size; c += kLaneBlock)
    for (std::size_t k = 0; k < kMembers; ++k) {
      std::uint16_t* const to = room + c * kMembers + k * kLaneBlock;
      if (job.places[k].slot < 0) {
        std::fill_n(to, kLaneBlock, kOne);
      } else {
        std::copy_n(
            from + half_index(job, at.position() + c, static_cast<std::size_t>(job.places[k].slot)),
            kLaneBlock, to);
      }
    }
  return {room, kMembers * kLaneBlock};
}

// Whether every cell that is pulsed gets one nominal pulse.
enum class Pulses { single, any };

// The law on `size` cells: the only place where a law meets a kernel. Flattened, because a law's
// functions are compiled for the plainest machine unless they are inlined here.
template <Pulses kPulses, class Law>
__attribute__((flatten)) HWY_NOINLINE void step_cells(
    const Law& law_of, const RowPart& at, const MemberBlocks members,
    const std::array<float*, CellSide::kMostState> state_planes, const float* HWY_RESTRICT xi_of,
    const float* HWY_RESTRICT dose, std::size_t size) {
  // copies, so that the compiler knows that no store reaches them
  const Law law = law_of;
  const FloatTag floats;
  const hn::Rebind<hwy::float16_t, FloatTag> halves;
  constexpr std::size_t kMembers = CellConstants<Law>::kMembers;
  constexpr std::size_t kState = Cells<Law, float>::kStateMembers;
  float units[kMembers];
  for (std::size_t k = 0; k < kMembers; ++k) units[k] = at.job->units[k];
  float* HWY_RESTRICT states[kState];
  for (std::size_t k = 0; k < kState; ++k) states[k] = state_planes[k];
  const float c2c = at.job->c2c;
  const auto row_sign = hn::Set(floats, at.sign);

  for (std::size_t c = 0; c < size; c += kLanes) {
    const auto signed_dose = hn::Mul(hn::Load(floats, dose + c), row_sign);
    const auto pulsed = hn::Ne(signed_dose, hn::Zero(floats));
    if (hn::AllFalse(floats, pulsed)) continue;

    const auto* const block = reinterpret_cast<const hwy::float16_t*>(
        members.first + c / kLaneBlock * members.step + c % kLaneBlock);
    const auto cell = [&]<std::size_t... K>(std::index_sequence<K...>) {
      return CellOf<Law, Lanes>{
          Lanes(hn::Mul(hn::PromoteTo(floats, hn::LoadU(halves, block + K * kLaneBlock)),
                        hn::Set(floats, units[K])))...};
    }
    (std::make_index_sequence<kMembers>());
    const auto state = [&]<std::size_t... K>(std::index_sequence<K...>) {
      return StateOf<Law, Lanes>{Lanes(hn::LoadU(floats, states[K] + c))...};
    }
    (std::make_index_sequence<kState>());

    const Lanes xi(hn::Load(floats, xi_of + c));
    const LaneMask up(hn::Gt(signed_dose, hn::Zero(floats)));
    const auto next = [&] {
      if constexpr (kPulses == Pulses::single)
        return apply_pulse<Law, Lanes, LaneMask>(law, cell, state, up, Lanes(c2c), xi);
      else
        return apply_dose<Law, Lanes, LaneMask>(law, cell, state, Lanes(hn::Abs(signed_dose)), up,
                                                Lanes(c2c), xi);
    }();
    // cells without a pulse keep every bit
    const auto before = std::bit_cast<std::array<Lanes, kState>>(state);
    const auto after = std::bit_cast<std::array<Lanes, kState>>(next);
    for (std::size_t k = 0; k < kState; ++k)
      hn::StoreU(hn::IfThenElse(pulsed, after[k].get(), before[k].get()), floats, states[k] + c);
  }
}

// What follows from the pulses of a row once all parts are given: counts, kept noise, what a read
// sees.
inline void finish_row(const RowPart& at, const float* dose) {
  const UpdateJob& job = *at.job;
  const FloatTag floats;
  const WordTag words;
  const std::size_t position = at.position();
  const CellSide& side = job.side[at.side];
  alignas(kCacheLineBytes) std::uint32_t bits[kChunk];
  if (side.kept_noise != nullptr) row_words(job.write_noise, job.event, at, bits);
  const hn::Rebind<hwy::float16_t, FloatTag> halves;
  // a member, or the offset, of the cells from column c on
  const auto constant = [&](std::size_t k, std::size_t c) {
    if (job.places[k].slot < 0) return hn::Set(floats, job.units[k]);
    const auto* const from = reinterpret_cast<const hwy::float16_t*>(
        side.constants +
        half_index(job, position + c, static_cast<std::size_t>(job.places[k].slot)));
    return hn::Mul(hn::PromoteTo(floats, hn::LoadU(halves, from)), hn::Set(floats, job.units[k]));
  };
  const auto visible = [&](std::size_t s, std::size_t c) {
    const auto w = hn::LoadU(floats, job.side[s].state[0] + position + c);
    const float* const kept = job.side[s].kept_noise;
    return kept == nullptr ? w : hn::Add(w, hn::LoadU(floats, kept + position + c));
  };

  for (std::size_t c = 0; c < at.size; c += kLanes) {
    const auto amount = hn::Abs(hn::Load(floats, dose + c));
    const auto pulsed = hn::Ne(amount, hn::Zero(floats));
    if (hn::AllFalse(floats, pulsed)) continue;
    if (side.pulse_count != nullptr) {
      std::uint32_t* const count = side.pulse_count + position + c;
      // (a full counter stays full)
      const auto before = hn::LoadU(words, count);
      hn::StoreU(hn::Add(before, hn::Min(pulses_of(amount), hn::Not(before))), words, count);
    }
    if (side.kept_noise != nullptr) {
      const auto stuck = hn::Eq(constant(job.w_min_member, c), constant(job.w_max_member, c));
      const auto fresh =
          hn::Mul(hn::Set(floats, job.write_spread), lane_normal(hn::Load(words, bits + c)));
      float* const kept = side.kept_noise + position + c;
      const auto next = hn::IfThenElse(stuck, hn::Zero(floats), fresh);
      hn::StoreU(hn::IfThenElse(pulsed, next, hn::LoadU(floats, kept)), floats, kept);
    }
    if (job.net != nullptr) {
      auto next = job.sides == 2
                      ? hn::Mul(hn::Sub(visible(0, c), visible(1, c)), hn::Set(floats, 0.5f))
                  : job.has_offset ? hn::Add(visible(0, c), constant(job.offset_member, c))
                                   : visible(0, c);
      if (job.reference != nullptr)
        next = hn::Add(next, hn::LoadU(floats, job.reference + position + c));
      float* const net = job.net + position + c;
      hn::StoreU(hn::IfThenElse(pulsed, next, hn::LoadU(floats, net)), floats, net);
    }
  }
}

HWY_INLINE NoiseOf noise_from(const RowPart& at, Pulses pulses) {
  const UpdateJob& job = *at.job;
  return {aggregated_draw(job.event, at.part), pulses == Pulses::single, at.counts};
}

// Whether all that follows from pulses is their count.
HWY_INLINE bool counts_only(const UpdateJob& job) {
  return job.net == nullptr && job.side[0].kept_noise == nullptr &&
         job.side[0].pulse_count != nullptr;
}
HWY_INLINE bool is_sparse(const RowPart& at, std::size_t cells) {
  return static_cast<double>(cells) < kSparse * static_cast<double>(at.size);
}

// Cells taken together from where they lie, so that sparse pulses fill whole registers.
template <Pulses kPulses, class Law>
HWY_NOINLINE void step_gathered(const Law& law, const RowPart& at, const float* dose) {
  constexpr std::size_t most = kMostGathered + kLaneBlock,
                        kState = Cells<Law, float>::kStateMembers;
  constexpr std::size_t kMembers = CellConstants<Law>::kMembers;
  alignas(kCacheLineBytes) std::uint16_t halves[kMembers * most];
  alignas(kCacheLineBytes) float states[kState][most];
  alignas(kCacheLineBytes) std::uint32_t column[most];
  alignas(kCacheLineBytes) float amount[most];
  const UpdateJob& job = *at.job;
  const CellSide& side = job.side[at.side];
  const FloatTag floats;
  const WordTag words;
  std::size_t found = 0;
  for (std::size_t c = 0; c < at.size; c += kLanes) {
    const auto value = hn::Load(floats, dose + c);
    const auto pulsed = hn::Ne(value, hn::Zero(floats));
    if (hn::AllFalse(floats, pulsed)) continue;
    const auto here = hn::Iota(words, static_cast<std::uint32_t>(c));
    hn::StoreU(hn::Compress(value, pulsed), floats, amount + found);
    hn::StoreU(hn::Compress(here, hn::RebindMask(words, pulsed)), words, column + found);
    found += hn::CountTrue(floats, pulsed);
  }
  const std::size_t size = (found + kLanes - 1) / kLanes * kLanes;
  for (std::size_t k = found; k < size; ++k) {
    amount[k] = 0;
    column[k] = 0;
  }

  const std::size_t position = at.position();
  // a member without a plane is a plane of ones, which is never moved on
  std::array<const std::uint16_t*, kMembers> planes;
  std::array<std::size_t, kMembers> moves;
  for (std::size_t m = 0; m < kMembers; ++m) {
    const int slot = job.places[m].slot;
    moves[m] = slot < 0 ? 0 : ~std::size_t{0};
    planes[m] = slot < 0
                    ? &kOne
                    : side.constants + half_index(job, position, static_cast<std::size_t>(slot));
  }
  for (std::size_t k = 0; k < found; ++k) {
    const std::size_t c = column[k];
    const std::size_t from = c / kLaneBlock * job.constant_block + c % kLaneBlock;
    std::uint16_t* const to = halves + k / kLaneBlock * kLaneBlock * kMembers + k % kLaneBlock;
    for (std::size_t m = 0; m < kMembers; ++m) to[m * kLaneBlock] = planes[m][from & moves[m]];
  }
  std::array<float*, CellSide::kMostState> state_planes{};
  for (std::size_t m = 0; m < kState; ++m) {
    state_planes[m] = states[m];
    for (std::size_t k = 0; k < found; ++k) states[m][k] = side.state[m][position + column[k]];
  }
  alignas(kCacheLineBytes) float xi[most] = {};
  if (job.c2c > 0) scattered_noise(noise_from(at, kPulses), at, column, amount, size, xi);
  step_cells<kPulses>(law, at, {halves, kMembers * kLaneBlock}, state_planes, xi, amount, size);
  for (std::size_t m = 0; m < kState; ++m)
    for (std::size_t k = 0; k < found; ++k) side.state[m][position + column[k]] = states[m][k];
  if (counts_only(job) && job.parts == 1) {
    // finish_row would look at the whole row
    for (std::size_t k = 0; k < found; ++k) {
      const float limited = math::minimum(std::abs(amount[k]), static_cast<float>(kMostPulses));
      std::uint32_t& count = side.pulse_count[position + column[k]];
      count += std::min(static_cast<std::uint32_t>(std::ceil(limited)), ~count);
    }
  }
}

template <Pulses kPulses, class Law>
void step_row(const Law& law, const RowPart& at, const float* dose, std::size_t hits) {
  if (is_sparse(at, hits)) return step_gathered<kPulses>(law, at, dose);
  const UpdateJob& job = *at.job;
  const CellSide& side = job.side[at.side];
  const std::size_t position = at.position();
  std::array<float*, CellSide::kMostState> state_planes{};
  for (std::size_t m = 0; m < Cells<Law, float>::kStateMembers; ++m)
    state_planes[m] = side.state[m] + position;
  constexpr std::size_t kMembers = CellConstants<Law>::kMembers;
  alignas(kCacheLineBytes) std::uint16_t room[kChunk * kMembers];
  const MemberBlocks members =
      job.in_order ? MemberBlocks{side.constants + half_index(job, position, 0), job.constant_block}
                   : blocks_in_order<kMembers>(at, room);
  alignas(kCacheLineBytes) float xi[kChunk];
  if (job.c2c > 0) {
    row_noise(noise_from(at, kPulses), at, dose, xi);
  } else {
    std::fill_n(xi, at.size, 0.0f);
  }
  step_cells<kPulses>(law, at, members, state_planes, xi, dose, at.size);
}

template <class Law>
void update_rows(const void* law_of, const UpdateJob& job, std::size_t first_row,
                 std::size_t last_row, PulseCounts& counts) {
  static_assert(CellConstants<Law>::kMembers < CellSide::kMostMembers);
  static_assert(Cells<Law, float>::kStateMembers <= CellSide::kMostState);
  const Law& law = *static_cast<const Law*>(law_of);
  const bool has_finish =
      job.net != nullptr || job.side[0].pulse_count != nullptr || job.side[0].kept_noise != nullptr;
  // coincidences of trains are whole pulses
  const bool stochastic = job.pulses->coding == Coding::stochastic;
  const bool whole = stochastic && job.pulses->dose_scale.empty();
  const bool counts_below_32 = whole && job.pulses->slots < 32;
  // one cell of a pair moves, or both
  const std::size_t moved = job.sides == 2 && !job.one_sided ? 2 : 1;
  DoseRow dose_row;
  alignas(kCacheLineBytes) float part_dose[kChunk], side_dose[kChunk];

  for (std::size_t c = 0; c < job.layout.columns; c += kChunk) {
    const std::size_t size = padded(std::min(kChunk, job.layout.columns - c));
    dose_row.start();
    for (std::size_t row = first_row; row < last_row; ++row) {
      if (stochastic && job.pulses->row_train[row] == 0) continue;
      RowPart at{&job, 0, row, c, size, row, 0, counts_below_32, 1.0f};
      // the rounding of a count belongs to the weight: to both cells of a pair
      dose_row.make(at);
      const RowDoses& doses = dose_row.sums();
      if (doses.cells == 0) continue;
      counts.cells += moved * doses.cells;
      counts.pulses += moved * doses.pulses;
      for (at.side = 0; at.side < job.sides; ++at.side) {
        at.noise_row = job.layout.noise_row(at.side, row);
        const float* dose = dose_row.values();
        const float row_sign = at.sign;
        if (job.sides == 2) {
          doses_of_side(at, dose, side_dose);
          dose = side_dose;
          at.sign = 1;
        }
        if (job.parts > 1) {
          for (at.part = 0; at.part < job.parts; ++at.part) {
            if (!doses_of_part(dose, size, at.part, job.dose_at_once, part_dose)) break;
            step_row<Pulses::any>(law, at, part_dose, doses.cells);
          }
        } else if (whole && doses.pulses == doses.cells) {
          step_row<Pulses::single>(law, at, dose, doses.cells);
        } else {
          step_row<Pulses::any>(law, at, dose, doses.cells);
        }
        const bool counted = is_sparse(at, doses.cells) && counts_only(job) && job.parts == 1;
        if (has_finish && !counted) finish_row(at, dose);
        at.sign = row_sign;
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
