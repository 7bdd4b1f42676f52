// SPDX-License-Identifier: Apache-2.0
#include "nernst/io/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <sys/sysmacros.h>

#include "nernst/base/error.h"

namespace nernst::io {

namespace {

// "process 123", from the kernel's list of locks; "another process" where that does not say.
std::string holder_of(int descriptor) {
  struct stat status {};
  std::ifstream locks("/proc/locks");
  if (::fstat(descriptor, &status) == 0) {
    // 1: FLOCK  ADVISORY  WRITE 123 fe:01:456 0 EOF
    std::string line;
    while (std::getline(locks, line)) {
      std::istringstream words(line);
      std::string number, kind, advisory, write, process, file;
      words >> number >> kind >> advisory >> write >> process >> file;
      const std::string here = fmt::format("{:02x}:{:02x}:{}", major(status.st_dev),
                                           minor(status.st_dev), status.st_ino);
      if (kind == "FLOCK" && file == here) return "process " + process;
    }
  }
  return "another process";
}

}  // namespace

FolderLock::FolderLock(const std::filesystem::path& folder)
    : descriptor_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (descriptor_ < 0) throw IoError(folder.string(), std::generic_category().message(errno));
  while (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) break;
    const std::string holder = holder_of(descriptor_);
    ::close(std::exchange(descriptor_, -1));
    throw ConfigError(folder.string(), "",
                      "is in use by " + holder + "; wait until it is done, or stop it");
  }
}

FolderLock::FolderLock(FolderLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

FolderLock& FolderLock::operator=(FolderLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

bool FolderLock::is_at(const std::filesystem::path& folder) const {
  struct stat held {
  }, named{};
  return ::fstat(descriptor_, &held) == 0 && ::stat(folder.c_str(), &named) == 0 &&
         held.st_ino == named.st_ino && held.st_dev == named.st_dev;
}

FolderLock::~FolderLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace nernst::io
