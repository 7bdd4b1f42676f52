// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/run_folder.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <random>
#include <span>
#include <stdexcept>
#include <system_error>
#include <vector>

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

fs::path parent_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

[[noreturn]] void cannot_be_made(const fs::path& path, const std::string& reason) {
  throw IoError(path.string(), fmt::format("the folder of a run cannot be made there ({}); give "
                                           "--out a place that you may write to",
                                           reason));
}

// A new folder beside `path` that nobody else has, with the permissions of any folder.
fs::path make_partial(const fs::path& path) {
  const fs::path parent = parent_of(path);
  std::error_code error;
  fs::create_directories(parent, error);
  if (error) cannot_be_made(path, error.message());
  // (mkdtemp makes folders for oneself alone)
  std::random_device random;
  for (;;) {
    fs::path partial =
        parent / fmt::format(".{}.partial-{:08x}", path.filename().string(), random());
    if (::mkdir(partial.c_str(), 0777) == 0) return partial;
    if (errno != EEXIST) cannot_be_made(path, std::generic_category().message(errno));
  }
}

bool is_before_config(const std::string& name) {
  return std::any_of(kBeforeConfig.begin(), kBeforeConfig.end(), [&](std::string_view one) {
    return name == one || name.starts_with(fmt::format(".{}.", one));
  });
}

// Takes away a folder that we made, and of what is in it only what we wrote.
void remove_partial(const fs::path& partial) {
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(partial, ignored)) {
    const std::string name = entry.path().filename().string();
    if (is_before_config(name) || name == "config.toml" || name.starts_with(".config.toml."))
      fs::remove(entry.path(), ignored);
  }
  fs::remove(partial, ignored);
}

// Takes away what attempts at `path` have left that were killed: nobody holds them, and they are
// older than the moment between the making of a folder and its lock.
void remove_dead_partials(const fs::path& path) {
  constexpr auto moment = std::chrono::minutes(1);
  std::error_code ignored;
  const std::string begins = fmt::format(".{}.partial-", path.filename().string());
  for (const fs::directory_entry& entry : fs::directory_iterator(parent_of(path), ignored)) {
    if (!entry.path().filename().string().starts_with(begins)) continue;
    const auto written = entry.last_write_time(ignored);
    if (ignored || fs::file_time_type::clock::now() - written < moment) continue;
    try {
      const io::FolderLock nobodys(entry.path());
      remove_partial(entry.path());
    } catch (const std::runtime_error&) {
      // somebody's, or not ours to open
    }
  }
}

Backend backend_in(const Tree& made_by) {
  const std::string name = text_in(made_by, "backend");
  return name == "reference" ? Backend::reference
         : name == "scalar"  ? Backend::scalar
                             : Backend::fast;
}

RunIdentity identity_in(const Tree& result) {
  return {text_in(result, "config_checksum"), text_in(result, "data_checksum"),
          text_in(result, "numbers")};
}

std::string checksum_of(const Tree& tree) {
  return io::digest_of(io::to_json(tree, io::JsonLayout::line));
}

}  // namespace

void write_identity(Tree& table, const RunIdentity& identity) {
  table["config_checksum"] = identity.config;
  table["data_checksum"] = identity.data;
  table["numbers"] = identity.numbers;
}

void refuse_strangers(const fs::path& folder, std::span<const std::string> ours) {
  std::error_code error;
  if (!fs::exists(folder, error)) return;
  if (!fs::is_directory(folder, error)) taken(folder);
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (std::none_of(ours.begin(), ours.end(),
                     [&](const std::string& one) { return name.starts_with(one); }))
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
  std::vector<std::string> ours = {".config.toml."};
  for (const std::string one : kBeforeConfig) ours.insert(ours.end(), {one, "." + one + "."});
  refuse_strangers(path, ours);
  std::error_code error;
  if (fs::is_directory(path, error)) {
    // it may be a mount point or where somebody stands: it keeps its place
    RunFolder folder(path);
    folder.lock();
    // (somebody may have made a run here before we had the lock)
    refuse_strangers(path, ours);
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
  io::sync_folder(parent_of(clean));
  remove_dead_partials(clean);
  folder.path_ = path;
  return folder;
}

fs::path RunFolder::file(const char* name) const {
  if (lock_ && !lock_->is_at(path_))
    throw IoError(
        path_.string(),
        "is no longer the folder of this run, which was moved or deleted meanwhile; put it "
        "back and go on with nernst train --resume");
  return path_ / name;
}

RunFolder RunFolder::open(const fs::path& path) {
  if (!io::path_exists(path / "config.toml"))
    throw ConfigError(path.string(), "",
                      io::path_exists(path / "compare.toml")
                          ? "is the folder of a comparison; give that of one of its runs"
                          : "is not the folder of a run (it has no config.toml)");
  return RunFolder(path);
}

fs::path RunFolder::free_name(const std::string& name) {
  // (a link that leads nowhere is there, too)
  const auto is_there = [](const fs::path& path) {
    std::error_code error;
    return fs::symlink_status(path, error).type() != fs::file_type::not_found;
  };
  fs::path path = fs::path("runs") / name;
  for (int k = 2; is_there(path); ++k) path = fs::path("runs") / fmt::format("{}-{}", name, k);
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
                        const std::string& data, Backend backend) {
  config.training.checkpoint_s = 0;
  config.training.monitor_threshold = 0;
  return {
      io::digest_of(io::to_toml(write_config(config)) + io::to_toml(write_device(device)) + source),
      data, backend == Backend::reference ? "double" : "float"};
}

Backend OpenedRun::backend() const { return backend_in(made_by); }

OpenedRun open_run(const fs::path& path) {
  RunFolder folder = RunFolder::open(path);
  Config config = folder.read_config();
  const DeviceSpec device = folder.read_device();
  const Tree maker = folder.read_made_by();
  const DataFit fit = folder.read_data_fit();
  const RunIdentity identity = identity_of(config, device, text_in(maker, "transfer_checksum"),
                                           text_in(maker, "data_checksum"), backend_in(maker));
  check_identity(path.string(), identity, identity_in(maker));
  if (checksum_of(write_data_fit(fit)) != text_in(maker, "fit_checksum"))
    throw ConfigError(folder.file("data.json").string(), "",
                      "is not what the run was begun with; restore it, or train the run anew");
  fit_network(config, fit, path.string());
  config.more_epochs = folder.read_more_epochs();
  return {std::move(folder), std::move(config), device, fit, maker, identity};
}

void write_result(const fs::path& path, const RunIdentity& identity, Tree result) {
  write_identity(result, identity);
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
  if (identity != nullptr) check_identity(path.string(), *identity, identity_in(result));
  return result;
}

}  // namespace nernst
