// SPDX-License-Identifier: Apache-2.0
#include "nernst/io/hdf5_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <set>
#include <utility>

#include "nernst/base/error.h"
#include "nernst/io/hash.h"
#include "nernst/io/text.h"

namespace nernst::io {

namespace {

static_assert(std::endian::native == std::endian::little,
              "numbers are copied as they lie in memory");

using namespace std::string_view_literals;

// Stands between the HDF5 file and the 32 digits of its digest.
constexpr std::string_view kDigestTag = "nernst-xxh3-128:";
constexpr std::size_t kDigestDigits = 32;

// "Not anywhere", as an address.
constexpr std::uint64_t kUndefined = ~std::uint64_t{0};
constexpr std::size_t kMaxGroups = 32;  // within each other

// A type of number, and the datatype message that stands for it (little-endian, IEEE 754).
struct NumberType {
  Hdf5Type type;
  std::string_view message;
};
constexpr NumberType kNumberTypes[] = {
    {Hdf5Type::float_32,
     "\x11\x20\x1f\x00\x04\x00\x00\x00\x00\x00\x20\x00\x17\x08\x00\x17\x7f\x00\x00\x00"sv},
    {Hdf5Type::float_64,
     "\x11\x20\x3f\x00\x08\x00\x00\x00\x00\x00\x40\x00\x34\x0b\x00\x34\xff\x03\x00\x00"sv},
    {Hdf5Type::uint_8, "\x10\x00\x00\x00\x01\x00\x00\x00\x00\x00\x08\x00"sv},
    {Hdf5Type::uint_32, "\x10\x00\x00\x00\x04\x00\x00\x00\x00\x00\x20\x00"sv},
    {Hdf5Type::uint_64, "\x10\x00\x00\x00\x08\x00\x00\x00\x00\x00\x40\x00"sv},
    {Hdf5Type::int_64, "\x10\x08\x00\x00\x08\x00\x00\x00\x00\x00\x40\x00"sv}};
// Text of a fixed length, padded with NUL, UTF-8; its size in bytes follows.
constexpr std::string_view kTextType = "\x13\x11\x00\x00"sv;

// Thrown within this file, where the file's name is not known.
struct Malformed {
  const char* what;
};

void require(bool condition, const char* what) {
  if (!condition) throw Malformed{what};
}

// Takes numbers and pieces from the front of some bytes, and never more than there are.
class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : bytes_(bytes) {}

  std::string_view take(std::uint64_t count) {
    require(count <= bytes_.size(), "something reaches past its end");
    const std::string_view taken = bytes_.substr(0, static_cast<std::size_t>(count));
    bytes_.remove_prefix(taken.size());
    return taken;
  }
  // A number of 1, 2, 4 or 8 bytes, the lowest first.
  std::uint64_t number(std::size_t width) {
    std::uint64_t value = 0;
    const std::string_view digits = take(width);
    for (std::size_t k = 0; k < width; ++k)
      value |= std::uint64_t{static_cast<unsigned char>(digits[k])} << (8 * k);
    return value;
  }
  void expect(std::string_view wanted, const char* what) {
    require(take(wanted.size()) == wanted, what);
  }
  std::size_t left() const { return bytes_.size(); }

 private:
  std::string_view bytes_;
};

// What the messages of one object header say.
struct Object {
  std::map<std::string, std::uint64_t> links;    // of a group: the headers of its members
  std::string_view dataspace, datatype, layout;  // of a list
};

class Walker {
 public:
  explicit Walker(std::string_view bytes) : bytes_(bytes) {}

  std::map<std::string, Hdf5List> walk() {
    Cursor superblock(bytes_);
    superblock.expect("\x89HDF\r\n\x1a\n"sv, "its first bytes are not those of HDF5");
    superblock.expect("\x02\x08\x08"sv, "it is of another version of HDF5");
    superblock.take(1);  // how it was opened
    require(superblock.number(8) == 0, "it does not start at its first byte");
    require(superblock.number(8) == kUndefined, "its superblock is extended");
    require(superblock.number(8) == bytes_.size(), "its length is not the one it states");
    add_members(read_object(superblock.number(8)), "", 0);
    return std::move(lists_);
  }

