// SPDX-License-Identifier: Apache-2.0
// Whole files in, whole files out, and lines appended: the only place where Nernst touches the file
// system's bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace nernst::io {

using Path = std::filesystem::path;

// No input that is held in memory is larger, unless the caller says so.
inline constexpr std::size_t kMaxFileBytes = std::size_t{16} << 30;

// The bytes of the file at `path`. Throws ConfigError when there is none, when it is a folder or
// when it has more than `max_bytes`; IoError when the system refuses.
std::string read_file(const Path& path, std::size_t max_bytes = kMaxFileBytes);

// Makes `path` hold `bytes`, or throws IoError and leaves what was there: the bytes go to a partial
// file beside it, to the disk, and take the name only then. After a kill or a power failure at any
// moment the name holds the old bytes or the new ones. Several writers of one path wait for each
// other.
void write_file_atomically(const Path& path, std::string_view bytes);

// Makes new names in the folder survive a power failure, where the file system can. Throws IoError.
void sync_folder(const Path& folder);

// True when something that can be looked at has this name.
bool path_exists(const Path& path);

// Creates the folder and those above it; one that is there already is fine. Throws IoError.
void make_folder(const Path& path);

// Cuts the file to its first `size` bytes. Throws ConfigError when it is missing or shorter,
// IoError when the system refuses.
void truncate_file(const Path& path, std::uint64_t size);

// A file that grows by whole lines and is never rewritten (metrics.jsonl).
class AppendFile {
 public:
  // Opens the file at `path`, creating it when there is none. Throws IoError.
  explicit AppendFile(Path path);
  AppendFile(AppendFile&& other) noexcept;
  AppendFile& operator=(AppendFile&& other) noexcept;
  ~AppendFile();

  // Adds `line` and a line end and hands both to the system before it returns, so that a kill loses
  // nothing. Throws IoError, with the file cut back to its last whole line, when they do not fit.
  void write_line(std::string_view line);

  // Returns when all that was written is on the disk. Throws IoError.
  void sync();

  // Bytes in the file now. Throws IoError.
  std::uint64_t size() const;

  const Path& path() const { return path_; }

 private:
  Path path_;
  int descriptor_ = -1;
};

}  // namespace nernst::io
