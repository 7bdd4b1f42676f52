// SPDX-License-Identifier: Apache-2.0
// `nernst examples`: the experiments that come with the program.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "nernst/base/error.h"
#include "nernst/base/parameters.h"
#include "nernst/cli/command.h"
#include "nernst/cli/run_options.h"
#include "nernst/cli/text_table.h"
#include "nernst/experiment/example_texts.h"
#include "nernst/experiment/starter.h"
#include "nernst/io/file.h"
#include "nernst/io/text.h"

namespace nernst {

class ExamplesCommand final : public Command {
 public:
  static constexpr std::string_view kName = "examples";
  static constexpr std::string_view kHelp = "the experiments that come with the program";
  static constexpr std::string_view kExamples =
      "nernst examples                               lists them\n"
      "nernst examples two_layer                     prints one\n"
      "nernst examples two_layer --out two_layer.toml    a copy to run and to change";

  void options(CLI::App& app) override {
    app.add_option("NAME", name_, "one of them, printed")->type_name("");
    app.add_option("--out", out_, "write it to a new file instead")->type_name("FILE");
  }

  Answer run(Console& console) override {
    if (name_.empty()) return list(console.out());
    const std::string_view text = find();
    Answer answer;
    answer.json = {{"name", name_}, {"text", text}};
    if (out_.empty()) {
      answer.text = text;
      return answer;
    }
    if (io::path_exists(out_))
      throw ConfigError("--out", out_,
                        "is there already, and nothing is written over; give another name");
    io::write_file_atomically(out_, text);
    answer.json["written"] = out_;
    answer.text = fmt::format("wrote {}\nnext: {}\n", out_, command_for(text, shell_word(out_)));
    return answer;
  }

 private:
  Answer list(const Look& look) const {
    if (!out_.empty()) throw ConfigError("--out", out_, "give the NAME of an example too");
    Answer answer;
    answer.json["examples"] = Tree::array();
    TextTable table({Align::left, Align::left});
    for (const auto& [name, text] : example_texts()) {
      table.row({std::string(name), title_of_config(text)}, {Shade::strong});
      answer.json["examples"].push_back(
          {{"name", name},
           {"title", title_of_config(text)},
           {"command", command_for(text, std::string(name) + ".toml")}});
    }
    answer.text = table.text(look) +
                  "\nnernst examples NAME --out NAME.toml writes one; nernst train NAME.toml, or "
                  "compare, runs it\n";
    return answer;
  }

  std::string_view find() const {
    std::vector<std::string> names;
    for (const auto& [name, text] : example_texts()) {
      if (name == name_) return text;
      names.emplace_back(name);
    }
    const auto near = nearest_name(name_, names);
    throw ConfigError("NAME", io::shown(name_),
                      near ? fmt::format("no such example; did you mean \"{}\"?", *near)
                           : "no such example; nernst examples lists them");
  }

  std::string name_, out_;
};

}  // namespace nernst
