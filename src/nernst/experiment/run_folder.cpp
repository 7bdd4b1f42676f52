// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/run_folder.h"

#include <fmt/format.h>

#include "nernst/io/file.h"
#include "nernst/io/json.h"
#include "nernst/io/toml.h"

namespace nernst {

namespace fs = std::filesystem;

RunFolder RunFolder::create(const fs::path& path, const Config& config, const DeviceSpec& device,
                            const DataFit& fit, const Tree& made_by) {
  std::error_code error;
  if (fs::exists(path) && !(fs::is_directory(path, error) && fs::is_empty(path, error)))
    throw ConfigError("--out", path.string(),
                      "is there already; give another folder, or --resume to go on with it");
  const fs::path clean = path.has_filename() ? path : path.parent_path();
  const fs::path partial =
      clean.parent_path() / fmt::format(".{}.partial", clean.filename().string());
  fs::remove_all(partial, error);
  io::make_folder(partial);
  const RunFolder folder(partial);
  const auto indented = io::JsonLayout::indented;
  io::write_file_atomically(folder.file("run.json"), io::to_json(made_by, indented));
  io::write_file_atomically(folder.file("data.json"), io::to_json(write_data_fit(fit), indented));
  io::write_file_atomically(folder.file("device.toml"), io::to_toml(write_device(device)));
  io::write_file_atomically(folder.file("config.toml"), io::to_toml(write_config(config)));
  fs::rename(partial, clean, error);
  if (error) throw IoError(path.string(), error.message());
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

Config RunFolder::read_config() const {
  const std::string name = file("config.toml").string();
  return nernst::read_config(io::parse_toml(io::read_file(name, 1 << 20), name));
}

Tree RunFolder::read_made_by() const {
  const std::string name = file("run.json").string();
  return io::parse_json(io::read_file(name, 1 << 20), name);
}

DataFit RunFolder::read_data_fit() const {
  const std::string name = file("data.json").string();
  if (!fs::exists(name))
    throw ConfigError(
        path_.string(), "",
        "has no data.json, which says how its data are scaled and what its classes are; "
        "an earlier Nernst made it: train it anew");
  return nernst::read_data_fit(io::parse_json(io::read_file(name, 64 << 20), name), name);
}

std::string RunFolder::data_checksum() const {
  const Tree maker = read_made_by();
  if (maker.contains("data_checksum") && maker["data_checksum"].is_string())
    return maker["data_checksum"];
  throw ConfigError(file("run.json").string(), "data_checksum", "is missing; the file is damaged");
}

DeviceSpec RunFolder::read_device() const {
  const std::string name = file("device.toml").string();
  return nernst::read_device(io::parse_toml(io::read_file(name, 1 << 20), name), name);
}

}  // namespace nernst
