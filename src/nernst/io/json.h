// SPDX-License-Identifier: Apache-2.0
// JSON to a Tree and back.
#pragma once

#include <string>
#include <string_view>

#include "nernst/base/parameters.h"

namespace nernst::io {

enum class JsonLayout {
  line,      // one line without blanks, for JSON Lines
  indented,  // two blanks a level, and a line end at the end
};

// The value that `text` describes, its keys in the order of the text. Throws
// ConfigError(`name:line`) for what is not JSON, for a key that a table has twice and for more than
// kMaxDepth levels.
Tree parse_json(std::string_view text, const std::string& name);

// JSON with the keys in their order and each double in the fewest digits that read back as the same
// double; a number that is not finite becomes null, and broken UTF-8 the replacement character.
std::string to_json(const Tree& value, JsonLayout layout);

}  // namespace nernst::io
