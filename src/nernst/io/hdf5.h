// SPDX-License-Identifier: Apache-2.0
// Checkpoints: named lists of numbers and texts as an HDF5 file in memory, to be written in one
// piece.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nernst::io {

// Numbers that a checkpoint can hold.
template <class T>
concept Hdf5Number = std::same_as<T, float> || std::same_as<T, double> ||
    std::same_as<T, std::uint8_t> || std::same_as<T, std::uint32_t> ||
    std::same_as<T, std::uint64_t> || std::same_as<T, std::int64_t>;

// Builds a file. A name is a path such as "/tiles/0/net", whose groups are made on the way; each is
// used once. Not to be used by two threads at a time; while a writer lives, those of other threads
// wait to be made.
class Hdf5Writer {
 public:
  Hdf5Writer();
  Hdf5Writer(Hdf5Writer&&) noexcept;
  Hdf5Writer& operator=(Hdf5Writer&&) noexcept;
  ~Hdf5Writer();

  void write(const std::string& name, std::span<const float> values);
  void write(const std::string& name, std::span<const double> values);
  void write(const std::string& name, std::span<const std::uint8_t> values);
  void write(const std::string& name, std::span<const std::uint32_t> values);
  void write(const std::string& name, std::span<const std::uint64_t> values);
  void write(const std::string& name, std::span<const std::int64_t> values);

  // A text (UTF-8, without NUL), such as the resolved config.
  void write_text(const std::string& name, std::string_view text);

  // The file's bytes, which depend on nothing but what was written; the writer is spent afterwards.
  std::string finish();

 private:
  struct File;
  std::unique_ptr<File> file_;
};

// Reads a file that Hdf5Writer built. Whatever the bytes are, they are read or refused with a
// ConfigError.
class Hdf5Reader {
 public:
  // `name` is the file's, for errors. Throws ConfigError when `bytes` are cut short, damaged or not
  // ours.
  Hdf5Reader(std::string bytes, std::string name);
  Hdf5Reader(Hdf5Reader&&) noexcept;
  Hdf5Reader& operator=(Hdf5Reader&&) noexcept;
  ~Hdf5Reader();

  // The paths of all lists and texts, sorted.
  std::vector<std::string> names() const;
  bool contains(const std::string& name) const;

  // How many numbers the list has. Throws ConfigError when there is no such list.
  std::size_t size(const std::string& name) const;

  // The numbers of a list. Throws ConfigError when there is none of this name and type.
  template <Hdf5Number T>
  std::vector<T> read(const std::string& name) const;

  // The same into a place that is there already; the sizes must agree: ConfigError.
  template <Hdf5Number T>
  void read_into(const std::string& name, std::span<T> place) const;

  std::string read_text(const std::string& name) const;

 private:
  struct File;
  std::unique_ptr<File> file_;
};

}  // namespace nernst::io
