// SPDX-License-Identifier: Apache-2.0
// What the tests of io/ share: a folder of their own, and the sentence that a ConfigError says.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "nernst/base/error.h"

namespace nernst::io {

// A new, empty folder that goes away with the test.
class TestFolder {
 public:
  TestFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "nernst_io_XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw IoError(name, "cannot be created");
    path_ = name;
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  ~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path_),
                                                  std::filesystem::directory_iterator()));
  }

 private:
  std::filesystem::path path_;
};

// What the ConfigError that `action` throws says; "" when it throws none.
template <class Action>
std::string complaint(Action&& action) {
  try {
    action();
  } catch (const ConfigError& error) {
    const std::string sentence = error.what();
    EXPECT_EQ(sentence.find('\n'), std::string::npos) << sentence;
    return sentence;
  }
  return "";
}

}  // namespace nernst::io
