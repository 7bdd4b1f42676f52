// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/run_folder.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "nernst/io/file.h"
#include "nernst/io/hash.h"
#include "nernst/io/json.h"
#include "nernst/io/text.h"
#include "nernst/io/toml.h"

namespace nernst {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMaxSmallFile = std::size_t{1} << 20;
constexpr std::size_t kMaxLargeFile = std::size_t{64} << 20;

// What is written before config.toml.
constexpr std::array kBeforeConfig = {"run.json", "data.json", "device.toml"};

[[noreturn]] void taken(const fs::path& path) {
  throw FolderTaken("--out", path.string(),
                    "is there already; give another folder, or --resume to go on with it");
}

// A new folder beside `path` that nobody else has, with the permissions of any folder.
fs::path make_partial(const fs::path& path) {
  const fs::path parent = path.has_parent_path() ? path.parent_path() : fs::path(".");
  io::make_folder(parent);
  std::string name =
      (parent / fmt::format(".{}.partial-XXXXXX", path.filename().string())).string();
  if (::mkdtemp(name.data()) == nullptr)
    throw IoError(path.string(), std::generic_category().message(errno));
  const mode_t mask = ::umask(0);
  ::umask(mask);
  ::chmod(name.c_str(), 0777 & ~mask);
  return name;
}

// Takes away a folder that we made, and of what is in it only what we wrote.
void remove_partial(const fs::path& partial) {
  std::error_code ignored;
  for (const char* name : kBeforeConfig) fs::remove(partial / name, ignored);
  fs::remove(partial / "config.toml", ignored);
  fs::remove(partial, ignored);
}

std::string text_in(const Tree& table, const char* key) {
  return table.is_object() && table.contains(key) && table[key].is_string()
             ? table[key].get<std::string>()
             : "";
}

std::string checksum_of(const Tree& tree) {
  return io::digest_of(io::to_json(tree, io::JsonLayout::line));
}

}  // namespace

void refuse_strangers(const fs::path& folder, std::initializer_list<std::string_view> ours) {
  std::error_code error;
  if (!fs::exists(folder, error)) return;
  if (!fs::is_directory(folder, error)) taken(folder);
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (std::none_of(ours.begin(), ours.end(),
                     [&](std::string_view one) { return name.starts_with(one); }))
      taken(folder);
  }
  if (error) throw IoError(folder.string(), error.message());
}

void RunFolder::write(const Config& config, const DeviceSpec& device, const DataFit& fit,
                      const Tree& made_by) const {
  const auto indented = io::JsonLayout::indented;
  Tree maker = made_by;
  const Tree data = write_data_fit(fit);
  maker["fit_checksum"] = checksum_of(data);
  io::write_file_atomically(file("run.json"), io::to_json(maker, indented));
  io::write_file_atomically(file("data.json"), io::to_json(data, indented));
  io::write_file_atomically(file("device.toml"), io::to_toml(write_device(device)));
  io::write_file_atomically(file("config.toml"), io::to_toml(write_config(config)));
}

RunFolder RunFolder::create(const fs::path& path, const Config& config, const DeviceSpec& device,
                            const DataFit& fit, const Tree& made_by) {
  refuse_strangers(path, {"run.json", "data.json", "device.toml", ".run.json.", ".data.json.",
                          ".device.toml.", ".config.toml."});
  std::error_code error;
  if (fs::is_directory(path, error)) {
    // it may be a mount point or where somebody stands: it keeps its place
    RunFolder folder(path);
    folder.lock();
    folder.write(config, device, fit, made_by);
    return folder;
  }
  const fs::path clean = path.has_filename() ? path : path.parent_path();
  RunFolder folder(make_partial(clean));
  try {
    folder.lock();
    folder.write(config, device, fit, made_by);
    // (an empty folder of that name would be replaced: nobody's loss)
    if (::rename(folder.path_.c_str(), clean.c_str()) != 0) {
      if (errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR) taken(path);
      throw IoError(path.string(), std::generic_category().message(errno));
    }
  } catch (...) {
    remove_partial(folder.path_);
    throw;
  }
  io::sync_folder(clean.has_parent_path() ? clean.parent_path() : fs::path("."));
  folder.path_ = path;
  return folder;
}

RunFolder RunFolder::open(const fs::path& path) {
  if (!io::path_exists(path / "config.toml"))
    throw ConfigError(path.string(), "", "is not the folder of a run (it has no config.toml)");
  return RunFolder(path);
}

fs::path RunFolder::free_name(const std::string& name) {
  fs::path path = fs::path("runs") / name;
  for (int k = 2; io::path_exists(path); ++k)
    path = fs::path("runs") / fmt::format("{}-{}", name, k);
  return path;
}

