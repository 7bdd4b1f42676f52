// SPDX-License-Identifier: Apache-2.0
// TOML (v1.0.0) to a Tree and back, and single assignments from the command line.
#pragma once

#include <string>
#include <string_view>

#include "nernst/base/parameters.h"

namespace nernst::io {

// The table that `text` describes, its keys in the order of the text. Throws
// ConfigError(`name:line`) for what is not TOML, for dates and times, for inf and nan and for more
// than kMaxDepth levels.
Tree parse_toml(std::string_view text, const std::string& name);

// TOML that parse_toml reads back to the same tree, but that a table's values come before its
// sub-tables. A whole double is written 1.0. Throws ConfigError for what TOML cannot hold: null, a
// number that is not finite, an integer above 2^63 - 1, text that is not UTF-8, more than kMaxDepth
// levels.
std::string to_toml(const Tree& table);

// Carries out `table.key=value` (`--set`) on `tree`. The value is TOML where it can be read so and
// a plain text otherwise (`training.schedule=progressive`); an entry of a list is named by its
// index from 0 (`network.layer.0.units=64`); tables that are missing are made. Throws ConfigError,
// with the tree as it was, for a malformed assignment, an index that is not there, a key below
// something that is not a table.
void set_value(Tree& tree, std::string_view assignment);

}  // namespace nernst::io
