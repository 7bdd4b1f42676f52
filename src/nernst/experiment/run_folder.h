// SPDX-License-Identifier: Apache-2.0
// The folder of a run: config.toml, device.toml, data.json (see DataFit), run.json, metrics.jsonl,
// checkpoint.h5, ledger.json and, when the run is done, result.json, or diverged.json where it
// ended so; more_epochs.json where the run goes on beyond the end of its config.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "nernst/base/error.h"
#include "nernst/base/parameters.h"
#include "nernst/experiment/checkpoint.h"
#include "nernst/experiment/config.h"
#include "nernst/experiment/data_fit.h"
#include "nernst/io/folder_lock.h"

namespace nernst {

// Somebody else has made something of the name meanwhile, or it was there.
class FolderTaken : public ConfigError {
 public:
  using ConfigError::ConfigError;
};

class RunFolder {
 public:
  // A new folder with what the run is made of, and locked; it has config.toml only when all else is
  // in it. `path` may be an empty folder, also a mount point or a link to one. Throws FolderTaken
  // when the name is taken by anything else.
  static RunFolder create(const std::filesystem::path& path, const Config& config,
                          const DeviceSpec& device, const DataFit& fit, const Tree& made_by);
  // The folder of an earlier run. Throws ConfigError when it is none.
  static RunFolder open(const std::filesystem::path& path);
  // `runs/NAME`, or with -2, -3, ... behind it, whichever is not there yet.
  static std::filesystem::path free_name(const std::string& name);

  // Keeps other processes from going on with this run. Throws ConfigError where one does.
  void lock() { lock_ = std::make_shared<io::FolderLock>(path_); }

  const std::filesystem::path& path() const { return path_; }
  // Throws IoError where this holds the folder and the name now leads elsewhere: what is written
  // there would be another's.
  std::filesystem::path file(const char* name) const;

  // What the run is made of.
  Config read_config() const;
  DeviceSpec read_device() const;
  Tree read_made_by() const;
  DataFit read_data_fit() const;
  // Epochs beyond those of the config. Throws ConfigError for a damaged file.
  std::int64_t read_more_epochs() const;
  // Adds to them; the run has no result any more until it has learned them.
  void add_epochs(std::int64_t epochs) const;

 private:
  explicit RunFolder(std::filesystem::path path) : path_(std::move(path)) {}
  void write(const Config& config, const DeviceSpec& device, const DataFit& fit,
             const Tree& made_by) const;

  std::filesystem::path path_;
  std::shared_ptr<io::FolderLock> lock_;
};

// Throws ConfigError("--out") unless `folder` is missing, or a folder that is empty but for files
// that begin with one of `ours`: what an earlier attempt, killed while it began, has left.
void refuse_strangers(const std::filesystem::path& folder, std::span<const std::string> ours);

// Everything that decides the result of a run. How often it is saved does not, and may change.
// `source` is the digest of the file that the weights come from, "" where they come from none;
// `data` that of the data.
RunIdentity identity_of(Config config, const DeviceSpec& device, const std::string& source,
                        const std::string& data, Backend backend);

// A run as its folder has it, each file proven to be what the run was begun with.
struct OpenedRun {
  RunFolder folder;
  Config config;  // with the inputs of its network
  DeviceSpec device;
  DataFit fit;
  Tree made_by;
  RunIdentity identity;

  // The back-end that made it, as run.json has it.
  Backend backend() const;
};

// Throws ConfigError for what is no run, is damaged, or was changed since.
OpenedRun open_run(const std::filesystem::path& path);

// Writes an identity into what is kept of a run: its run.json, its results.
void write_identity(Tree& table, const RunIdentity& identity);

// A result under `path`, with the identity of what it is of and a digest of itself, so that a
// damaged or edited one is known. Reading throws ConfigError for one of another identity (where one
// is given), and for one that is not what was written; nothing where there is no such file.
void write_result(const std::filesystem::path& path, const RunIdentity& identity, Tree result);
std::optional<Tree> read_result(const std::filesystem::path& path,
                                const RunIdentity* identity = nullptr);

}  // namespace nernst
