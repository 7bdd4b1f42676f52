// SPDX-License-Identifier: Apache-2.0
#include "nernst/io/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>
#include <span>

#include "nernst/base/error.h"
#include "nernst/base/interruption.h"

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

// More than this, and more than kMaxUnpacking times the file, is what no table and no image holds.
constexpr std::size_t kUnpackedAtWill = std::size_t{1} << 26;
constexpr std::size_t kMaxUnpacking = 64;

// The size that the end of the file claims (of its last member, modulo 2^32): right for most files,
// and nothing to be believed.
std::size_t claimed_size(std::string_view bytes) {
  if (bytes.size() < 18) return 0;
  std::size_t size = 0;
  for (std::size_t k = 1; k <= 4; ++k)
    size = (size << 8) | static_cast<unsigned char>(bytes[bytes.size() - k]);
  return size;
}

}  // namespace

bool is_gzip(std::string_view bytes) { return bytes.starts_with("\x1f\x8b"); }

std::string gunzip(std::string_view bytes, const std::string& name, std::size_t max_bytes,
                   const std::string& remedy) {
  if (!is_gzip(bytes)) throw ConfigError(name, "", "is not a gzip file");
  const std::size_t packed = bytes.size();
  const std::size_t believable = std::max(kUnpackedAtWill, kMaxUnpacking * packed);
  const std::size_t most = std::min(max_bytes, believable);
  Inflater inflater;
  std::string result;
  // memory that is not written to is not taken: a claim that is right saves the copies of growing
  result.reserve(std::min(most, claimed_size(bytes)) + 1);
  std::size_t size = 0;
  for (;;) {
    heed_interruption();
    // room for one byte more than allowed, so that too many are noticed; grown as bytes really come
    constexpr std::size_t step = std::size_t{1} << 16;
    if (result.size() == size) {
      // (where the claim was too small: twice the room at once, or each step would copy all)
      if (result.capacity() == size) result.reserve(std::min(most, 2 * size + step) + 1);
      result.resize(std::min(result.capacity(), size + step));
    }
    std::span<char> free_place(result.data() + size, result.size() - size);
    const std::size_t bytes_before = bytes.size();
    const int status = inflater.step(bytes, free_place);
    const std::size_t added = result.size() - size - free_place.size();
    size += added;
    if (size > max_bytes)
      throw ConfigError(name, "",
                        "holds more than " + std::to_string(max_bytes) + " bytes; " + remedy);
    if (size > believable)
      throw ConfigError(name, "",
                        "has " + std::to_string(packed) + " bytes that unpack to more than " +
                            std::to_string(kMaxUnpacking) +
                            " times as many; unpack it yourself (gunzip) where that is meant");
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

std::string gunzip_start(std::string_view bytes, std::size_t most) {
  Inflater inflater;
  std::string start(most, '\0');
  std::span<char> free_place(start);
  while (!free_place.empty()) {
    const std::size_t room_before = free_place.size(), bytes_before = bytes.size();
    const int status = inflater.step(bytes, free_place);
    const bool stuck = free_place.size() == room_before && bytes.size() == bytes_before;
    if (stuck || (status != Z_OK && status != Z_STREAM_END)) break;
    if (status != Z_STREAM_END) continue;
    if (!is_gzip(bytes)) break;
    inflater.next_member();
  }
  start.resize(most - free_place.size());
  return start;
}

std::string read_plain_or_gzip(const Path& path, std::size_t max_bytes) {
  std::string bytes = read_file(path, max_bytes);
  if (!is_gzip(bytes)) return bytes;
  return gunzip(bytes, path.string(), max_bytes);
}

}  // namespace nernst::io
