// SPDX-License-Identifier: Apache-2.0
// Where the lists of a checkpoint lie in its bytes: our own strict reader of the part of HDF5 that
// Hdf5Writer uses.
//
// libhdf5 1.10 trusts what it opens: a forged file of 11 KB makes it take 4 GB, and it has known
// overflows. So libhdf5 writes, in the layout of its version 1.8 (superblock 2, object headers 2,
// links in the headers, contiguous data), and this reads exactly that ("HDF5 File Format
// Specification", version 2.0) and refuses all else. After the HDF5 file proper comes a digest of
// it, which other readers pass over.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace nernst::io {

enum class Hdf5Type { float_32, float_64, uint_8, uint_32, uint_64, int_64, text };

std::size_t size_of(Hdf5Type type);

// What is said of a type in an error: "float", "text", ...
const char* name_of(Hdf5Type type);

// One list: `count` numbers of `type` from byte `offset` on, all within the file.
struct Hdf5List {
  Hdf5Type type = Hdf5Type::text;
  std::size_t offset = 0;
  std::size_t count = 0;
};

// The lists of the HDF5 file `bytes` by their paths ("/tiles/0/net"). Throws ConfigError, naming
// `file`, when the bytes are not such a file.
std::map<std::string, Hdf5List> find_hdf5_lists(std::string_view bytes, const std::string& file);

// `bytes` followed by their digest.
std::string with_digest(std::string bytes);

// `bytes` without the digest at their end. Throws ConfigError, naming `file`, when there is none or
// another.
std::string_view checked_digest(std::string_view bytes, const std::string& file);

}  // namespace nernst::io
