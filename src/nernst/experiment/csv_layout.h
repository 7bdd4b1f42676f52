// SPDX-License-Identifier: Apache-2.0
// How a table of the user's is laid out, where he does not say it.
#pragma once

#include <string>
#include <string_view>

#include "nernst/experiment/data_set.h"
#include "nernst/io/csv.h"

namespace nernst {

struct CsvLayout {
  io::CsvFormat format;
  std::string remark;  // "is separated by semicolons, with decimal commas"; empty for the usual
};

// What `spec` says; of what it leaves open, what the text looks like.
CsvLayout layout_of(std::string_view bytes, const DataSpec& spec);

}  // namespace nernst
