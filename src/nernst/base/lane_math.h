// SPDX-License-Identifier: Apache-2.0
// Loops over long vectors of signals and draws, on the instruction set of this machine. Sums have
// an order of their own, so that they give the same bits on all of them.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "nernst/base/noise.h"

namespace nernst {

// z[k] = normal<float> of line k of `stream` at `event` (NoiseStream::line_word).
void fill_normals(const NoiseStream& stream, std::uint64_t event, std::span<float> z);

// The largest |v|; 0 for none. Passes over NaN.
double largest_magnitude(std::span<const double> values);

// sum of v^2: element k is added to partial sum k mod 8; these are added in a tree.
double square_norm(std::span<const double> values);

// sum of v, in the same order.
double sum_of(std::span<const double> values);

// values[k] / divisor, limited to [-bound, bound] and, where step > 0, rounded to the nearest
// multiple of it.
void quantise(std::span<const double> values, double divisor, double bound, double step,
              std::span<double> result);

// The same without a divisor, in place, times `scale`; the number of values past the bound. Where
// `noise` is not 0, noise * z[k] is added first.
std::uint64_t quantise_outputs(std::span<double> values, std::span<const float> z, double noise,
                               double bound, double step, double scale);

// The instruction set that all kernels run on here, as Highway names it: "AVX3_DL", "AVX3", "AVX2",
// "SSE4", "SCALAR".
std::string_view instruction_set();

// All that this machine and this program have, the widest first.
std::vector<std::string_view> instruction_sets();

// Leaves only the named instruction set (as instruction_set names it) and plainer ones; false where
// this machine or this program has none of that name. Before the first kernel runs.
bool force_instruction_set(std::string_view name);

}  // namespace nernst
