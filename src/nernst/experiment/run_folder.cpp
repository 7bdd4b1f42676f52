// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/run_folder.h"

#include <fmt/format.h>

#include "nernst/io/file.h"
#include "nernst/io/json.h"
#include "nernst/io/toml.h"

namespace nernst {

namespace fs = std::filesystem;

RunFolder RunFolder::create(const fs::path& path) {
  std::error_code error;
  if (fs::exists(path) && !(fs::is_directory(path, error) && fs::is_empty(path, error)))
    throw ConfigError("--out", path.string(),
                      "is there already; give another folder, or --resume to go on with it");
  io::make_folder(path);
  return RunFolder(path);
}

RunFolder RunFolder::open(const fs::path& path) {
  if (!fs::exists(path / "config.toml"))
    throw ConfigError(path.string(), "", "is not the folder of a run (it has no config.toml)");
  return RunFolder(path);
}

fs::path RunFolder::free_name(const std::string& name) {
  fs::path path = fs::path("runs") / name;
  for (int k = 2; fs::exists(path); ++k) path = fs::path("runs") / fmt::format("{}-{}", name, k);
  return path;
}

void RunFolder::write_plan(const Config& config, const DeviceSpec& device,
                           const Tree& made_by) const {
  // the config last: a folder that has it has everything
  io::write_file_atomically(file("run.json"), io::to_json(made_by, io::JsonLayout::indented));
  io::write_file_atomically(file("device.toml"), io::to_toml(write_device(device)));
  io::write_file_atomically(file("config.toml"), io::to_toml(write_config(config)));
}

Config RunFolder::read_config() const {
  const std::string name = file("config.toml").string();
  return nernst::read_config(io::parse_toml(io::read_file(name, 1 << 20), name));
}

DeviceSpec RunFolder::read_device() const {
  const std::string name = file("device.toml").string();
  return nernst::read_device(io::parse_toml(io::read_file(name, 1 << 20), name), name);
}

}  // namespace nernst
