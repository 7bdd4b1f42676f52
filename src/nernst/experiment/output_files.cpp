// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/output_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <system_error>

#include "nernst/base/error.h"

namespace nernst {

namespace fs = std::filesystem;

namespace {

// The same file, or the same name of one that is not there yet.
bool same_file(const fs::path& a, const fs::path& b) {
  std::error_code missing;
  if (fs::equivalent(a, b, missing)) return true;
  // (of a relative name that is not there, weakly_canonical gives a relative one)
  std::error_code unknown;
  return fs::weakly_canonical(fs::absolute(a, unknown), unknown) ==
         fs::weakly_canonical(fs::absolute(b, unknown), unknown);
}

bool begins_as(const fs::path& path, const FileMark& mark) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes(mark.offset + mark.bytes.size(), '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  const auto got = static_cast<std::size_t>(file.gcount());
  // (an empty file has nothing to lose)
  return got == 0 || (got == bytes.size() && bytes.ends_with(mark.bytes));
}

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

}  // namespace

bool is_file_of_run(const fs::path& path) {
  static constexpr std::array kNames = {
      "config.toml",   "device.toml",  "data.json",    "run.json",      "metrics.jsonl",
      "checkpoint.h5", "ledger.json",  "result.json",  "diverged.json", "more_epochs.json",
      "transfer.json", "compare.toml", "compare.json", "report.html"};
  std::error_code missing;
  fs::path real = fs::weakly_canonical(fs::absolute(path, missing), missing);
  if (missing) real = path;
  const fs::path folder = folder_of(real);
  const bool of_run =
      fs::exists(folder / "config.toml", missing) && fs::exists(folder / "run.json", missing);
  const bool of_comparison = fs::exists(folder / "compare.toml", missing);
  return (of_run || of_comparison) && std::ranges::count(kNames, real.filename().string()) > 0;
}

void OutputFiles::keep(const fs::path& path) {
  if (!path.empty()) kept_.push_back(path);
}

void OutputFiles::add(const std::string& option, const fs::path& path, const FileMark& mark) {
  const std::string name = path.string();
  std::error_code missing;
  if (fs::is_directory(path, missing))
    throw ConfigError(option, name, "is a folder; give the name of a file");
  for (const fs::path& kept : kept_)
    if (same_file(path, kept) || (fs::is_directory(kept, missing) &&
                                  same_file(folder_of(path), kept) && fs::exists(path, missing)))
      throw ConfigError(option, name, "is read by this command, too; give another name");
  for (const Output& other : outputs_)
    if (same_file(path, other.path))
      throw ConfigError(option, name,
                        fmt::format("is the file of {}, too; give another name", other.option));
  if (is_file_of_run(path))
    throw ConfigError(option, name, "belongs to a run or a comparison; give another name");
  // (a device or a pipe is written to and not over)
  if (fs::is_regular_file(path, missing) && !begins_as(path, mark))
    throw ConfigError(option, name,
                      fmt::format("is there already and is not {}; give another name", mark.what));
  outputs_.push_back({option, path});
}

}  // namespace nernst
