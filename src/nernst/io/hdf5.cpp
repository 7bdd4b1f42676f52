// SPDX-License-Identifier: Apache-2.0
#include "nernst/io/hdf5.h"

#include <fmt/format.h>
#include <hdf5.h>

#include <array>
#include <bit>
#include <cstring>
#include <map>
#include <mutex>
#include <new>
#include <set>
#include <utility>

#include "nernst/base/error.h"
#include "nernst/io/hdf5_format.h"
#include "nernst/io/text.h"

namespace nernst::io {

namespace {

herr_t look_for_want_of_memory(unsigned, const H5E_error2_t* error, void* found) {
  if (error->min_num == H5E_NOSPACE || error->min_num == H5E_CANTALLOC)
    *static_cast<bool*>(found) = true;
  return 0;
}

// libhdf5 fails on our writes only when there is no memory, as its list of errors then says, or
// when we use it wrongly.
void check(bool succeeded) {
  if (succeeded) return;
  bool no_memory = false;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, look_for_want_of_memory, &no_memory);
  if (no_memory) throw std::bad_alloc();
  NERNST_CHECK(succeeded);
}
void check(herr_t status) { check(status >= 0); }

// An identifier of libhdf5, given back at the end of its scope.
class Handle {
 public:
  using Close = herr_t (*)(hid_t);
  Handle(hid_t id, Close close) : id_(id), close_(close) { check(id_ >= 0); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() { close_(id_); }
  operator hid_t() const { return id_; }

 private:
  hid_t id_;
  Close close_;
};

// libhdf5 prints its errors unless it is told not to, and the library never prints.
void be_silent() { check(H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr)); }

// Links in the headers of their groups, however many; no times, so that the bytes depend on the
// content only.
void set_group_layout(hid_t properties) {
  check(H5Pset_obj_track_times(properties, false));
  check(H5Pset_link_phase_change(properties, 65535, 65535));
}

hid_t create_file() {
  be_silent();
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  constexpr std::size_t growth_bytes = std::size_t{1} << 20;
  check(H5Pset_fapl_core(access, growth_bytes, false));
  check(H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V18));
  const Handle creation(H5Pcreate(H5P_FILE_CREATE), H5Pclose);
  set_group_layout(creation);
  return H5Fcreate("checkpoint", H5F_ACC_TRUNC, creation, access);
}

// Bob Jenkins' lookup3 (public domain, 2006) of 44 bytes: the checksum that ends a superblock of
// version 2.
std::uint32_t superblock_checksum(const std::string& bytes) {
  std::array<std::uint32_t, 11> words;
  std::memcpy(words.data(), bytes.data(), sizeof words);
  std::uint32_t a = 0xdeadbeef + sizeof words, b = a, c = a;
  for (std::size_t k = 0; k + 3 <= words.size(); k += 3) {
    a += words[k], b += words[k + 1], c += words[k + 2];
    a -= c, a ^= std::rotl(c, 4), c += b;
    b -= a, b ^= std::rotl(a, 6), a += c;
    c -= b, c ^= std::rotl(b, 8), b += a;
    a -= c, a ^= std::rotl(c, 16), c += b;
    b -= a, b ^= std::rotl(a, 19), a += c;
    c -= b, c ^= std::rotl(b, 4), b += a;
  }
  a += words[9], b += words[10];
  c ^= b, c -= std::rotl(b, 14);
  a ^= c, a -= std::rotl(c, 11);
  b ^= a, b -= std::rotl(a, 25);
  c ^= b, c -= std::rotl(b, 16);
  a ^= c, a -= std::rotl(c, 4);
  b ^= a, b -= std::rotl(a, 14);
  c ^= b, c -= std::rotl(b, 24);
  return c;
}

// A name with its leading slash.
std::string full_name(const std::string& name) { return name.starts_with('/') ? name : "/" + name; }

}  // namespace

struct Hdf5Writer::File {
  static std::recursive_mutex& turn() {
    static std::recursive_mutex mutex;
    return mutex;
  }

