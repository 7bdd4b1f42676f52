// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/split.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "nernst/base/error.h"
#include "nernst/base/noise.h"

namespace nernst {

Split split_by_class(std::span<const std::uint32_t> samples, std::span<const std::uint32_t> labels,
                     double fraction, std::uint64_t seed, SplitFor purpose) {
  NERNST_CHECK(fraction >= 0 && fraction < 1);
  // the drawn word ranks a sample within its class; its number decides between equal words
  using Ranked = std::pair<std::uint32_t, std::uint32_t>;
  std::vector<std::vector<Ranked>> classes;
  const NoiseStream noise(seed, 0, Purpose::split);
  for (const std::uint32_t sample : samples) {
    const std::uint32_t label = labels[sample];
    if (label >= classes.size()) classes.resize(label + std::size_t{1});
    classes[label].emplace_back(noise.word(sample, static_cast<std::uint64_t>(purpose)), sample);
  }

  Split split;
  for (std::vector<Ranked>& members : classes) {
    if (members.empty()) continue;
    std::sort(members.begin(), members.end());
    const auto size = static_cast<double>(members.size());
    const auto wanted = static_cast<std::size_t>(std::floor(fraction * size + 0.5));
    const std::size_t kept = std::min(wanted, members.size() - 1);
    for (std::size_t k = 0; k < members.size(); ++k)
      (k < kept ? split.kept : split.rest).push_back(members[k].second);
  }
  std::sort(split.rest.begin(), split.rest.end());
  std::sort(split.kept.begin(), split.kept.end());
  return split;
}

}  // namespace nernst
