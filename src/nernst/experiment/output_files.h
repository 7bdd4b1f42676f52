// SPDX-License-Identifier: Apache-2.0
// The files that a command is asked to write, held against what would be lost by it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace nernst {

// How files of one kind begin, so that only one of that kind is written over.
struct FileMark {
  std::string_view what;   // "a table of predictions"
  std::string_view bytes;  // that stand at `offset`
  std::size_t offset = 0;
};

class OutputFiles {
 public:
  // A file, or a folder of files, that the command reads. What is not there is nothing.
  void keep(const std::filesystem::path& path);

  // Throws ConfigError(option) where the file is a folder, is one that is kept (under
  // whatever name), is written by another option too, belongs to a run or a comparison, or is there
  // already and does not begin as `mark` says.
  void add(const std::string& option, const std::filesystem::path& path, const FileMark& mark);

 private:
  struct Output {
    std::string option;
    std::filesystem::path path;
  };
  std::vector<std::filesystem::path> kept_;
  std::vector<Output> outputs_;
};

// Whether the folder of a run or a comparison has a file of this name, which others must not write.
bool is_file_of_run(const std::filesystem::path& path);

}  // namespace nernst
