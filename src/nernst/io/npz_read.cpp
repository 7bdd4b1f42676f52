// SPDX-License-Identifier: Apache-2.0
// The reader of NPZ files. The zip layout is PKWARE's APPNOTE 6.3: the central directory at the end
// says where the entries are; the arrays' is NumPy's NEP 1.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <zlib.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <new>
#include <optional>
#include <utility>

#include "nernst/base/error.h"
#include "nernst/io/npz.h"
#include "nernst/io/npz_numbers.h"
#include "nernst/io/text.h"

namespace nernst::io {

namespace {

// More than this, and more than kMaxUnpacking times the file, is what no file of weights holds.
constexpr std::size_t kUnpackedAtWill = std::size_t{1} << 27;
constexpr std::size_t kMaxUnpacking = 16;
// deflate makes at most 1032 bytes of one
constexpr std::size_t kMaxDeflateRatio = 1032;
constexpr std::size_t kMaxDimensions = 32;

std::uint32_t number_at(std::string_view bytes, std::size_t place, std::size_t width) {
  NERNST_CHECK(place <= bytes.size() && width <= bytes.size() - place);
  std::uint32_t number = 0;
  for (std::size_t k = width; k-- > 0;)
    number = (number << 8) | static_cast<unsigned char>(bytes[place + k]);
  return number;
}

// An entry of the central directory.
struct Entry {
  std::string_view name;
  std::uint32_t flags, method, crc, packed_size, size, offset;
};

class ZipReader {
 public:
  ZipReader(std::string_view bytes, const std::string& where) : bytes_(bytes), where_(where) {}

  std::vector<Entry> entries() {
    if (bytes_.starts_with("\x93NUMPY"))
      fail("is a single array of NumPy's (.npy); give an NPZ file (numpy.savez)");
    if (!bytes_.starts_with("PK")) fail("is not an NPZ file (as numpy.savez writes it)");
    const std::size_t end = find_end();
    const std::uint32_t count = number_at(bytes_, end + 10, 2),
                        size = number_at(bytes_, end + 12, 4);
    directory_ = number_at(bytes_, end + 16, 4);
    if (count == 0xFFFF || size == kZip64 || directory_ == kZip64) fail_zip64();
    if (number_at(bytes_, end + 4, 4) != 0 || number_at(bytes_, end + 8, 2) != count)
      fail("is one part of a zip file in several; give a whole one");
    if (directory_ > end || size != end - directory_) fail_damaged();

    std::vector<Entry> entries;
    std::string_view left = bytes_.substr(directory_, size);
    for (std::uint32_t k = 0; k < count; ++k) entries.push_back(take_entry(left));
    if (!left.empty()) fail_damaged();
    refuse_bomb(entries);
    return entries;
  }

  // What the entry holds, unpacked and checked; `packed` keeps it alive where it had to be
  // unpacked.
  std::string_view content(const Entry& entry, const std::string& name, std::string& unpacked) {
    if ((entry.flags & 1u) != 0) fail(fmt::format("array \"{}\" is encrypted", name));
    // only the local header knows how long it is itself
    if (directory_ < kLocalHeader || entry.offset > directory_ - kLocalHeader ||
        bytes_.substr(entry.offset, 4) != "PK\x03\x04")
      fail_damaged(name);
    const std::size_t start = std::size_t{entry.offset} + kLocalHeader +
                              number_at(bytes_, entry.offset + 26, 2) +
                              number_at(bytes_, entry.offset + 28, 2);
    if (start > directory_ || entry.packed_size > directory_ - start) fail_damaged(name);

    std::string_view content = bytes_.substr(start, entry.packed_size);
    if (entry.method == kDeflated) {
      unpacked = inflate_raw(content, entry.size, name);
      content = unpacked;
    } else if (entry.method != kStored) {
      fail(
          fmt::format("array \"{}\" is packed by zip's method {}; give a file of numpy.savez or "
                      "numpy.savez_compressed",
                      name, entry.method));
    }
    if (content.size() != entry.size) fail_damaged(name);
    if (crc32_z(0, reinterpret_cast<const Bytef*>(content.data()), content.size()) != entry.crc)
      fail(fmt::format("array \"{}\" is damaged: its checksum does not fit", name));
    return content;
  }