  File()
      : file(create_file(), H5Fclose),
        list_properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose),
        group_properties(H5Pcreate(H5P_GROUP_CREATE), H5Pclose) {
    check(H5Pset_obj_track_times(list_properties, false));
    // otherwise each list has room for attributes that we do not write
    check(H5Pset_dset_no_attrs_hint(list_properties, true));
    set_group_layout(group_properties);
  }

  void write(const std::string& name, hid_t type, hid_t space, const void* values) {
    const std::string path = full_name(name);
    NERNST_CHECK(is_utf8(path) && path.find('\0') == path.npos);
    NERNST_CHECK(names.insert(path).second);
    // the groups above, one by one: libhdf5's own way would give them its default layout
    for (auto slash = path.find('/', 1); slash != path.npos; slash = path.find('/', slash + 1)) {
      const std::string group = path.substr(0, slash);
      if (!groups.insert(group).second) continue;
      Handle(H5Gcreate2(file, group.c_str(), H5P_DEFAULT, group_properties, H5P_DEFAULT), H5Gclose);
    }
    const Handle list(
        H5Dcreate2(file, path.c_str(), type, space, H5P_DEFAULT, list_properties, H5P_DEFAULT),
        H5Dclose);
    check(H5Dwrite(list, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values));
  }

  template <class T>
  void write_list(const std::string& name, hid_t type, std::span<const T> values) {
    const hsize_t count = values.size();
    const Handle space(H5Screate_simple(1, &count, nullptr), H5Sclose);
    // an empty list may have no address, which libhdf5 does not like
    const T none{};
    write(name, type, space, values.empty() ? &none : values.data());
  }

  // libhdf5 is not made for threads: one writer at a time, the others wait until it is gone
  std::unique_lock<std::recursive_mutex> alone{turn()};
  Handle file, list_properties, group_properties;
  std::set<std::string> names, groups;
};

Hdf5Writer::Hdf5Writer() : file_(std::make_unique<File>()) {}
Hdf5Writer::Hdf5Writer(Hdf5Writer&&) noexcept = default;
Hdf5Writer& Hdf5Writer::operator=(Hdf5Writer&&) noexcept = default;
Hdf5Writer::~Hdf5Writer() = default;

void Hdf5Writer::write(const std::string& name, std::span<const float> values) {
  file_->write_list(name, H5T_IEEE_F32LE, values);
}
void Hdf5Writer::write(const std::string& name, std::span<const double> values) {
  file_->write_list(name, H5T_IEEE_F64LE, values);
}
void Hdf5Writer::write(const std::string& name, std::span<const std::uint8_t> values) {
  file_->write_list(name, H5T_STD_U8LE, values);
}
void Hdf5Writer::write(const std::string& name, std::span<const std::uint32_t> values) {
  file_->write_list(name, H5T_STD_U32LE, values);
}
void Hdf5Writer::write(const std::string& name, std::span<const std::uint64_t> values) {
  file_->write_list(name, H5T_STD_U64LE, values);
}
void Hdf5Writer::write(const std::string& name, std::span<const std::int64_t> values) {
  file_->write_list(name, H5T_STD_I64LE, values);
}

void Hdf5Writer::write_text(const std::string& name, std::string_view text) {
  NERNST_CHECK(is_utf8(text) && text.find('\0') == text.npos && text.size() < UINT32_MAX);
  const Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  // no text type is empty: an empty text is one NUL, which is padding
  const std::string padded = text.empty() ? std::string(1, '\0') : std::string(text);
  check(H5Tset_size(type, padded.size()));
  check(H5Tset_strpad(type, H5T_STR_NULLPAD));
  check(H5Tset_cset(type, H5T_CSET_UTF8));
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  file_->write(name, type, space, padded.data());
}

std::string Hdf5Writer::finish() {
  check(H5Fflush(file_->file, H5F_SCOPE_GLOBAL));
  const ssize_t size = H5Fget_file_image(file_->file, nullptr, 0);
  check(size > 0);
  std::string bytes(static_cast<std::size_t>(size), '\0');
  check(H5Fget_file_image(file_->file, bytes.data(), bytes.size()) == size);
  // H5Fget_file_image clears the mark "open for writing", and before HDF5 2.0 leaves the checksum
  // of it as it was (https://github.com/HDFGroup/hdf5/issues/1915), so that no other program could
  // open the file
  const std::uint32_t checksum = superblock_checksum(bytes);
  std::memcpy(bytes.data() + 44, &checksum, sizeof checksum);
  // a checkpoint that could not be read again should fail now, not when it is needed
  std::size_t found = 0;
  try {
    found = find_hdf5_lists(bytes, "the checkpoint").size();
  } catch (const ConfigError& error) {
    throw InternalError(error.what());
  }
  NERNST_CHECK(found == file_->names.size());
  file_.reset();
  return with_digest(std::move(bytes));
}

