// SPDX-License-Identifier: Apache-2.0
// What a handful of numbers says of the distribution that they are from. None takes an empty list.
#pragma once

#include <vector>

namespace nernst {

double mean(const std::vector<double>& values);

// The root of the mean squared distance from the mean (with one less than their number, so two or
// more).
double deviation(const std::vector<double>& values);

// The value that `fraction` (0 to 1) of them do not pass; always one of them.
double quantile(std::vector<double> values, double fraction);
double median(const std::vector<double>& values);

// Half the width of the central 68.27 %: for a normal distribution its standard deviation, and
// hardly moved by outliers. Its standard error is 0.96 / sqrt(n) of it.
double central_spread(const std::vector<double>& values);

// Pearson's correlation of pairs.
double correlation(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace nernst
