// SPDX-License-Identifier: Apache-2.0
#include "nernst/base/noise.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "nernst/base/statistics.h"

#ifdef NERNST_RANDOM123
#include <Random123/philox.h>
#undef philox4x32  // a macro of Random123
#endif

namespace nernst {
namespace {

constexpr int kPurposes = static_cast<int>(Purpose::reset_spread) + 1;

// The vectors that Random123 ships for philox4x32 with ten rounds (kat_vectors).
TEST(Philox, GivesTheKnownAnswers) {
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}),
            (PhiloxBlock{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  const std::uint32_t ones = 0xffffffff;
  EXPECT_EQ(philox4x32({ones, ones, ones, ones}, {ones, ones}),
            (PhiloxBlock{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (PhiloxBlock{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

#ifdef NERNST_RANDOM123
TEST(Philox, AgreesWithRandom123) {
  r123::Philox4x32_R<10> theirs;
  std::uint32_t x = 1;
  const auto next = [&x] { return x = x * 1664525 + 1013904223; };
  for (int k = 0; k < 10'007; ++k) {
    const PhiloxBlock counter = {next(), next(), next(), next()};
    const std::array<std::uint32_t, 2> key = {next(), next()};
    const auto expected =
        theirs({{counter[0], counter[1], counter[2], counter[3]}}, {{key[0], key[1]}});
    const PhiloxBlock ours = philox4x32(counter, key);
    for (std::size_t w = 0; w < 4; ++w) ASSERT_EQ(ours[w], expected[w]);
  }
}
#endif

TEST(NoiseStream, IsAFunctionOfCellAndEventAlone) {
  const NoiseStream stream(9, 2, Purpose::read_noise);
  const std::uint32_t late = stream.word(1'000'003, 5);
  stream.word(3, 1);
  EXPECT_EQ(stream.word(1'000'003, 5), late);
  EXPECT_EQ(stream.words(1'000'003 / 4, 5)[3], late);
  EXPECT_EQ(NoiseStream(9, 2, Purpose::read_noise).word(1'000'003, 5), late);
}

TEST(NoiseStream, UsesAllBitsOfSeedAndEvent) {
  const std::uint64_t high = std::uint64_t{1} << 40;
  const NoiseStream stream(9, 2, Purpose::read_noise);
  EXPECT_NE(stream.word(0, 5), stream.word(0, 5 + high));
  EXPECT_NE(stream.word(0, 5), NoiseStream(9 + high, 2, Purpose::read_noise).word(0, 5));
  EXPECT_NE(stream.word(0, 5), NoiseStream(9, 3, Purpose::read_noise).word(0, 5));
}

std::vector<double> draws(const NoiseStream& stream, std::uint64_t event, std::size_t shift = 0) {
  std::vector<double> z;
  for (std::size_t cell = 0; cell < 40'000; ++cell)
    z.push_back(stream.normal<double>(cell + shift, event));
  return z;
}

// No correlation beyond 4.5 standard errors, and no draw in common, over some two hundred pairs.
TEST(NoiseStream, PurposesOwnersSeedsAndEventsAreIndependent) {
  std::vector<std::vector<double>> sources;
  for (int p = 0; p < kPurposes; ++p)
    sources.push_back(draws(NoiseStream(1, 0, static_cast<Purpose>(p)), 0));
  sources.push_back(draws(NoiseStream(1, 1, Purpose::fabrication), 0));
  sources.push_back(draws(NoiseStream(2, 0, Purpose::fabrication), 0));
  sources.push_back(draws(NoiseStream(1, 0, Purpose::fabrication), 1));
  sources.push_back(draws(NoiseStream(1, 0, Purpose::fabrication), 0, 1));
  const double allowed = 4.5 / std::sqrt(static_cast<double>(sources[0].size()));
  for (std::size_t a = 0; a < sources.size(); ++a) {
    for (std::size_t b = a + 1; b < sources.size(); ++b) {
      EXPECT_LT(std::abs(correlation(sources[a], sources[b])), allowed) << a << " and " << b;
      std::size_t equal = 0;
      for (std::size_t k = 0; k < sources[a].size(); ++k) equal += sources[a][k] == sources[b][k];
      EXPECT_LT(equal, 3u) << a << " and " << b;
    }
  }
}

TEST(NoiseStream, UniformsFillTheirBinsEvenly) {
  const NoiseStream stream(5, 0, Purpose::row_train);
  constexpr std::size_t bins = 64, count = 64'000;
  std::vector<double> filled(bins, 0.0);
  for (std::size_t k = 0; k < count; ++k)
    filled[static_cast<std::size_t>(stream.uniform<double>(k % 253, k / 253) * bins)] += 1;
  double chi_squared = 0;
  for (const double n : filled)
    chi_squared += (n - double(count) / bins) * (n - double(count) / bins) * bins / count;
  // 63 degrees of freedom: mean 63, standard deviation 11.2
  EXPECT_NEAR(chi_squared, 63, 4 * 11.2);
}

TEST(NoiseStream, FloatAndDoubleSeeTheSameDraw) {
  const NoiseStream stream(5, 0, Purpose::cycle_to_cycle);
  for (std::size_t k = 0; k < 10'007; ++k) {
    EXPECT_NEAR(stream.normal<float>(k, 3), stream.normal<double>(k, 3), 3e-6);
    EXPECT_EQ(static_cast<double>(stream.uniform<float>(k, 3)), stream.uniform<double>(k, 3));
  }
}

}  // namespace
}  // namespace nernst