 private:
  std::string_view piece(std::uint64_t address, std::uint64_t size) const {
    require(address <= bytes_.size() && size <= bytes_.size() - address,
            "something reaches past its end");
    return bytes_.substr(static_cast<std::size_t>(address), static_cast<std::size_t>(size));
  }

  void add_members(const Object& group, const std::string& path, std::size_t level) {
    require(level <= kMaxGroups, "its groups lie too deep in each other");
    for (const auto& [name, address] : group.links) {
      const std::string member_path = path + "/" + name;
      const Object member = read_object(address);
      if (member.layout.empty()) {
        add_members(member, member_path, level + 1);
      } else {
        lists_.emplace(member_path, list_of(member));
      }
    }
  }

  // An object header (specification IV.A.1.b) with its continuations. Headers do not overlap, so
  // that all that is walked is at most the file, however it is forged; this also keeps links from
  // going in a circle.
  Object read_object(std::uint64_t address) {
    require(seen_.insert(address).second, "an object has two names");
    Cursor header(piece(address, bytes_.size() - std::min<std::uint64_t>(address, bytes_.size())));
    header.expect("OHDR\x02"sv, "an object header is missing");
    const std::uint64_t flags = header.number(1);
    if (flags & 0x20) header.take(16);  // times
    if (flags & 0x10) header.take(4);   // phase change of attributes
    const bool ordered = flags & 0x04;
    const std::uint64_t size = header.number(std::size_t{1} << (flags & 3));

    Object object;
    std::string_view messages = header.take(size);
    // one after the other, the blocks that continue the header
    std::map<std::uint64_t, std::uint64_t> continuations;
    for (;;) {
      walked_ += messages.size();
      require(walked_ <= bytes_.size(), "its object headers overlap");
      read_messages(messages, ordered, object, continuations);
      if (continuations.empty()) return object;
      const auto [next, next_size] = *continuations.begin();
      continuations.erase(continuations.begin());
      require(seen_.insert(next).second, "an object header continues twice in one place");
      Cursor block(piece(next, next_size));
      block.expect("OCHK"sv, "the continuation of an object header is missing");
      require(block.left() >= 4, "the continuation of an object header is too short");
      messages = block.take(block.left() - 4);  // without its checksum
    }
  }

  void read_messages(std::string_view messages, bool ordered, Object& object,
                     std::map<std::uint64_t, std::uint64_t>& continuations) {
    Cursor cursor(messages);
    const std::size_t header_bytes = ordered ? 6 : 4;
    // what is left at the end and too small for a message is a gap
    while (cursor.left() >= header_bytes) {
      const std::uint64_t type = cursor.number(1);
      const std::uint64_t size = cursor.number(2);
      const std::uint64_t flags = cursor.number(1);
      if (ordered) cursor.take(2);
      const std::string_view body = cursor.take(size);
      require((flags & 0x02) == 0, "a message is stored elsewhere");
      switch (type) {
        case 0x00:
          break;  // an empty place
        case 0x01:
          object.dataspace = body;
          break;
        case 0x02:
          check_link_info(body);
          break;
        case 0x03:
          object.datatype = body;
          break;
        case 0x05:
          break;  // fill value: all data is written
        case 0x06:
          read_link(body, object);
          break;
        case 0x08:
          object.layout = body;
          break;
        case 0x0A:
          break;  // group info: how it may grow
        case 0x10: {
          Cursor continuation(body);
          const std::uint64_t address = continuation.number(8);
          continuations.emplace(address, continuation.number(8));
          break;
        }
        case 0x15:
          break;  // attribute info: there are no attributes
        default:
          throw Malformed{"it has a kind of message that Nernst does not write"};
      }
    }
  }

  static void check_link_info(std::string_view body) {
    Cursor cursor(body);
    cursor.expect("\x00"sv, "its links are of another version");
    const std::uint64_t flags = cursor.number(1);
    if (flags & 1) cursor.take(8);
    require(cursor.number(8) == kUndefined, "its links are kept in a heap");
  }

