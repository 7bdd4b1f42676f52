// SPDX-License-Identifier: Apache-2.0
// The built program as a person or a script uses it: started by its path, in a folder of its own.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "nernst/base/parameters.h"

namespace nernst::test {

// A new, empty folder that goes away with the test.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

struct Ended {
  int code = 0;  // exit code; 128 + the signal that ended it, as a shell has it
  std::string out, err;
};

struct Surroundings {
  std::vector<std::string> environment = {};  // "NERNST_BACKEND=scalar", on top of the test's own
  std::uint64_t max_file_bytes = 0;           // of any file that is written; 0 = no limit
  std::string out_file = {};                  // standard output goes here instead
  std::uint64_t max_memory_bytes = 0;         // addresses in all; 0 = no limit, as under sanitizers
};

// A process under way.
class Program {
 public:
  Program(const Folder& folder, const std::vector<std::string>& arguments,
          const Surroundings& surroundings = {});
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  void signal(int number);
  pid_t process() const { return process_; }
  bool running();
  // Waits for the end; a program that takes minutes is killed, which no test expects.
  Ended wait();

 private:
  pid_t process_ = -1;
  std::optional<int> status_;
  std::filesystem::path out_, err_;
};

Ended run(const Folder& folder, const std::vector<std::string>& arguments,
          const Surroundings& surroundings = {});

// Waits until the file is there; false when that takes too long or the program ends before.
bool wait_for_file(Program& program, const std::filesystem::path& path);

std::string read(const std::filesystem::path& path);
// With the folders above it.
void write(const std::filesystem::path& path, const std::string& text);
// The one JSON object that `text` is.
Tree parse(const std::string& text);

// Under the sanitizers the same work takes longer.
#if defined(NERNST_SANITIZED)
inline constexpr int kSlowness = 8;
#else
inline constexpr int kSlowness = 1;
#endif

}  // namespace nernst::test
