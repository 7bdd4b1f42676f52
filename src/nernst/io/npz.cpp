// SPDX-License-Identifier: Apache-2.0
// The zip layout is PKWARE's APPNOTE 6.3 (local header, data, central directory); the arrays' is
// NumPy's NEP 1.
#include "nernst/io/npz.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <type_traits>
#include <utility>

#include "nernst/base/error.h"
#include "nernst/io/text.h"

namespace nernst::io {

namespace {

static_assert(std::endian::native == std::endian::little,
              "numbers are copied as they lie in memory");

constexpr std::uint64_t kMaxZipBytes = std::numeric_limits<std::uint32_t>::max();

void put_16(std::string& bytes, unsigned number) {
  bytes += static_cast<char>(number & 0xFF);
  bytes += static_cast<char>((number >> 8) & 0xFF);
}
void put_32(std::string& bytes, std::uint32_t number) {
  put_16(bytes, number & 0xFFFF);
  put_16(bytes, number >> 16);
}

// The fields that the local header and the central directory share, from the version needed on.
void put_common(std::string& bytes, std::uint32_t crc, std::uint32_t size, std::size_t name_size) {
  constexpr unsigned version = 20, utf8_name = 1u << 11, stored = 0;
  // 1980-01-01 00:00, the zero of zip's calendar: the bytes must not depend on the time of day
  constexpr unsigned time = 0, date = (1u << 5) | 1u;
  put_16(bytes, version);
  put_16(bytes, utf8_name);
  put_16(bytes, stored);
  put_16(bytes, time);
  put_16(bytes, date);
  put_32(bytes, crc);
  put_32(bytes, size);  // compressed
  put_32(bytes, size);
  put_16(bytes, static_cast<unsigned>(name_size));
  put_16(bytes, 0);  // extra field
}

// The header of an .npy of format 1.0, padded so that the data starts at a multiple of 64 bytes.
std::string npy_header(std::string_view type, const std::string& shape) {
  const std::string dictionary =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': {}, }}", type, shape);
  const std::size_t preamble = 10;
  const std::size_t total = (preamble + dictionary.size() + 1 + 63) / 64 * 64;
  std::string header("\x93NUMPY\x01\x00", 8);
  put_16(header, static_cast<unsigned>(total - preamble));
  header += dictionary;
  header.resize(total - 1, ' ');
  return header + '\n';
}

std::uint32_t crc_of(std::string_view header, std::string_view data) {
  uLong crc = 0;
  for (const std::string_view part : {header, data})
    crc = crc32_z(crc, reinterpret_cast<const Bytef*>(part.data()), part.size());
  return static_cast<std::uint32_t>(crc);
}

// The letters of a text; "?" for bytes that are no UTF-8.
std::u32string utf32_of(std::string_view text) {
  std::u32string letters;
  for (std::size_t k = 0; k < text.size();) {
    const std::size_t length = utf8_length(text, k);
    const auto first = static_cast<unsigned char>(text[k]);
    char32_t letter = length == 1 ? first : first & (0xFFu >> (length + 1));
    for (std::size_t more = 1; more < length; ++more)
      letter = (letter << 6) | (static_cast<unsigned char>(text[k + more]) & 0x3Fu);
    letters += length == 0 ? U'?' : letter;
    k += std::max<std::size_t>(length, 1);
  }
  return letters;
}

}  // namespace

void NpzWriter::refuse_too_large(const std::string& name, std::uint64_t size) const {
  // room for the headers of this entry and for the central directory
  if (bytes_.size() + size + 8192 + 256 * (entries_.size() + 1) + 2 * name.size() > kMaxZipBytes)
    throw ConfigError(name, "", "is too large for an NPZ file, which holds less than 4 GiB");
}

void NpzWriter::add_bytes(const std::string& name, const std::string& header,
                          std::string_view data) {
  const std::string file_name = name + ".npy";
  NERNST_CHECK(!name.empty() && is_utf8(name) && file_name.size() <= 0xFFFF);
  NERNST_CHECK(entries_.size() < 0xFFFF);
  NERNST_CHECK(std::none_of(entries_.begin(), entries_.end(),
                            [&](const Entry& entry) { return entry.file_name == file_name; }));
  const std::uint64_t size = header.size() + std::uint64_t{data.size()};
  refuse_too_large(name, size);
  const std::size_t offset = bytes_.size();
  const std::uint32_t crc = crc_of(header, data);
  bytes_ += "PK\x03\x04";
  put_common(bytes_, crc, static_cast<std::uint32_t>(size), file_name.size());
  bytes_ += file_name;
  bytes_ += header;
  bytes_ += data;
  entries_.push_back(
      {file_name, crc, static_cast<std::uint32_t>(size), static_cast<std::uint32_t>(offset)});
}

template <class T>
void NpzWriter::add_array(const std::string& name, const std::string& shape,
                          MatrixView<const T> matrix) {
  refuse_too_large(name, std::uint64_t{matrix.rows()} * matrix.columns() * sizeof(T));
  std::string data;
  data.reserve(matrix.rows() * matrix.columns() * sizeof(T));
  for (std::size_t row = 0; row < matrix.rows(); ++row) {
    const std::span<const T> values = matrix.row(row);
    data.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
  }
  add_bytes(name, npy_header(std::is_same_v<T, float> ? "<f4" : "<f8", shape), data);
}

void NpzWriter::add(const std::string& name, MatrixView<const float> matrix) {
  add_array(name, fmt::format("({}, {})", matrix.rows(), matrix.columns()), matrix);
}
void NpzWriter::add(const std::string& name, MatrixView<const double> matrix) {
  add_array(name, fmt::format("({}, {})", matrix.rows(), matrix.columns()), matrix);
}
void NpzWriter::add(const std::string& name, std::span<const float> values) {
  add_array(name, fmt::format("({},)", values.size()),
            MatrixView<const float>(values.data(), 1, values.size()));
}
void NpzWriter::add(const std::string& name, std::span<const double> values) {
  add_array(name, fmt::format("({},)", values.size()),
            MatrixView<const double>(values.data(), 1, values.size()));
}

void NpzWriter::add_texts(const std::string& name, const std::vector<std::string>& texts) {
  std::vector<std::u32string> letters;
  std::size_t longest = 1;
  for (const std::string& text : texts) {
    letters.push_back(utf32_of(text));
    longest = std::max(longest, letters.back().size());
  }
  std::string data;
  for (const std::u32string& one : letters)
    for (std::size_t k = 0; k < longest; ++k) put_32(data, k < one.size() ? one[k] : 0);
  add_bytes(name, npy_header(fmt::format("<U{}", longest), fmt::format("({},)", texts.size())),
            data);
}

std::string NpzWriter::finish() {
  const std::size_t directory = bytes_.size();
  for (const Entry& entry : entries_) {
    bytes_ += "PK\x01\x02";
    put_16(bytes_, 20);  // version made by
    put_common(bytes_, entry.crc, entry.size, entry.file_name.size());
    put_16(bytes_, 0);  // comment
    put_16(bytes_, 0);  // disk
    put_16(bytes_, 0);  // internal attributes
    put_32(bytes_, 0);  // external attributes
    put_32(bytes_, entry.offset);
    bytes_ += entry.file_name;
  }
  const std::size_t directory_size = bytes_.size() - directory;
  NERNST_CHECK(bytes_.size() <= kMaxZipBytes);
  bytes_ += "PK\x05\x06";
  put_16(bytes_, 0);  // this disk
  put_16(bytes_, 0);  // the directory's disk
  put_16(bytes_, static_cast<unsigned>(entries_.size()));
  put_16(bytes_, static_cast<unsigned>(entries_.size()));
  put_32(bytes_, static_cast<std::uint32_t>(directory_size));
  put_32(bytes_, static_cast<std::uint32_t>(directory));
  put_16(bytes_, 0);  // comment
  entries_.clear();
  return std::exchange(bytes_, {});
}

}  // namespace nernst::io
