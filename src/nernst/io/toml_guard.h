// SPDX-License-Identifier: Apache-2.0
// What stands between a user's text and toml++, which cannot be given every text.
//
// Its undefined behaviour: a character beyond ASCII outside of quotes, or the first one after a
// line that ends in a backslash, may lead to a place it calls unreachable
// (https://github.com/marzer/tomlplusplus/issues/190, /295), and nothing limits the dots of a key,
// so that taking the tables down again overflows the stack.
#pragma once

#include <string>
#include <string_view>

namespace nernst::io {

// TOML of the same meaning, with the same lines, in ASCII and of limited depth; a malformed text
// stays malformed. Throws ConfigError(`name:line`) for what is not UTF-8, characters beyond ASCII
// outside of quotes and comments, and too many levels.
std::string guard_toml(std::string_view text, const std::string& name);

}  // namespace nernst::io
