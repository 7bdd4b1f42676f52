// SPDX-License-Identifier: Apache-2.0
// `nernst info`: what this program is, what it can do here, and every key of a config.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <string_view>
#include <thread>

#include "nernst/base/lane_math.h"
#include "nernst/cli/command.h"
#include "nernst/cli/config_keys.h"
#include "nernst/cli/text_table.h"
#include "nernst/experiment/run.h"
#include "nernst/training/schedule.h"
#include "nernst/version.h"

namespace nernst {

class InfoCommand final : public Command {
 public:
  static constexpr std::string_view kName = "info";
  static constexpr std::string_view kHelp =
      "version, back-ends, data sets found, devices, schedules, laws";
  static constexpr std::string_view kExamples =
      "nernst info\n"
      "nernst info --config          (the same as nernst help config)\n"
      "NERNST_BACKEND=scalar nernst info --json";

  void options(CLI::App& app) override {
    app.add_flag("--config", config_, "every key of a config: default, help, type, unit");
    app.add_option("--table", table_, "with --config, the keys of one table, such as chip.wires")
        ->type_name("TABLE");
  }

  Answer run(Console& console) override {
    if (config_) {
      Answer keys{config_tables_text(console.out(), table_)};
      keys.json["config"] = config_tables_json(table_);
      return keys;
    }
    if (!table_.empty()) throw ConfigError("--table", table_, "goes with --config");
    const Look& look = console.out();
    Answer answer;
    answer.text = shaded(fmt::format("Nernst {}", kVersion), Shade::strong, look) + "\n";
    answer.text += machine(answer.json, look);
    answer.text += "\ndata sets\n" + data(answer.json, look);
    answer.text += "\nschedules\n" + named(schedules(), "schedules", answer.json, look);
    answer.text += "\nupdate rules\n" + named(update_rules(), "update_rules", answer.json, look);
    answer.text += "\ndevices\n" + names(device_presets(), "devices", answer.json, look);
    answer.text += "\nlaws\n" + names(device_laws(), "laws", answer.json, look);
    return answer;
  }

 private:
  static std::string machine(Tree& json, const Look& look) {
    const Backend used = backend_from_environment();
    Tree backends = Tree::array();
    std::string list;
    for (const Backend backend : {Backend::reference, Backend::scalar, Backend::fast}) {
      backends.push_back(backend_name(backend));
      list += fmt::format("{}{}{}", list.empty() ? "" : ", ", backend_name(backend),
                          backend == used ? " (in use)" : "");
    }
    const unsigned cores = std::thread::hardware_concurrency();
    json["version"] = kVersion;
    json["compiler"] = kCompiler;
    json["build"] = kBuildType;
    json["backends"] = backends;
    json["backend"] = backend_name(used);
    json["instruction_set"] = instruction_set();
    for (const std::string_view name : instruction_sets()) json["instruction_sets"].push_back(name);
    json["threads"] = cores;
    TextTable table({Align::left, Align::left});
    table.row({"compiler", fmt::format("{}, {}", kCompiler, kBuildType)});
    table.row({"back-ends", list + "; NERNST_BACKEND chooses"});
    table.row({"instruction set",
               std::string(instruction_set()) + "; NERNST_INSTRUCTION_SET chooses a plainer one"});
    table.row({"threads", fmt::format("{} here; --threads chooses", cores)});
    return table.text(look);
  }

  static std::string data(Tree& json, const Look& look) {
    TextTable table({Align::left, Align::left, Align::left});
    json["data_sets"] = Tree::array();
    for (const DataSetInfo& info : data_sets()) {
      json["data_sets"].push_back(
          {{"name", info.name}, {"found", info.found}, {"where", info.where}, {"help", info.help}});
      table.row({std::string(info.name), (info.found ? "" : "not here: ") + info.where,
                 std::string(info.help)},
                {Shade::plain, info.found ? Shade::good : Shade::bad, Shade::faint});
    }
    return table.text(look);
  }

  template <class List>
  static std::string named(const List& items, const char* key, Tree& json, const Look& look) {
    TextTable table({Align::left, Align::left});
    json[key] = Tree::array();
    for (const auto& item : items) {
      json[key].push_back(item.name);
      table.row({std::string(item.name), std::string(item.help)}, {Shade::plain, Shade::faint});
    }
    return table.text(look);
  }

  template <class List>
  static std::string names(const List& items, const char* key, Tree& json, const Look& look) {
    json[key] = items;
    return wrapped(fmt::format("{}", fmt::join(items, ", ")), 2, look);
  }

  std::string table_;
  bool config_ = false;
};

}  // namespace nernst
