// SPDX-License-Identifier: Apache-2.0
// The folder of a run: config.toml, device.toml, data.json (see DataFit), run.json, metrics.jsonl,
// checkpoint.h5, ledger.json and, when the run is done, result.json.
#pragma once

#include <filesystem>
#include <string>

#include "nernst/base/parameters.h"
#include "nernst/experiment/config.h"
#include "nernst/experiment/data_fit.h"

namespace nernst {

class RunFolder {
 public:
  // A new folder with what the run is made of; it takes its name when all of that is in it. Throws
  // ConfigError("--out", ...) when the name is taken by anything but an empty folder.
  static RunFolder create(const std::filesystem::path& path, const Config& config,
                          const DeviceSpec& device, const DataFit& fit, const Tree& made_by);
  // The folder of an earlier run. Throws ConfigError when it is none.
  static RunFolder open(const std::filesystem::path& path);
  // `runs/NAME`, or with -2, -3, ... behind it, whichever is not there yet.
  static std::filesystem::path free_name(const std::string& name);

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path file(const char* name) const { return path_ / name; }

  // What the run is made of.
  Config read_config() const;
  DeviceSpec read_device() const;
  Tree read_made_by() const;
  DataFit read_data_fit() const;
  // Of the data that it was made with, as run.json has it.
  std::string data_checksum() const;

 private:
  explicit RunFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace nernst
