// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/class_shares.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace nernst {

ClassShares class_shares(const Matrix<std::int64_t>& confusion) {
  ClassShares shares;
  std::int64_t largest = 0, smallest = std::numeric_limits<std::int64_t>::max();
  double sum = 0;
  int classes = 0;
  for (std::size_t k = 0; k < confusion.rows(); ++k) {
    const auto row = confusion.row(k);
    const std::int64_t size = std::accumulate(row.begin(), row.end(), std::int64_t{0});
    if (size == 0) continue;
    shares.samples += size;
    if (size > largest) shares.of_class = k;
    largest = std::max(largest, size);
    smallest = std::min(smallest, size);
    sum += static_cast<double>(row[k]) / static_cast<double>(size);
    ++classes;
  }
  if (classes == 0) return shares;
  shares.largest = static_cast<double>(largest) / static_cast<double>(shares.samples);
  shares.balanced = sum / classes;
  shares.uneven = 2 * largest >= 3 * smallest;
  return shares;
}

AgainstLargest against_largest(double accuracy, const ClassShares& shares) {
  if (accuracy <= shares.largest) return AgainstLargest::no_better;
  const double variance = shares.largest * (1 - shares.largest) /
                          static_cast<double>(std::max<std::int64_t>(shares.samples, 1));
  return accuracy <= shares.largest + std::sqrt(variance) ? AgainstLargest::hardly_better
                                                          : AgainstLargest::better;
}

std::string chance_remark(const std::string& who, double accuracy, const ClassShares& shares) {
  const AgainstLargest standing = against_largest(accuracy, shares);
  if (shares.samples == 0 || standing == AgainstLargest::better) return "";
  if (shares.largest == 1)
    return fmt::format(
        "all samples are of one class, which cannot tell {} from always answering with it", who);
  return fmt::format("{} is {} better than always answering with the largest class ({:.2f} %)", who,
                     standing == AgainstLargest::no_better ? "no" : "hardly", 100 * shares.largest);
}

void write_shares(Tree& json, const ClassShares& shares) {
  json["largest_class_share"] = shares.largest;
  json["balanced_accuracy"] = shares.balanced;
  json["uneven_classes"] = shares.uneven;
}

}  // namespace nernst
