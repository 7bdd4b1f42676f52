// SPDX-License-Identifier: Apache-2.0
// `nernst train`: a config becomes a run.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "nernst/base/error.h"
#include "nernst/cli/clock.h"
#include "nernst/cli/command.h"
#include "nernst/cli/exit_code.h"
#include "nernst/cli/progress_bar.h"
#include "nernst/cli/run_options.h"
#include "nernst/cli/stop_signal.h"
#include "nernst/cli/summary.h"
#include "nernst/experiment/experiment_file.h"
#include "nernst/experiment/run.h"
#include "nernst/io/file.h"

namespace nernst {

class TrainCommand final : public Command {
 public:
  static constexpr std::string_view kName = "train";
  static constexpr std::string_view kHelp =
      "train a network in situ on a simulated chip, and say what it cost";
  static constexpr std::string_view kExamples =
      "nernst train examples/two_layer.toml\n"
      "nernst train examples/two_layer.toml --set training.seed=7 --set network.layer.0.units=64\n"
      "nernst train examples/logic.toml --out runs/xor --json\n"
      "nernst train --resume runs/xor\n"
      "nernst train --resume runs/xor --epochs 5";

  void options(CLI::App& app) override {
    app.add_option("FILE", file_, "the experiment in TOML; nernst help config lists its keys")
        ->type_name("");
    app.add_option("--resume", resume_, "go on with the run in this folder, to the same bits")
        ->type_name("RUN");
    app.add_option("--out", out_, "folder of the run; default: runs/ and a readable name")
        ->type_name("DIR");
    app.add_option("--epochs", more_epochs_,
                   "with --resume: so many epochs more, beyond the end of the run")
        ->option_text("N")
        ->check(CLI::Range(1, 1000000));
    add_set_option(app, settings_);
    add_strict_option(app, strict_);
    add_threads_option(app, threads_);
  }

  Answer run(Console& console) override {
    if (file_.empty() == resume_.empty())
      throw ConfigError("train", "",
                        file_.empty()
                            ? "give the FILE of an experiment, or --resume RUN"
                            : "give the FILE of an experiment or --resume RUN, not both: a run "
                              "goes on with the config in its folder");
    if (more_epochs_ > 0 && resume_.empty())
      throw ConfigError("--epochs", static_cast<double>(more_epochs_),
                        "goes on beyond the end of a run, with --resume RUN; a new one has --set "
                        "training.epochs=N");
    const RunSetup setup{.threads = threads_, .backend = backend_from_environment()};
    return resume_.empty() ? start(console, setup) : resume(console, setup);
  }

 private:
  Answer start(Console& console, const RunSetup& setup) {
    const Tree tree = read_experiment(file_, settings_);
    for (const char* table : {"compare", "strategy"})
      if (tree.contains(table))
        throw ConfigError(file_, table,
                          fmt::format("is a table of comparisons; nernst compare {} runs them",
                                      shell_word(file_)));
    const Config config = read_config(tree);
    const auto warnings = heed_unread(console, unread_keys(tree, config), strict_);
    std::filesystem::path tried;
    for (;;) {
      const std::filesystem::path folder =
          out_.empty() ? default_folder(config) : std::filesystem::path(out_);
      try {
        Answer made = answer(console, folder, [&](const RunHooks& hooks) {
          return start_run(config, folder, setup, hooks);
        });
        Tree all = warnings;
        for (const Tree& said : made.json["warnings"]) all.push_back(said);
        made.json["warnings"] = all;
        return made;
      } catch (const FolderTaken&) {
        // another process was quicker with the same name: the next one is free
        if (!out_.empty() || folder == tried) throw;
        tried = folder;
      }
    }
  }

  Answer resume(Console& console, const RunSetup& setup) {
    if (!settings_.empty())
      throw ConfigError("--set", settings_.front(),
                        "a run goes on with the config it began with; start a new one instead");
    if (!out_.empty()) throw ConfigError("--out", out_, "a run goes on in its own folder");
    return answer(console, resume_, [&](const RunHooks& hooks) {
      return resume_run(resume_, setup, hooks, more_epochs_);
    });
  }

  // runs/two_layer-progressive-organic_ecram_li2021-seed1-epochs=5: with what --set has changed
  std::filesystem::path default_folder(const Config& config) const {
    const std::string device = std::filesystem::path(config.chip.device).stem().string();
    std::string name = fmt::format("{}-{}-{}-seed{}", std::filesystem::path(file_).stem().string(),
                                   config.training.schedule, device, config.training.seed);
    for (const std::string& setting : settings_) {
      const std::string change = change_in_name(setting);
      constexpr std::size_t longest = 120;
      if (name.size() + change.size() <= longest) name += change;
    }
    return RunFolder::free_name(name);
  }

  // "-epochs=5" of "training.epochs=5"; nothing of what the name says already.
  static std::string change_in_name(const std::string& setting) {
    const std::size_t equals = std::min(setting.find('='), setting.size());
    const std::string key = setting.substr(0, equals);
    if (key == "training.schedule" || key == "chip.device" || key == "training.seed") return "";
    const std::size_t dot = key.rfind('.');
    std::string value = setting.substr(std::min(equals + 1, setting.size()));
    if (value.find('/') != std::string::npos)
      value = std::filesystem::path(value).filename().string();
    // what a shell would take apart becomes one stroke
    std::string word;
    for (const char c : value)
      if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-' || c == '+')
        word += c;
      else if (!word.empty() && word.back() != '_')
        word += '_';
    while (word.ends_with('_')) word.pop_back();
    return "-" + key.substr(dot == std::string::npos ? 0 : dot + 1) + "=" + word;
  }

  // Calls `train(hooks)` with a bar, and an ear for Ctrl-C.
  template <class Train>
  Answer answer(Console& console, const std::filesystem::path& folder, Train train) {
    const StopSignal stop;
    ProgressReport report(console);
    RunHooks hooks;
    hooks.now_s = stopwatch();
    bool begun = false;
    hooks.progress = [&](const Progress& progress) {
      // before there is progress, an error may have to be the only sentence
      if (!begun && progress.phase != RunPhase::reading) {
        console.note("saving to " + folder.string());
        begun = true;
      }
      report.show(progress, hooks.now_s());
    };
    Tree warnings = Tree::array();
    hooks.warn = [&](const std::string& warning) {
      warnings.push_back(warning);
      console.note("nernst: warning: " + warning);
    };
    hooks.tell = [&](const std::string& word) { console.note("nernst: " + word); };
    hooks.stop = [&] { return stop.asked(); };
    try {
      const RunResult result = train(hooks);
      Answer made{summary_of(result, console.out()), result_json(result)};
      made.text += fmt::format("  next: nernst report {}\n", shell_word(folder.string()));
      made.json["warnings"] = warnings;
      made.diverged = result.reference_diverged;
      return made;
    } catch (const Interrupted&) {
      if (!io::path_exists(folder / "config.toml"))
        throw Stopped("interrupted before the run began; nothing was written");
      throw Stopped(fmt::format("interrupted; go on with `nernst train --resume {}`",
                                shell_word(folder.string())));
    }
  }

  std::string file_, resume_, out_;
  std::vector<std::string> settings_;
  int threads_ = 1;
  std::int64_t more_epochs_ = 0;
  bool strict_ = false;
};

}  // namespace nernst
