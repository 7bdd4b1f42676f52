// SPDX-License-Identifier: Apache-2.0
// `nernst init`: an experiment to start from.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "nernst/base/error.h"
#include "nernst/cli/command.h"
#include "nernst/cli/run_options.h"
#include "nernst/experiment/starter.h"
#include "nernst/io/file.h"

namespace nernst {

class InitCommand final : public Command {
 public:
  static constexpr std::string_view kName = "init";
  static constexpr std::string_view kHelp =
      "writes a commented experiment to start from, which runs as it is";
  static constexpr std::string_view kExamples =
      "nernst init                  csv.toml and a made-up table to put your own in its place\n"
      "nernst init device           on cells of your own\n"
      "nernst init compare --out study/ways.toml";

  void options(CLI::App& app) override {
    app.add_option("KIND", kind_, fmt::format("{}; default csv", fmt::join(starter_kinds(), ", ")))
        ->type_name("");
    app.add_option("--out", out_, "the file of the experiment; default KIND.toml, here")
        ->type_name("FILE");
  }

  Answer run(Console&) override {
    namespace fs = std::filesystem;
    const Starter starter = make_starter(kind_);
    const fs::path config = out_.empty() ? fs::path(starter.name + ".toml") : fs::path(out_);
    if (io::path_exists(config))
      throw ConfigError(out_.empty() ? "init" : "--out", config.string(),
                        "is there already, and nothing is written over; give --out another name");
    Answer answer;
    const fs::path folder = config.parent_path();
    if (!folder.empty()) io::make_folder(folder);
    // its own files first: what has the config has all of it
    std::string kept;
    for (const auto& [name, text] : starter.files) {
      if (io::path_exists(folder / name)) {
        kept += fmt::format("kept {}, which is there already\n", (folder / name).string());
        answer.json["kept"].push_back((folder / name).string());
        continue;
      }
      io::write_file_atomically(folder / name, text);
      answer.text += fmt::format("wrote {}\n", (folder / name).string());
      answer.json["written"].push_back((folder / name).string());
    }
    io::write_file_atomically(config, starter.text);
    answer.json["written"].push_back(config.string());
    const std::string next = command_for(starter.text, shell_word(config.string()));
    answer.json["next"] = next;
    answer.text += fmt::format("wrote {}: {}\n{}next: {}\n", config.string(),
                               title_of_config(starter.text), kept, next);
    return answer;
  }

 private:
  std::string kind_ = "csv", out_;
};

}  // namespace nernst
