// SPDX-License-Identifier: Apache-2.0
// A user's own table: a CSV file with one sample a line and a column of labels.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "nernst/base/error.h"
#include "nernst/experiment/csv_data.h"
#include "nernst/io/file.h"
#include "nernst/io/gzip.h"

namespace nernst {

struct Csv {
  static constexpr std::string_view kName = "csv";
  static constexpr std::string_view kHelp =
      "a CSV file, plain or gzip: numbers, and a column of labels that are numbers or texts";

  static RawData load(const DataSpec& spec) {
    if (spec.path.empty()) throw ConfigError("data.path", "", "give the path of a CSV file");
    const std::string train_bytes = bytes_of("data.path", spec.path);
    const CsvSource train{spec.path, train_bytes};
    RawData raw;
    if (spec.test_path.empty()) {
      raw = csv_data(train, nullptr, spec);
    } else {
      const std::string test_bytes = bytes_of("data.test_path", spec.test_path);
      const CsvSource test{spec.test_path, test_bytes};
      raw = csv_data(train, &test, spec);
    }
    raw.title = io::Path(spec.path).filename().string();
    return raw;
  }

  // All of data.test_path, or of data.path where that is not given.
  static GivenData load_given(const DataSpec& spec, const DataFit& fit) {
    const bool of_test = !spec.test_path.empty();
    const std::string& path = of_test ? spec.test_path : spec.path;
    if (path.empty()) throw ConfigError("data.path", "", "give the path of a CSV file");
    const std::string bytes = bytes_of(of_test ? "data.test_path" : "data.path", path);
    GivenData given = csv_given({path, bytes}, spec, fit);
    given.title = io::Path(path).filename().string();
    return given;
  }

  static Availability found() { return {true, "any file, named by data.path"}; }

 private:
  // A table in memory needs several times its text.
  static constexpr std::size_t kMaxBytes = std::size_t{1} << 30;

  static std::string bytes_of(const char* field, const std::string& path) {
    if (!io::path_exists(path)) throw ConfigError(field, in_quotes(path), "no such file");
    return io::read_plain_or_gzip(path, kMaxBytes);
  }
};

}  // namespace nernst