  static void read_link(std::string_view body, Object& object) {
    Cursor cursor(body);
    cursor.expect("\x01"sv, "a link is of another version");
    const std::uint64_t flags = cursor.number(1);
    if (flags & 0x08) require(cursor.number(1) == 0, "it has a link to elsewhere");
    if (flags & 0x04) cursor.take(8);  // order of creation
    if (flags & 0x10) cursor.take(1);  // character set
    const std::string name(cursor.take(cursor.number(std::size_t{1} << (flags & 3))));
    require(!name.empty() && name.find('/') == name.npos && is_utf8(name), "a name is malformed");
    require(object.links.emplace(name, cursor.number(8)).second, "a name is used twice");
  }

  Hdf5List list_of(const Object& object) const {
    Hdf5List list;
    Cursor space(object.dataspace);
    space.expect("\x02"sv, "a list has no size");
    const std::uint64_t rank = space.number(1), flags = space.number(1), kind = space.number(1);
    if (object.datatype.starts_with(kTextType)) {
      require(rank == 0 && kind == 0, "a text is malformed");
      Cursor type(object.datatype.substr(kTextType.size()));
      list.count = static_cast<std::size_t>(type.number(4));
    } else {
      require(rank == 1 && kind == 1 && flags <= 1, "a list has more than one dimension");
      list.type = number_type(object.datatype);
      const std::uint64_t count = space.number(8);
      require(count <= bytes_.size() / size_of(list.type), "something reaches past its end");
      list.count = static_cast<std::size_t>(count);
    }

    // version 3, contiguous
    Cursor layout(object.layout);
    layout.expect("\x03\x01"sv, "a list does not lie in one piece");
    const std::uint64_t address = layout.number(8), size = layout.number(8);
    require(size == list.count * size_of(list.type), "a list has another length than its data");
    if (list.count == 0) return list;
    piece(address, size);
    list.offset = static_cast<std::size_t>(address);
    return list;
  }

  static Hdf5Type number_type(std::string_view message) {
    for (const NumberType& candidate : kNumberTypes)
      if (message == candidate.message) return candidate.type;
    throw Malformed{"it has a type of number that Nernst does not write"};
  }

  std::string_view bytes_;
  std::set<std::uint64_t> seen_;
  std::uint64_t walked_ = 0;
  std::map<std::string, Hdf5List> lists_;
};

}  // namespace

std::size_t size_of(Hdf5Type type) {
  switch (type) {
    case Hdf5Type::float_32:
    case Hdf5Type::uint_32:
      return 4;
    case Hdf5Type::float_64:
    case Hdf5Type::uint_64:
    case Hdf5Type::int_64:
      return 8;
    case Hdf5Type::uint_8:
    case Hdf5Type::text:
      return 1;
  }
  NERNST_CHECK(false);
  return 0;
}

const char* name_of(Hdf5Type type) {
  switch (type) {
    case Hdf5Type::float_32:
      return "float";
    case Hdf5Type::float_64:
      return "double";
    case Hdf5Type::uint_8:
      return "uint8";
    case Hdf5Type::uint_32:
      return "uint32";
    case Hdf5Type::uint_64:
      return "uint64";
    case Hdf5Type::int_64:
      return "int64";
    case Hdf5Type::text:
      return "text";
  }
  NERNST_CHECK(false);
  return "";
}

std::map<std::string, Hdf5List> find_hdf5_lists(std::string_view bytes, const std::string& file) {
  try {
    return Walker(bytes).walk();
  } catch (const Malformed& malformed) {
    throw ConfigError(file, "",
                      fmt::format("is not a checkpoint written by Nernst: {}", malformed.what));
  }
}

std::string with_digest(std::string bytes) {
  const std::string digest = digest_of(bytes);
  bytes += kDigestTag;
  bytes += digest;
  return bytes;
}

std::string_view checked_digest(std::string_view bytes, const std::string& file) {
  const std::size_t tail = kDigestTag.size() + kDigestDigits;
  const std::string_view end = bytes.substr(bytes.size() - std::min(bytes.size(), tail));
  if (!end.starts_with(kDigestTag) || end.size() != tail)
    throw ConfigError(file, "", "is cut short, or is not a checkpoint written by Nernst");
  bytes.remove_suffix(tail);
  if (end.substr(kDigestTag.size()) != digest_of(bytes))
    throw ConfigError(file, "", "is damaged: its digest is another than the one it states");
  return bytes;
}

}  // namespace nernst::io
