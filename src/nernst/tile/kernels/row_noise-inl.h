// SPDX-License-Identifier: Apache-2.0
// A part of a row that an update works on, and the noise of its cells.
#include <cstddef>
#include <cstdint>

#include "nernst/tile/kernels/update.h"

#if defined(NERNST_TILE_KERNELS_ROW_NOISE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef NERNST_TILE_KERNELS_ROW_NOISE_INL_H
#undef NERNST_TILE_KERNELS_ROW_NOISE_INL_H
#else
#define NERNST_TILE_KERNELS_ROW_NOISE_INL_H
#endif

#include "nernst/base/lanes-inl.h"
#include "nernst/base/noise-inl.h"

HWY_BEFORE_NAMESPACE();
namespace nernst::HWY_NAMESPACE {

// Columns that are worked on together, so that all buffers stay in the first cache.
constexpr std::size_t kChunk = 512;

// Everything about a row of a chunk that is worked on.
struct RowPart {
  const UpdateJob* job;
  std::size_t side, row, first_column, size;  // size in whole lane blocks
  std::size_t noise_row;
  std::uint64_t part;
  bool counts;  // every dose is a count below 32
  float sign;   // of the row, where the doses do not have it
  std::size_t position() const { return job->layout.position(0, row, first_column); }
};

// Words of the cells of a row part (see NoiseStream::array_word); `bits` has room for a chunk.
HWY_NOINLINE void row_words(const NoiseStream& stream, std::uint64_t event, const RowPart& at,
                            std::uint32_t* HWY_RESTRICT bits) {
  const WordTag tag;
  const std::size_t first = NoiseStream::first_array_block(at.noise_row, at.job->layout.columns) +
                            NoiseStream::array_block(at.first_column);
  // two registers of blocks at a time, because each is one long chain of operations
  constexpr std::size_t together = 2, each = 8 * kLaneBlock;
  const std::size_t count = (at.size + each - 1) / each * (kLaneBlock / kLanes);
  for (std::size_t k = 0; k < count; k += together) {
    WordVec blocks[together];
    LaneWords words[together];
    for (std::size_t j = 0; j < together; ++j)
      blocks[j] = hn::Iota(tag, static_cast<std::uint32_t>(first + (k + j) * kLanes));
    lane_words(stream, blocks, event, words);
    for (std::size_t j = 0; j < together && k + j < count; ++j) {
      const std::size_t block = (k + j) * kLanes;
      std::uint32_t* const to = bits + block / kLaneBlock * each + block % kLaneBlock;
      for (std::size_t w = 0; w < 4; ++w) {
        const auto word = words[j].word[w];
        hn::Store(word, tag, to + 2 * w * kLaneBlock);
        hn::Store(hn::Or(hn::ShiftLeft<16>(word), hn::ShiftRight<16>(word)), tag,
                  to + (2 * w + 1) * kLaneBlock);
      }
    }
  }
}
// sqrt(k) for the pulses that a train can bring, but for the last.
alignas(kCacheLineBytes) constexpr float kRoots[32] = {
    0.0f,        1.0f,        1.41421356f, 1.73205081f, 2.0f,        2.23606798f, 2.44948974f,
    2.64575131f, 2.82842712f, 3.0f,        3.16227766f, 3.31662479f, 3.46410162f, 3.60555128f,
    3.74165739f, 3.87298335f, 4.0f,        4.12310563f, 4.24264069f, 4.35889894f, 4.47213595f,
    4.58257569f, 4.69041576f, 4.79583152f, 4.89897949f, 5.0f,        5.09901951f, 5.19615242f,
    5.29150262f, 5.38516481f, 5.47722558f, 5.56776436f};

// The root of a dose, which its noise grows with. A look-up where doses are counts below 32: a
// processor has one divider, and a law needs it.
HWY_INLINE FloatVec root_of(FloatVec dose, bool counts) {
  const auto amount = hn::Abs(dose);
  return counts ? lookup_32(kRoots, hn::ConvertTo(IntTag(), amount)) : hn::Sqrt(amount);
}

// How the noise of a row part is drawn.
struct NoiseOf {
  std::uint64_t draw;
  bool single;  // every dose is one pulse
  bool counts;  // every dose is a count below 32
};

HWY_INLINE FloatVec noise_of(const NoiseOf& noise, WordVec word, const float* dose) {
  const auto z = lane_normal(word);
  if (noise.single) return z;
  return hn::Mul(z, root_of(hn::Load(FloatTag(), dose), noise.counts));
}

// Draws of neighbouring cells. Apart from the law, because both are long chains of operations, and
// a processor looks ahead only so far.
void row_noise(const NoiseOf noise, const RowPart& at, const float* HWY_RESTRICT dose,
               float* HWY_RESTRICT xi) {
  alignas(kCacheLineBytes) std::uint32_t bits[kChunk];
  row_words(at.job->pulse_noise, noise.draw, at, bits);
  for (std::size_t c = 0; c < at.size; c += kLanes)
    hn::Store(noise_of(noise, hn::Load(WordTag(), bits + c), dose + c), FloatTag(), xi + c);
}

// Draws of scattered cells of a row part, each from its own block.
void scattered_noise(const NoiseOf noise, const RowPart& at,
                     const std::uint32_t* HWY_RESTRICT column, const float* HWY_RESTRICT dose,
                     std::size_t size, float* HWY_RESTRICT xi) {
  const WordTag tag;
  const std::size_t first = NoiseStream::first_array_block(at.noise_row, at.job->layout.columns) +
                            NoiseStream::array_block(at.first_column);
  const auto has_bit = [&](WordVec value, std::uint32_t bit) {
    return hn::Ne(hn::And(value, hn::Set(tag, bit)), hn::Zero(tag));
  };
  for (std::size_t c = 0; c < size; c += kLanes) {
    const auto here = hn::Load(tag, column + c);
    const auto lane = hn::And(here, hn::Set(tag, 15u));
    const auto block = hn::Add(hn::Add(hn::ShiftLeft<4>(hn::ShiftRight<7>(here)), lane),
                               hn::Set(tag, static_cast<std::uint32_t>(first)));
    const LaneWords words = lane_words(at.job->pulse_noise, block, noise.draw);
    const auto high = has_bit(here, 64);
    const auto even = hn::IfThenElse(high, words.word[2], words.word[0]);
    const auto odd = hn::IfThenElse(high, words.word[3], words.word[1]);
    const auto word = hn::IfThenElse(has_bit(here, 32), odd, even);
    const auto turned = hn::Or(hn::ShiftLeft<16>(word), hn::ShiftRight<16>(word));
    hn::Store(noise_of(noise, hn::IfThenElse(has_bit(here, 16), turned, word), dose + c),
              FloatTag(), xi + c);
  }
}

}  // namespace nernst::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