 private:
  static constexpr std::uint32_t kStored = 0, kDeflated = 8, kZip64 = 0xFFFFFFFF;
  static constexpr std::size_t kLocalHeader = 30, kCentralHeader = 46, kEnd = 22;

  [[noreturn]] void fail(const std::string& sentence) const {
    throw ConfigError(where_, "", sentence);
  }
  [[noreturn]] void fail_damaged() const {
    fail("is damaged: its zip directory does not fit the file");
  }
  [[noreturn]] void fail_damaged(const std::string& name) const {
    fail(fmt::format("array \"{}\" is damaged: it does not fit the file", name));
  }
  [[noreturn]] void fail_zip64() const {
    fail("is a Zip64 file; give one of less than 4 GiB and fewer than 65535 arrays");
  }

  // The record at the end of the file, which only a comment may follow.
  std::size_t find_end() const {
    for (std::size_t comment = 0; comment <= 0xFFFF && comment + kEnd <= bytes_.size(); ++comment) {
      const std::size_t place = bytes_.size() - kEnd - comment;
      if (bytes_.substr(place, 4) == "PK\x05\x06" && number_at(bytes_, place + 20, 2) == comment)
        return place;
    }
    fail("is cut short: it has no zip directory at its end");
  }

  Entry take_entry(std::string_view& left) const {
    if (left.size() < kCentralHeader || !left.starts_with("PK\x01\x02")) fail_damaged();
    const std::size_t name_size = number_at(left, 28, 2);
    const std::size_t whole =
        kCentralHeader + name_size + number_at(left, 30, 2) + number_at(left, 32, 2);
    if (left.size() < whole) fail_damaged();
    const Entry entry{left.substr(kCentralHeader, name_size),
                      number_at(left, 8, 2),
                      number_at(left, 10, 2),
                      number_at(left, 16, 4),
                      number_at(left, 20, 4),
                      number_at(left, 24, 4),
                      number_at(left, 42, 4)};
    if (entry.packed_size == kZip64 || entry.size == kZip64 || entry.offset == kZip64) fail_zip64();
    left.remove_prefix(whole);
    return entry;
  }

  // Entries may lie on each other: what counts is all that would be unpacked.
  void refuse_bomb(const std::vector<Entry>& entries) const {
    std::size_t unpacked = 0;
    for (const Entry& entry : entries) unpacked += entry.size;
    if (unpacked > kUnpackedAtWill && unpacked / kMaxUnpacking > bytes_.size())
      fail(fmt::format("has {} bytes that unpack to {}; give a file that is not made to be huge",
                       bytes_.size(), unpacked));
  }

  std::string inflate_raw(std::string_view packed, std::uint32_t size,
                          const std::string& name) const {
    // before room is made for what cannot come
    if (size / kMaxDeflateRatio > packed.size()) fail_damaged(name);
    std::string unpacked(size, '\0');
    z_stream stream{};
    const int start = inflateInit2(&stream, -MAX_WBITS);  // negative: no header
    if (start == Z_MEM_ERROR) throw std::bad_alloc();
    NERNST_CHECK(start == Z_OK);
    // both sizes have 32 bits, as zlib counts
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = reinterpret_cast<Bytef*>(unpacked.data());
    stream.avail_out = size;
    const int status = inflate(&stream, Z_FINISH);
    const bool whole = status == Z_STREAM_END && stream.avail_in == 0 && stream.avail_out == 0;
    inflateEnd(&stream);
    if (status == Z_MEM_ERROR) throw std::bad_alloc();
    if (!whole) fail_damaged(name);
    return unpacked;
  }

