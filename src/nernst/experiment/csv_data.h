// SPDX-License-Identifier: Apache-2.0
// Tables of samples: one row each, one column of labels, the others numbers.
#pragma once

#include <string>
#include <string_view>

#include "nernst/experiment/raw_data.h"

namespace nernst {

// The bytes of a CSV file (uncompressed), and how errors call it.
struct CsvSource {
  std::string name;
  std::string_view bytes;
};

// The samples of `train` and, where given, of `test`, laid out as `spec` says. Labels may be
// numbers or texts; classes are those of `train`, sorted by value when all are numbers. Throws
// ConfigError, with the line where there is one, for whatever is not such a table, for a class that
// only the test has, and for more than kMaxClasses classes.
RawData csv_data(const CsvSource& train, const CsvSource* test, const DataSpec& spec);

// All samples of a table for a chip that learned with `fit`: columns by their names where both have
// some, else by their place. The table may lack the column of labels. Throws ConfigError, with the
// line where there is one, for features and classes that the fit does not have.
GivenData csv_given(const CsvSource& source, const DataSpec& spec, const DataFit& fit);

// More different labels than this mean that the column holds something else.
inline constexpr std::size_t kMaxClasses = 1000;

}  // namespace nernst
