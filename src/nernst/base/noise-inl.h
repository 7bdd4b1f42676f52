// SPDX-License-Identifier: Apache-2.0
// Philox and the normal distribution on lanes: the bits of base/noise.h and base/math.h.
#include "nernst/base/noise.h"

#if defined(NERNST_BASE_NOISE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef NERNST_BASE_NOISE_INL_H
#undef NERNST_BASE_NOISE_INL_H
#else
#define NERNST_BASE_NOISE_INL_H
#endif

#include "nernst/base/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace nernst::HWY_NAMESPACE {

// The four words of a block, for the block of each lane.
struct LaneWords {
  WordVec word[4];
};

#if HWY_TARGET == HWY_SCALAR

HWY_INLINE LaneWords lane_words(const NoiseStream& stream, WordVec block, std::uint64_t event) {
  const PhiloxBlock words = stream.words(hn::GetLane(block), event);
  LaneWords out;
  for (int k = 0; k < 4; ++k) out.word[k] = hn::Set(WordTag(), words[static_cast<std::size_t>(k)]);
  return out;
}

template <std::size_t N>
HWY_INLINE void lane_words(const NoiseStream& stream, const WordVec (&block)[N],
                           std::uint64_t event, LaneWords (&out)[N]) {
  for (std::size_t k = 0; k < N; ++k) out[k] = lane_words(stream, block[k], event);
}

#else

// The counters as 64-bit lanes with a word in their low halves. What a product leaves in the high
// halves does no harm: a multiplication reads the low ones only.
using WideTag = hn::RepartitionToWide<WordTag>;
using WideVec = hn::Vec<WideTag>;
struct WideCounter {
  WideVec c[4];
};

// Ten rounds on several counters at once: each is one long chain of dependent operations.
template <std::size_t N>
HWY_INLINE void philox_rounds(WideCounter (&x)[N], const NoiseStream& stream) {
  const WideTag wide;
  const WordTag words;
  const auto m0 = hn::Set(words, 0xD2511F53u), m1 = hn::Set(words, 0xCD9E8D57u);
  auto key = stream.key();
  for (int round = 0; round < 10; ++round) {
    const auto k0 = hn::Set(wide, std::uint64_t{key[0]}), k1 = hn::Set(wide, std::uint64_t{key[1]});
    for (WideCounter& counter : x) {
      const WideVec a = hn::MulEven(m0, hn::BitCast(words, counter.c[0]));
      const WideVec b = hn::MulEven(m1, hn::BitCast(words, counter.c[2]));
      counter.c[0] = hn::Xor3(hn::ShiftRight<32>(b), counter.c[1], k0);
      counter.c[1] = b;
      counter.c[2] = hn::Xor3(hn::ShiftRight<32>(a), counter.c[3], k1);
      counter.c[3] = a;
    }
    key[0] += 0x9E3779B9u;
    key[1] += 0xBB67AE85u;
  }
}

// Blocks N by N, even and odd lanes apart.
template <std::size_t N>
HWY_INLINE void lane_words(const NoiseStream& stream, const WordVec (&block)[N],
                           std::uint64_t event, LaneWords (&out)[N]) {
  const WideTag wide;
  const WordTag words;
  const auto low = hn::Set(wide, event & 0xffffffffu), high = hn::Set(wide, event >> 32);
  const auto name = hn::Set(wide, std::uint64_t{stream.stream()});
  WideCounter counters[2 * N];
  for (std::size_t k = 0; k < N; ++k) {
    const WideVec blocks = hn::BitCast(wide, block[k]);
    counters[2 * k] = {{blocks, low, high, name}};
    counters[2 * k + 1] = {{hn::ShiftRight<32>(blocks), low, high, name}};
  }
  philox_rounds(counters, stream);
  for (std::size_t k = 0; k < N; ++k)
    for (int w = 0; w < 4; ++w)
      out[k].word[w] = hn::OddEven(hn::BitCast(words, hn::ShiftLeft<32>(counters[2 * k + 1].c[w])),
                                   hn::BitCast(words, counters[2 * k].c[w]));
}

HWY_INLINE LaneWords lane_words(const NoiseStream& stream, WordVec block, std::uint64_t event) {
  const WordVec blocks[1] = {block};
  LaneWords out[1];
  lane_words(stream, blocks, event, out);
  return out[0];
}

#endif

// table[index mod 32].
HWY_INLINE FloatVec lookup_32(const float* HWY_RESTRICT table, hn::Vec<IntTag> index) {
#if HWY_TARGET <= HWY_AVX3
  return FloatVec{
      _mm512_permutex2var_ps(_mm512_load_ps(table), index.raw, _mm512_load_ps(table + 16))};
#else
  const IntTag integers;
  return hn::GatherIndex(FloatTag(), table, hn::And(index, hn::Set(integers, std::int32_t{31})));
#endif
}

// math::normal<float> of each lane.
HWY_INLINE FloatVec lane_normal(WordVec bits) {
  const FloatTag floats;
  const IntTag integers;
  const FloatVec tail = hn::ConvertTo(floats, hn::BitCast(integers, bits));
  const auto tail_bits = hn::BitCast(integers, tail);
  const auto i = hn::ShiftRight<23>(tail_bits);
  const FloatVec m =
      hn::BitCast(floats, hn::OrAnd(hn::Set(integers, std::int32_t{0x3f800000}), tail_bits,
                                    hn::Set(integers, std::int32_t{0x007fffff})));
  FloatVec z = lookup_32(math::kNormalCubics[3], i);
  for (int power = 2; power >= 0; --power)
    z = hn::Add(hn::Mul(z, m), lookup_32(math::kNormalCubics[power], i));
  return hn::Xor(z, hn::And(tail, hn::SignBit(floats)));
}

}  // namespace nernst::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // toggle
