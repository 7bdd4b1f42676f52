// SPDX-License-Identifier: Apache-2.0
// `nernst report`: runs as one page of HTML.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "nernst/cli/command.h"
#include "nernst/cli/quantity.h"
#include "nernst/cli/run_options.h"
#include "nernst/experiment/report.h"

namespace nernst {

class ReportCommand final : public Command {
 public:
  static constexpr std::string_view kName = "report";
  static constexpr std::string_view kHelp =
      "a run, or several beside each other, as one page for any browser";
  static constexpr std::string_view kExamples =
      "nernst report runs/two_layer                       (runs/two_layer/report.html)\n"
      "nernst report runs/progressive runs/conventional   (report.html)\n"
      "nernst report runs/two_layer --out two_layer.html";

  void options(CLI::App& app) override {
    app.add_option("RUN", runs_, "folders of runs, finished or not")->type_name("")->required();
    app.add_option("--out", out_,
                   "the page; default: report.html in the folder of a run, or here for several")
        ->type_name("FILE");
    add_threads_option(app, threads_);
  }

  Answer run(Console& console) override {
    const RunSetup setup{.threads = threads_};
    Tree data = Tree::object();
    data["title"] = runs_.size() == 1 ? "Nernst report" : fmt::format("{} runs", runs_.size());
    data["runs"] = Tree::array();
    for (const std::string& run : runs_) data["runs"].push_back(report_of_run(run, setup));

    std::string path = out_;
    if (path.empty())
      path = runs_.size() == 1 ? (std::filesystem::path(runs_[0]) / "report.html").string()
                               : "report.html";
    const std::string html = report_html(std::move(data));
    write_report(path, html);
    Answer answer;
    answer.json["report"] = path;
    answer.json["bytes"] = html.size();
    answer.text = fmt::format("{}  {}\n", path,
                              quantity(static_cast<double>(html.size()), "B", console.out()));
    return answer;
  }

 private:
  std::vector<std::string> runs_;
  std::string out_;
  int threads_ = 1;
};

}  // namespace nernst
