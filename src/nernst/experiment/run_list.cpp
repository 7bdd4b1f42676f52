// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/run_list.h"

#include <algorithm>
#include <stdexcept>
#include <tuple>

#include "nernst/base/error.h"
#include "nernst/experiment/run_folder.h"
#include "nernst/io/file.h"
#include "nernst/io/json.h"

namespace nernst {

namespace fs = std::filesystem;

namespace {

std::optional<double> number_under(const Tree& table, const char* key) {
  if (!table.is_object() || !table.contains(key) || !table[key].is_number()) return std::nullopt;
  return table[key].get<double>();
}

// Epochs in the last whole line of the metrics.
double epochs_in(const fs::path& metrics) {
  if (!io::path_exists(metrics)) return 0;
  const std::string text = io::read_file(metrics);
  const std::size_t end = text.rfind('\n');
  if (end == std::string::npos || end == 0) return 0;
  const std::size_t before = text.rfind('\n', end - 1);
  const std::size_t begin = before == std::string::npos ? 0 : before + 1;
  return number_under(io::parse_json(text.substr(begin, end - begin), metrics.string()), "epoch")
      .value_or(0);
}

void read_run(const fs::path& path, RunListing& run) {
  const OpenedRun opened = open_run(path);
  run.epochs = static_cast<double>(opened.config.epochs_in_situ());
  run.data = text_in(opened.made_by, "data");
  run.device = opened.device.name;
  run.schedule = opened.config.training.schedule;
  run.update = opened.config.training.update;
  if (const auto result = read_result(path / "result.json", &opened.identity)) {
    run.state = RunState::finished;
    run.epochs_done = *run.epochs;
    run.test_accuracy = number_under(*result, "test_accuracy");
    run.reference_accuracy = number_under(*result, "reference_accuracy");
    run.reference_diverged = result->contains("reference_diverged");
    return;
  }
  run.epochs_done = epochs_in(path / "metrics.jsonl");
  run.state = io::path_exists(path / "diverged.json") ? RunState::diverged
              : run.epochs_done > 0                   ? RunState::stopped
                                                      : RunState::not_begun;
}

void read_comparison_folder(const fs::path& path, RunListing& run) {
  run.several = true;
  run.state = RunState::stopped;
  const fs::path table = path / "compare.json";
  if (!io::path_exists(table)) return;
  constexpr std::size_t most = std::size_t{64} << 20;
  const Tree answer = io::parse_json(io::read_file(table, most), table.string());
  run.state = RunState::finished;
  run.data = text_in(answer, "data");
}

fs::file_time_type written_at(const fs::path& path) {
  fs::file_time_type latest = fs::file_time_type::min();
  for (const char* name :
       {"config.toml", "metrics.jsonl", "result.json", "compare.toml", "compare.json"}) {
    std::error_code missing;
    const auto when = fs::last_write_time(path / name, missing);
    if (!missing) latest = std::max(latest, when);
  }
  return latest;
}

}  // namespace

const char* name_of(RunState state) {
  switch (state) {
    case RunState::finished:
      return "finished";
    case RunState::diverged:
      return "diverged";
    case RunState::stopped:
      return "stopped";
    case RunState::not_begun:
      return "not begun";
    case RunState::damaged:
      return "damaged";
  }
  return "";
}

std::vector<RunListing> list_runs(const fs::path& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error))
    throw ConfigError(folder.string(), "",
                      "no such folder; nernst train FILE begins a run in runs/");
  std::vector<RunListing> runs;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    const fs::path& path = entry.path();
    const bool single = io::path_exists(path / "config.toml");
    if (!single && !io::path_exists(path / "compare.toml")) continue;
    RunListing run;
    run.name = path.filename().string();
    run.path = path.string();
    run.written = written_at(path);
    try {
      if (single)
        read_run(path, run);
      else
        read_comparison_folder(path, run);
    } catch (const std::runtime_error& trouble) {
      run.state = RunState::damaged;
      run.remark = trouble.what();
    }
    runs.push_back(std::move(run));
  }
  if (error) throw IoError(folder.string(), error.message());
  std::sort(runs.begin(), runs.end(), [](const RunListing& a, const RunListing& b) {
    return std::tie(a.written, a.name) < std::tie(b.written, b.name);
  });
  return runs;
}

}  // namespace nernst
