// SPDX-License-Identifier: Apache-2.0
#include "nernst/io/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>
#include <span>

#include "nernst/base/error.h"

namespace nernst::io {

namespace {

// zlib's state for one gzip file, released at the end of its scope.
class Inflater {
 public:
  Inflater() {
    // 16 = a gzip header is expected
    const int status = inflateInit2(&stream_, 16 + MAX_WBITS);
    if (status == Z_MEM_ERROR) throw std::bad_alloc();
    NERNST_CHECK(status == Z_OK);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { inflateEnd(&stream_); }

  // Takes bytes from the front of `in`, puts bytes at the front of `out` and shortens both by what
  // was used.
  int step(std::string_view& in, std::span<char>& out) {
    // zlib counts in 32 bits
    constexpr std::size_t most = std::numeric_limits<uInt>::max();
    const auto in_size = static_cast<uInt>(std::min(in.size(), most));
    const auto out_size = static_cast<uInt>(std::min(out.size(), most));
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
    stream_.avail_in = in_size;
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = out_size;
    const int status = inflate(&stream_, Z_NO_FLUSH);
    in.remove_prefix(in_size - stream_.avail_in);
    out = out.subspan(out_size - stream_.avail_out);
    if (status == Z_MEM_ERROR) throw std::bad_alloc();
    return status;
  }

  void next_member() { NERNST_CHECK(inflateReset(&stream_) == Z_OK); }

 private:
  z_stream stream_{};
};

bool is_padding(std::string_view bytes) {
  return bytes.find_first_not_of('\0') == std::string_view::npos;
}

}  // namespace

bool is_gzip(std::string_view bytes) { return bytes.starts_with("\x1f\x8b"); }

std::string gunzip(std::string_view bytes, const std::string& name, std::size_t max_bytes) {
  if (!is_gzip(bytes)) throw ConfigError(name, "", "is not a gzip file");
  Inflater inflater;
  std::string result;
  std::size_t size = 0;
  for (;;) {
    // room for one byte more than allowed, so that too many are noticed; grown as bytes really come
    const std::size_t room = std::min(max_bytes, std::max<std::size_t>(2 * size, 1 << 16));
    if (result.size() < room + 1) result.resize(room + 1);
    std::span<char> free_place(result.data() + size, result.size() - size);
    const std::size_t bytes_before = bytes.size();
    const int status = inflater.step(bytes, free_place);
    const std::size_t added = result.size() - size - free_place.size();
    size += added;
    if (size > max_bytes)
      throw ConfigError(
          name, "", "holds more than " + std::to_string(max_bytes) + " bytes; give a smaller one");
    if (status == Z_STREAM_END) {
      if (is_padding(bytes)) break;
      if (!is_gzip(bytes)) throw ConfigError(name, "", "has other bytes after its gzip data");
      inflater.next_member();
      continue;
    }
    if (status != Z_OK && status != Z_BUF_ERROR)
      throw ConfigError(name, "", "is damaged: its gzip data cannot be read");
    // nothing more can come from nothing
    const bool stuck = added == 0 && bytes.size() == bytes_before;
    if (bytes.empty() && stuck)
      throw ConfigError(name, "", "is cut short: its gzip data has no end");
    NERNST_CHECK(!stuck);
  }
  result.resize(size);
  return result;
}

std::string read_plain_or_gzip(const Path& path, std::size_t max_bytes) {
  std::string bytes = read_file(path, max_bytes);
  if (!is_gzip(bytes)) return bytes;
  return gunzip(bytes, path.string(), max_bytes);
}

}  // namespace nernst::io