struct Hdf5Reader::File {
  const Hdf5List& find(const std::string& list) const {
    const auto found = lists.find(full_name(list));
    if (found == lists.end())
      throw ConfigError(name, "", fmt::format("has no \"{}\"", shown(full_name(list))));
    return found->second;
  }
  const Hdf5List& find(const std::string& list, Hdf5Type type) const {
    const Hdf5List& found = find(list);
    if (found.type != type)
      throw ConfigError(name, "",
                        fmt::format("has \"{}\" as {} where {} is needed", shown(full_name(list)),
                                    name_of(found.type), name_of(type)));
    return found;
  }

  std::string bytes, name;
  std::map<std::string, Hdf5List> lists;
};

namespace {

template <Hdf5Number T>
constexpr Hdf5Type type_of() {
  if constexpr (std::same_as<T, float>) return Hdf5Type::float_32;
  if constexpr (std::same_as<T, double>) return Hdf5Type::float_64;
  if constexpr (std::same_as<T, std::uint8_t>) return Hdf5Type::uint_8;
  if constexpr (std::same_as<T, std::uint32_t>) return Hdf5Type::uint_32;
  if constexpr (std::same_as<T, std::uint64_t>) return Hdf5Type::uint_64;
  if constexpr (std::same_as<T, std::int64_t>) return Hdf5Type::int_64;
}

}  // namespace

Hdf5Reader::Hdf5Reader(std::string bytes, std::string name) : file_(std::make_unique<File>()) {
  file_->bytes = std::move(bytes);
  file_->name = std::move(name);
  file_->lists = find_hdf5_lists(checked_digest(file_->bytes, file_->name), file_->name);
}
Hdf5Reader::Hdf5Reader(Hdf5Reader&&) noexcept = default;
Hdf5Reader& Hdf5Reader::operator=(Hdf5Reader&&) noexcept = default;
Hdf5Reader::~Hdf5Reader() = default;

std::vector<std::string> Hdf5Reader::names() const {
  std::vector<std::string> names;
  for (const auto& [name, list] : file_->lists) names.push_back(name);
  return names;
}

bool Hdf5Reader::contains(const std::string& name) const {
  return file_->lists.contains(full_name(name));
}

std::size_t Hdf5Reader::size(const std::string& name) const { return file_->find(name).count; }

template <Hdf5Number T>
std::vector<T> Hdf5Reader::read(const std::string& name) const {
  std::vector<T> values(file_->find(name, type_of<T>()).count);
  read_into<T>(name, values);
  return values;
}

template <Hdf5Number T>
void Hdf5Reader::read_into(const std::string& name, std::span<T> place) const {
  const Hdf5List& list = file_->find(name, type_of<T>());
  if (list.count != place.size())
    throw ConfigError(file_->name, "",
                      fmt::format("has {} numbers in \"{}\" where {} are needed", list.count,
                                  shown(full_name(name)), place.size()));
  if (!place.empty())
    std::memcpy(place.data(), file_->bytes.data() + list.offset, place.size_bytes());
}

std::string Hdf5Reader::read_text(const std::string& name) const {
  const Hdf5List& list = file_->find(name, Hdf5Type::text);
  const std::string text = file_->bytes.substr(list.offset, list.count);
  return text.substr(0, text.find('\0'));
}

template std::vector<float> Hdf5Reader::read(const std::string&) const;
template std::vector<double> Hdf5Reader::read(const std::string&) const;
template std::vector<std::uint8_t> Hdf5Reader::read(const std::string&) const;
template std::vector<std::uint32_t> Hdf5Reader::read(const std::string&) const;
template std::vector<std::uint64_t> Hdf5Reader::read(const std::string&) const;
template std::vector<std::int64_t> Hdf5Reader::read(const std::string&) const;
template void Hdf5Reader::read_into(const std::string&, std::span<float>) const;
template void Hdf5Reader::read_into(const std::string&, std::span<double>) const;
template void Hdf5Reader::read_into(const std::string&, std::span<std::uint8_t>) const;
template void Hdf5Reader::read_into(const std::string&, std::span<std::uint32_t>) const;
template void Hdf5Reader::read_into(const std::string&, std::span<std::uint64_t>) const;
template void Hdf5Reader::read_into(const std::string&, std::span<std::int64_t>) const;

}  // namespace nernst::io
