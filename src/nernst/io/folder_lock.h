// SPDX-License-Identifier: Apache-2.0
// One process at a time in a folder.
#pragma once

#include <filesystem>

namespace nernst::io {

// Holds a folder until it goes out of scope, or until the process ends in whatever way: nothing is
// left behind. The folder may be renamed meanwhile (see is_at). A file system without locks is used without.
class FolderLock {
 public:
  // Throws ConfigError, with the number of the process that holds it where the system tells, when
  // another has the folder; IoError when it cannot be opened.
  explicit FolderLock(const std::filesystem::path& folder);
  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&& other) noexcept;
  ~FolderLock();

  // Whether the folder that is held still has this name.
  bool is_at(const std::filesystem::path& folder) const;

 private:
  int descriptor_ = -1;
};

}  // namespace nernst::io
