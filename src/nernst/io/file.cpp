// SPDX-License-Identifier: Apache-2.0
#include "nernst/io/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "nernst/base/error.h"
#include "nernst/base/interruption.h"

namespace nernst::io {

namespace {

[[noreturn]] void refuse(const Path& path, int error) {
  throw IoError(path.string(), std::generic_category().message(error));
}

// An open file that is closed at the end of its scope.
class Descriptor {
 public:
  Descriptor(const Path& path, int flags)
      : number_(::open(path.c_str(), flags | O_CLOEXEC, 0666)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  // Only where it is not open.
  void open(const Path& path, int flags) {
    number_ = ::open(path.c_str(), flags | O_CLOEXEC, 0666);
  }
  bool is_open() const { return number_ >= 0; }
  int number() const { return number_; }

  // Some file systems report a full disk only now.
  bool close() { return ::close(std::exchange(number_, -1)) == 0; }

 private:
  int number_;
};

// Writes all of `bytes` or returns the error's number.
int write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

// True when the open file is still the one of that name.
bool is_named(int descriptor, const Path& path) {
  struct stat open_file {
  }, named_file{};
  return ::fstat(descriptor, &open_file) == 0 && ::lstat(path.c_str(), &named_file) == 0 &&
         open_file.st_ino == named_file.st_ino && open_file.st_dev == named_file.st_dev;
}

// Waits until no other writer holds the file. A file system without locks is used without.
void wait_for_lock(int descriptor) {
  while (::flock(descriptor, LOCK_EX) != 0 && errno == EINTR) {
  }
}

// Writes to the partial file and gives it the name `target`; the error's number when something
// failed.
int write_and_rename(Descriptor& file, std::string_view bytes, const Path& partial,
                     const Path& target) {
  if (::ftruncate(file.number(), 0) != 0) return errno;
  if (const int error = write_all(file.number(), bytes); error != 0) return error;
  if (::fsync(file.number()) != 0) return errno;
  if (::rename(partial.c_str(), target.c_str()) != 0) return errno;
  return 0;
}

}  // namespace

void sync_folder(const Path& folder) {
  const Descriptor open_folder(folder, O_RDONLY | O_DIRECTORY);
  if (open_folder.is_open() && ::fsync(open_folder.number()) != 0 && errno == EIO)
    refuse(folder, EIO);
}

std::string read_file(const Path& path, std::size_t max_bytes) {
  // (of a pipe, to open it waits until somebody writes)
  Descriptor file(path, O_RDONLY);
  while (!file.is_open() && errno == EINTR) {
    heed_interruption();
    file.open(path, O_RDONLY);
  }
  if (!file.is_open()) {
    if (errno == ENOENT || errno == ENOTDIR) throw ConfigError(path.string(), "", "no such file");
    refuse(path, errno);
  }
  struct stat status {};
  if (::fstat(file.number(), &status) != 0) refuse(path, errno);
  if (S_ISDIR(status.st_mode)) throw ConfigError(path.string(), "", "is a folder; give a file");

  // the size is only a hint: a pipe has none, and a file may grow while it is read
  const auto size_hint = static_cast<std::size_t>(S_ISREG(status.st_mode) ? status.st_size : 0);
  std::string bytes(std::min(size_hint, max_bytes) + 1, '\0');
  std::size_t size = 0;
  for (;;) {
    if (size == bytes.size()) bytes.resize(2 * bytes.size());
    const ssize_t count = ::read(file.number(), bytes.data() + size, bytes.size() - size);
    if (count < 0 && errno == EINTR) {
      heed_interruption();
      continue;
    }
    if (count < 0) refuse(path, errno);
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
    if (size > max_bytes)
      throw ConfigError(path.string(), "",
                        "give a file of at most " + std::to_string(max_bytes) + " bytes");
  }
  bytes.resize(size);
  return bytes;
}

void write_file_atomically(const Path& path, std::string_view bytes) {
  // a link stays a link, and a device or a pipe (/dev/stdout) is written to rather than replaced
  std::error_code missing;
  Path target = std::filesystem::canonical(path, missing);
  if (missing) target = path;
  struct stat status {};
  if (::stat(target.c_str(), &status) == 0 && !S_ISREG(status.st_mode) &&
      !S_ISDIR(status.st_mode)) {
    const Descriptor device(target, O_WRONLY);
    const int error = device.is_open() ? write_all(device.number(), bytes) : errno;
    if (error != 0) refuse(path, error);
    return;
  }

  const Path folder = target.has_parent_path() ? target.parent_path() : Path(".");
  Path partial = folder / ".";
  partial += target.filename();
  partial += ".partial";
  for (;;) {
    Descriptor file(partial, O_WRONLY | O_CREAT | O_NOFOLLOW);
    if (!file.is_open()) refuse(path, errno);
    // while we waited, another writer may have given this file its name, or removed it: start again
    wait_for_lock(file.number());
    if (!is_named(file.number(), partial)) continue;

    if (const int error = write_and_rename(file, bytes, partial, target); error != 0) {
      ::unlink(partial.c_str());
      refuse(path, error);
    }
    if (!file.close()) refuse(path, errno);
    break;
  }
  sync_folder(folder);
}

bool path_exists(const Path& path) {
  std::error_code unreachable;
  return std::filesystem::exists(path, unreachable);
}

void make_folder(const Path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) refuse(path, error.value());
  // a file of that name is not reported as an error by create_directories
  if (!std::filesystem::is_directory(path, error)) refuse(path, ENOTDIR);
}

void truncate_file(const Path& path, std::uint64_t size) {
  const Descriptor file(path, O_WRONLY);
  if (!file.is_open()) {
    if (errno == ENOENT || errno == ENOTDIR) throw ConfigError(path.string(), "", "no such file");
    refuse(path, errno);
  }
  struct stat status {};
  if (::fstat(file.number(), &status) != 0) refuse(path, errno);
  if (static_cast<std::uint64_t>(status.st_size) < size)
    throw ConfigError(path.string(), "",
                      "has lost its end: it has " + std::to_string(status.st_size) +
                          " bytes where at least " + std::to_string(size) + " are needed");
  if (::ftruncate(file.number(), static_cast<off_t>(size)) != 0) refuse(path, errno);
}

AppendFile::AppendFile(Path path)
    : path_(std::move(path)),
      descriptor_(::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666)) {
  if (descriptor_ < 0) refuse(path_, errno);
}

AppendFile::AppendFile(AppendFile&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

AppendFile& AppendFile::operator=(AppendFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

AppendFile::~AppendFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void AppendFile::write_line(std::string_view line) {
  NERNST_CHECK(line.find('\n') == std::string_view::npos);
  const std::uint64_t before = size();
  std::string whole_line(line);
  whole_line += '\n';
  if (const int error = write_all(descriptor_, whole_line); error != 0) {
    // a torn line would make all later ones unreadable; the first error is the one to tell
    [[maybe_unused]] const int cut = ::ftruncate(descriptor_, static_cast<off_t>(before));
    refuse(path_, error);
  }
}

void AppendFile::sync() {
  // a pipe or a device has no disk below it
  if (::fsync(descriptor_) != 0 && errno != EINVAL) refuse(path_, errno);
}

std::uint64_t AppendFile::size() const {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) refuse(path_, errno);
  return static_cast<std::uint64_t>(status.st_size);
}

}  // namespace nernst::io
