// SPDX-License-Identifier: Apache-2.0
// What an accuracy is worth: the part of the largest class, which always answering with it gets
// right.
#pragma once

#include <cstdint>
#include <string>

#include "nernst/base/matrix_view.h"
#include "nernst/base/parameters.h"

namespace nernst {

// Of the samples of an evaluation; classes without samples do not count.
struct ClassShares {
  double largest = 0;        // part of the largest class
  std::size_t of_class = 0;  // its number
  double balanced = 0;       // mean over the classes of the part of each that is right
  bool uneven = false;       // the largest class has at least half as many again as the smallest
  std::int64_t samples = 0;
};

// From a confusion matrix, true class x predicted class.
ClassShares class_shares(const Matrix<std::int64_t>& confusion);

// How an accuracy stands to always answering with the largest class: no better, or not by more than
// guesses of so many samples differ (one standard deviation).
enum class AgainstLargest { better, hardly_better, no_better };
AgainstLargest against_largest(double accuracy, const ClassShares& shares);

// "the chip is no better than always answering with the largest class (92.01 %)"; empty where it
// is better. `who` is "the chip".
std::string chance_remark(const std::string& who, double accuracy, const ClassShares& shares);

// {largest_class_share, balanced_accuracy, uneven_classes}: what stands beside an accuracy in JSON.
void write_shares(Tree& json, const ClassShares& shares);

}  // namespace nernst
