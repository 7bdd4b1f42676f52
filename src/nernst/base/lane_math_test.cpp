// SPDX-License-Identifier: Apache-2.0
#include "nernst/base/lane_math.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace nernst {
namespace {

// Sizes about every width of a register, and one with a long tail.
constexpr std::array<std::size_t, 12> kSizes = {0, 1, 3, 7, 8, 15, 16, 17, 63, 65, 129, 1003};

std::vector<double> values(std::size_t size) {
  const NoiseStream stream(3, 1, Purpose::split);
  std::vector<double> v(size);
  for (std::size_t k = 0; k < size; ++k) v[k] = 4 * stream.uniform<double>(k, size) - 2;
  return v;
}

TEST(LaneMath, NormalsAreThoseOfTheStreamToTheBit) {
  const NoiseStream stream(0x123456789abcdef, 77, Purpose::output_noise);
  for (const std::size_t size : kSizes) {
    std::vector<float> z(size);
    fill_normals(stream, 0xfeedfacecafe + size, z);
    for (std::size_t k = 0; k < size; ++k)
      ASSERT_EQ(z[k], math::normal<float>(stream.line_word(k, 0xfeedfacecafe + size)))
          << k << " of " << size;
  }
}

TEST(LaneMath, SumsAndLargestAreTheirDefinitions) {
  for (const std::size_t size : kSizes) {
    const std::vector<double> v = values(size);
    std::array<double, 8> partial{}, plain{};
    double largest = 0;
    for (std::size_t k = 0; k < size; ++k) {
      partial[k % 8] += v[k] * v[k];
      plain[k % 8] += v[k];
      largest = std::max(largest, std::abs(v[k]));
    }
    for (std::size_t half = 4; half > 0; half /= 2)
      for (std::size_t k = 0; k < half; ++k) {
        partial[k] += partial[k + half];
        plain[k] += plain[k + half];
      }
    EXPECT_EQ(square_norm(v), partial[0]) << size;
    EXPECT_EQ(sum_of(v), plain[0]) << size;
    EXPECT_EQ(largest_magnitude(v), largest) << size;
  }
  const std::vector<double> odd = {1, std::numeric_limits<double>::quiet_NaN(), -3};
  EXPECT_EQ(largest_magnitude(odd), 3);
}

TEST(LaneMath, QuantisesAsAConverterDoes) {
  const double bound = 1.25, step = bound / 127;
  const auto convert = [&](double v) {
    return std::nearbyint(std::clamp(v, -bound, bound) / step) * step;
  };
  for (const std::size_t size : kSizes) {
    const std::vector<double> v = values(size);
    std::vector<double> result(size), plain(size);
    quantise(v, 1.5, bound, step, result);
    quantise(v, 1.5, bound, 0, plain);
    std::vector<double> sums = v;
    std::vector<float> z(size, 0.25f);
    const std::uint64_t past = quantise_outputs(sums, z, 0.5, bound, step, 3.0);
    std::uint64_t expected_past = 0;
    for (std::size_t k = 0; k < size; ++k) {
      EXPECT_EQ(result[k], convert(v[k] / 1.5));
      EXPECT_EQ(plain[k], std::clamp(v[k] / 1.5, -bound, bound));
      EXPECT_EQ(sums[k], convert(v[k] + 0.5 * 0.25) * 3.0);
      expected_past += std::abs(v[k] + 0.125) > bound ? 1 : 0;
    }
    EXPECT_EQ(past, expected_past);
  }
}

TEST(LaneMath, NamesTheInstructionSetThatRuns) {
  const auto names = instruction_sets();
  ASSERT_FALSE(names.empty());
  EXPECT_EQ(names.front(), instruction_set());
  EXPECT_FALSE(force_instruction_set("AVX9"));
  EXPECT_EQ(names.front(), instruction_set());
}

}  // namespace
}  // namespace nernst
