// SPDX-License-Identifier: Apache-2.0
#include "nernst/base/error.h"

#include <fmt/format.h>

#include <utility>

namespace nernst {

namespace {

std::string sentence(const std::string& field, const std::string& value,
                     const std::string& remedy) {
  if (value.empty()) return fmt::format("{}: {}", field, remedy);
  return fmt::format("{} = {}: {}", field, value, remedy);
}

}  // namespace

ConfigError::ConfigError(std::string field, std::string value, std::string remedy)
    : std::runtime_error(sentence(field, value, remedy)),
      field_(std::move(field)),
      value_(std::move(value)),
      remedy_(std::move(remedy)) {}

ConfigError::ConfigError(std::string field, double value, std::string remedy)
    : ConfigError(std::move(field), fmt::format("{}", value), std::move(remedy)) {}

IoError::IoError(std::string path, std::string reason)
    : std::runtime_error(fmt::format("{}: {}", path, reason)), path_(std::move(path)) {}

void fail_check(const char* condition, const char* file, int line) {
  throw InternalError(
      fmt::format("nernst is at fault: {} does not hold ({}:{})", condition, file, line));
}

}  // namespace nernst