  std::string_view bytes_;
  const std::string& where_;
  std::size_t directory_ = 0;
};

// What the header of an .npy says.
struct NpyHeader {
  std::string type;
  bool fortran_order = false;
  std::vector<std::size_t> shape;
};

// The header is a Python dictionary with three keys, in any order:
// {'descr': '<f4', 'fortran_order': False, 'shape': (7, 5), }
class HeaderReader {
 public:
  explicit HeaderReader(std::string_view text) : text_(text) {}

  // Nothing when it is not that.
  std::optional<NpyHeader> read() {
    NpyHeader header;
    std::string_view key;
    bool has_type = false, has_order = false, has_shape = false;
    if (!take('{')) return std::nullopt;
    while (!take('}')) {
      bool good = take_text(key) && take(':');
      if (good && key == "descr") {
        std::string_view type;
        good = !std::exchange(has_type, true) && take_text(type);
        header.type = type;
      } else if (good && key == "fortran_order") {
        good = !std::exchange(has_order, true) && take_truth(header.fortran_order);
      } else if (good && key == "shape") {
        good = !std::exchange(has_shape, true) && take_shape(header.shape);
      } else {
        good = false;
      }
      if (!good) return std::nullopt;
      if (!take(',') && !next_is('}')) return std::nullopt;
    }
    if (!has_type || !has_order || !has_shape || !trimmed(text_).empty()) return std::nullopt;
    return header;
  }

 private:
  bool next_is(char letter) {
    text_.remove_prefix(std::min(text_.find_first_not_of(" \t\r\n"), text_.size()));
    return text_.starts_with(letter);
  }
  bool take(char letter) {
    if (!next_is(letter)) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool take_text(std::string_view& text) {
    const char quote = next_is('"') ? '"' : '\'';
    if (!take(quote)) return false;
    const std::size_t end = text_.find(quote);
    if (end == std::string_view::npos) return false;
    text = text_.substr(0, end);
    text_.remove_prefix(end + 1);
    return true;
  }
  bool take_truth(bool& truth) {
    truth = next_is('T');
    const std::string_view word = truth ? "True" : "False";
    if (!text_.starts_with(word)) return false;
    text_.remove_prefix(word.size());
    return true;
  }
  bool take_shape(std::vector<std::size_t>& shape) {
    if (!take('(')) return false;
    while (!take(')')) {
      std::size_t extent = 0;
      next_is(' ');
      const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), extent);
      if (error != std::errc()) return false;
      text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
      take('L');  // Python 2's long numbers
      shape.push_back(extent);
      if (shape.size() > kMaxDimensions) return false;
      if (!take(',') && !next_is(')')) return false;
    }
    return true;
  }

  std::string_view text_;
};

// From column by column to row by row.
std::vector<double> by_rows(const std::vector<double>& by_columns, std::size_t rows,
                            std::size_t columns) {
  std::vector<double> values(by_columns.size());
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < columns; ++c) values[r * columns + c] = by_columns[c * rows + r];
  return values;
}

// Texts of so many letters each (UTF-32), which zeros fill up; "?" for what is no letter.
std::vector<std::string> texts_of(std::string_view data, std::size_t letters) {
  std::vector<std::string> texts(data.size() / (4 * letters));
  for (std::size_t k = 0; k < texts.size() * letters; ++k) {
    const std::size_t letter = number_at(data, 4 * k, 4);
    std::string& text = texts[k / letters];
    const auto put = [&](std::size_t bits) { text += static_cast<char>(bits); };
    const auto more = [&](unsigned shift) { put(0x80 | ((letter >> shift) & 0x3F)); };
    if (letter == 0) continue;
    if (letter < 0x80) {
      put(letter);
    } else if (letter < 0x800) {
      put(0xC0 | (letter >> 6)), more(0);
    } else if (letter > 0x10FFFF || (letter >= 0xD800 && letter < 0xE000)) {
      text += "?";
    } else if (letter < 0x10000) {
      put(0xE0 | (letter >> 12)), more(6), more(0);
    } else {
      put(0xF0 | (letter >> 18)), more(12), more(6), more(0);
    }
  }
  return texts;
}

}  // namespace

