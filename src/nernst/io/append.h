// SPDX-License-Identifier: Apache-2.0
// Entries at the end of a table, for parsers that have looked for keys that come twice themselves.
#pragma once

#include <string>
#include <utility>

#include "nernst/base/parameters.h"

namespace nernst::io {

// Adds an entry whose key the table does not have and returns it, valid until the next. Takes the
// same time for each, where Tree::emplace looks for the key among all that are there.
inline Tree* append(Tree& table, std::string key, Tree value) {
  auto& entries = table.get_ref<Tree::object_t&>();
  return &entries.emplace_back(std::move(key), std::move(value)).second;
}

}  // namespace nernst::io
