// SPDX-License-Identifier: Apache-2.0
// Files that may be compressed with gzip (RFC 1952).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "nernst/io/file.h"

namespace nernst::io {

// True when `bytes` starts like a gzip file.
bool is_gzip(std::string_view bytes);

// What the gzip file `bytes` holds (all its members). Throws ConfigError, naming `name`, when it is
// cut short, damaged, holds more than `max_bytes` (with `remedy` as what would do), or is made to
// be huge: more than 64 MiB and more than 64 times its own size. No more memory than that is taken.
std::string gunzip(std::string_view bytes, const std::string& name,
                   std::size_t max_bytes = kMaxFileBytes,
                   const std::string& remedy = "give a smaller one");

// The first bytes of what the gzip file holds, at most `most`; fewer where it ends or is damaged.
std::string gunzip_start(std::string_view bytes, std::size_t most);

// The bytes of the file at `path`, uncompressed when it is a gzip file, whatever it is called.
// Throws ConfigError for a file that is missing, damaged or holds more than `max_bytes`, IoError
// when the system refuses.
std::string read_plain_or_gzip(const Path& path, std::size_t max_bytes = kMaxFileBytes);

}  // namespace nernst::io
