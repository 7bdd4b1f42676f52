// SPDX-License-Identifier: Apache-2.0
// `nernst device list`: the published devices.
#pragma once

#include <string>
#include <string_view>

#include "nernst/cli/command.h"
#include "nernst/cli/text_table.h"
#include "nernst/device/device_spec.h"

namespace nernst {

class DeviceListCommand final : public Command {
 public:
  static constexpr std::string_view kName = "device list";
  static constexpr std::string_view kHelp = "the published devices that a chip can be made of";
  static constexpr std::string_view kExamples =
      "nernst device list\n"
      "nernst train examples/two_layer.toml --set chip.device=li_ecram_tang2018";

  void options(CLI::App&) override {}

  Answer run(Console& console) override {
    Answer answer;
    answer.json["devices"] = Tree::array();
    TextTable table({Align::left, Align::left, Align::left});
    for (const std::string& name : device_presets()) {
      const DeviceSpec device = load_device(name);
      const std::string law = with_law(device, [](const auto& l) { return std::string(l.kName); });
      table.row({name, law, device.title}, {Shade::strong});
      answer.json["devices"].push_back(
          {{"name", name}, {"law", law}, {"title", device.title}, {"citation", device.citation}});
    }
    answer.text = table.text(console.out());
    return answer;
  }
};

}  // namespace nernst
