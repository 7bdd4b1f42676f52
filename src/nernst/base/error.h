// SPDX-License-Identifier: Apache-2.0
// The three ways in which Nernst fails: a user's mistake, a file system that refuses, and our own
// mistake.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace nernst {

// A user's mistake: the field (a config key, a file, a line), the value found there and what would
// do. `what()` is one sentence: `training.batch = 0: give an integer from 1 to 4096`.
class ConfigError : public std::runtime_error {
 public:
  ConfigError(std::string field, std::string value, std::string remedy);
  ConfigError(std::string field, double value, std::string remedy);

  const std::string& field() const { return field_; }
  const std::string& value() const { return value_; }
  const std::string& remedy() const { return remedy_; }

 private:
  std::string field_, value_, remedy_;
};

// The file system refused (disk full, no permission): names the path and the reason.
class IoError : public std::runtime_error {
 public:
  IoError(std::string path, std::string reason);
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// A defect of Nernst itself; thrown by NERNST_CHECK.
class InternalError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

[[noreturn]] void fail_check(const char* condition, const char* file, int line);

}  // namespace nernst

// Throws InternalError when `condition` does not hold, in every build.
#define NERNST_CHECK(condition) \
  ((condition) ? void(0) : ::nernst::fail_check(#condition, __FILE__, __LINE__))