NpzArray parse_npy(std::string_view bytes, const std::string& name, const std::string& where) {
  const auto fail = [&](const std::string& sentence) {
    throw ConfigError(where, "", fmt::format("array \"{}\" {}", name, sentence));
  };
  if (!bytes.starts_with("\x93NUMPY")) fail("is not in NumPy's format (.npy)");
  if (bytes.size() < 10) fail("is cut short within its header");
  const unsigned version = static_cast<unsigned char>(bytes[6]);
  if (version < 1 || version > 3)
    fail(fmt::format("has version {} of NumPy's format; give 1, 2 or 3", version));
  const std::size_t width = version == 1 ? 2 : 4;
  if (bytes.size() < 8 + width) fail("is cut short within its header");
  const std::size_t header_size = number_at(bytes, 8, width);
  if (header_size > bytes.size() - 8 - width) fail("is cut short within its header");
  const std::optional<NpyHeader> header = HeaderReader(bytes.substr(8 + width, header_size)).read();
  if (!header) fail("has a header that is not one of a plain array of numbers");

  // the type: its byte order, then its name
  std::string_view type_name = header->type;
  const bool big_endian = type_name.starts_with('>');
  if (type_name.find_first_of("<>|=") == 0) type_name.remove_prefix(1);
  const std::string_view data = bytes.substr(8 + width + header_size);
  if (type_name.starts_with('U') && is_index(type_name.substr(1)) && header->shape.size() == 1) {
    const auto letters = parse_number(type_name.substr(1));
    const auto count = static_cast<double>(header->shape[0]);
    if (big_endian || !letters || *letters < 1 ||
        *letters * count * 4 != static_cast<double>(data.size()))
      fail("has texts of another size than its shape asks for");
    return {name, header->shape, {}, texts_of(data, static_cast<std::size_t>(*letters))};
  }
  std::optional<NumberType> type = number_type(type_name);
  if (!type)
    fail(fmt::format("has numbers of type \"{}\"; give float16, float32, float64, integers or bool",
                     shown(header->type)));
  type->big_endian = big_endian;

  const std::optional<std::size_t> count = count_of(header->shape, data.size() / type->bytes);
  if (!count || *count * type->bytes != data.size())
    fail(fmt::format("has {} bytes of numbers where its shape ({}) of {} asks for others",
                     data.size(), fmt::join(header->shape, ", "), shown(header->type)));

  NpzArray array{name, header->shape, decode_numbers(data, *type)};
  if (header->fortran_order && array.shape.size() > 2)
    fail("lies in Fortran order with more than two dimensions; give numpy.ascontiguousarray of it");
  if (header->fortran_order && array.shape.size() == 2 && !array.values.empty())
    array.values = by_rows(array.values, array.shape[0], array.shape[1]);
  return array;
}

std::vector<NpzArray> parse_npz(std::string_view bytes, const std::string& where) {
  ZipReader zip(bytes, where);
  std::vector<NpzArray> arrays;
  std::vector<std::string> names;
  for (const Entry& entry : zip.entries()) {
    if (!entry.name.ends_with(".npy"))
      throw ConfigError(where, "",
                        fmt::format("holds \"{}\", which is not an array (.npy); give a file that "
                                    "numpy.savez wrote",
                                    shown(entry.name)));
    const std::string name(entry.name.substr(0, entry.name.size() - 4));
    std::string unpacked;
    arrays.push_back(parse_npy(zip.content(entry, shown(name), unpacked), shown(name), where));
    arrays.back().name = name;
    names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end())
    throw ConfigError(where, "", fmt::format("has two arrays \"{}\"", shown(*twice)));
  return arrays;
}

}  // namespace nernst::io