Config RunFolder::read_config() const {
  const std::string name = file("config.toml").string();
  return nernst::read_config(io::parse_toml(io::read_file(name, kMaxSmallFile), name));
}

Tree RunFolder::read_made_by() const {
  const std::string name = file("run.json").string();
  Tree maker = io::parse_json(io::read_file(name, kMaxSmallFile), name);
  for (const char* key : {"config_checksum", "data_checksum", "fit_checksum", "transfer_checksum"})
    if (!maker.is_object() || !maker.contains(key) || !maker[key].is_string())
      throw ConfigError(name, key,
                        "is missing; the file is damaged, or an earlier Nernst made the run: train "
                        "it anew");
  return maker;
}

DataFit RunFolder::read_data_fit() const {
  const std::string name = file("data.json").string();
  if (!io::path_exists(name))
    throw ConfigError(path_.string(), "",
                      "has no data.json, which says how its data are scaled and what its classes "
                      "are; an earlier Nernst made it: train it anew");
  return nernst::read_data_fit(io::parse_json(io::read_file(name, kMaxLargeFile), name), name);
}

DeviceSpec RunFolder::read_device() const {
  const std::string name = file("device.toml").string();
  return nernst::read_device(io::parse_toml(io::read_file(name, kMaxSmallFile), name), name);
}

std::int64_t RunFolder::read_more_epochs() const {
  const std::string name = file("more_epochs.json").string();
  if (!io::path_exists(name)) return 0;
  std::int64_t epochs = 0;
  Fields fields;
  fields.integer("epochs", epochs, {.min = 0, .max = 1e9, .help = "beyond those of the config"});
  read_fields(io::parse_json(io::read_file(name, kMaxSmallFile), name), name, fields);
  return epochs;
}

void RunFolder::add_epochs(std::int64_t epochs) const {
  const std::int64_t all = read_more_epochs() + epochs;
  for (const char* name : {"result.json", "ledger.json", "diverged.json"}) {
    std::error_code error;
    fs::remove(file(name), error);
    if (error) throw IoError(file(name).string(), error.message());
  }
  io::write_file_atomically(file("more_epochs.json"),
                            io::to_json({{"epochs", all}}, io::JsonLayout::indented));
}

RunIdentity identity_of(Config config, const DeviceSpec& device, const std::string& source,
                        const std::string& data) {
  config.training.checkpoint_s = 0;
  config.training.monitor_threshold = 0;
  return {
      io::digest_of(io::to_toml(write_config(config)) + io::to_toml(write_device(device)) + source),
      data};
}

Backend OpenedRun::backend() const {
  const std::string name = text_in(made_by, "backend");
  return name == "reference" ? Backend::reference
         : name == "scalar"  ? Backend::scalar
                             : Backend::fast;
}

OpenedRun open_run(const fs::path& path) {
  RunFolder folder = RunFolder::open(path);
  Config config = folder.read_config();
  const DeviceSpec device = folder.read_device();
  const Tree maker = folder.read_made_by();
  const DataFit fit = folder.read_data_fit();
  const RunIdentity identity = identity_of(config, device, text_in(maker, "transfer_checksum"),
                                           text_in(maker, "data_checksum"));
  check_identity(path.string(), identity,
                 {text_in(maker, "config_checksum"), text_in(maker, "data_checksum")});
  if (checksum_of(write_data_fit(fit)) != text_in(maker, "fit_checksum"))
    throw ConfigError(folder.file("data.json").string(), "",
                      "is not what the run was begun with; restore it, or train the run anew");
  fit_network(config, fit, path.string());
  config.more_epochs = folder.read_more_epochs();
  return {std::move(folder), std::move(config), device, fit, maker, identity};
}

void write_result(const fs::path& path, const RunIdentity& identity, Tree result) {
  result["config_checksum"] = identity.config;
  result["data_checksum"] = identity.data;
  result["checksum"] = checksum_of(result);
  io::write_file_atomically(path, io::to_json(result, io::JsonLayout::indented));
}

std::optional<Tree> read_result(const fs::path& path, const RunIdentity* identity) {
  if (!io::path_exists(path)) return std::nullopt;
  Tree result;
  try {
    result = io::parse_json(io::read_file(path, kMaxLargeFile), path.string());
  } catch (const ConfigError&) {
  }
  const std::string checksum = text_in(result, "checksum");
  if (result.is_object()) result.erase("checksum");
  if (checksum.empty() || checksum_of(result) != checksum)
    throw ConfigError(path.string(), "",
                      "is damaged or was edited; delete it, and nernst train --resume or the same "
                      "comparison writes it again");
  if (identity != nullptr)
    check_identity(path.string(), *identity,
                   {text_in(result, "config_checksum"), text_in(result, "data_checksum")});
  return result;
}

}  // namespace nernst
