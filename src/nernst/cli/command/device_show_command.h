// SPDX-License-Identifier: Apache-2.0
// `nernst device show`: every figure of a device, with its unit and its source.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "nernst/cli/command.h"
#include "nernst/cli/quantity.h"
#include "nernst/cli/text_table.h"
#include "nernst/device/device_spec.h"
#include "nernst/device/population.h"

namespace nernst {

class DeviceShowCommand final : public Command {
 public:
  static constexpr std::string_view kName = "device show";
  static constexpr std::string_view kHelp = "every figure of a device, with its unit and source";
  static constexpr std::string_view kExamples =
      "nernst device show organic_ecram_li2021\n"
      "nernst device show my_device.toml --json";

  void options(CLI::App& app) override {
    app.add_option("NAME", name_, "a preset (nernst device list), or the path of a device file")
        ->type_name("")
        ->required();
  }

  Answer run(Console& console) override {
    DeviceSpec device = load_device(name_);
    const Look& look = console.out();
    sources_.clear();
    Answer answer;
    answer.json = write_device(device);
    answer.text = shaded(device.name, Shade::strong, look) + ": " + device.title + "\n";
    answer.text += wrapped(device.citation, 2, look) + "\n";
    std::visit(
        [&](auto& law) {
          answer.text += wrapped(fmt::format("law {}: {}", law.kName, law.kSource), 2, look);
          answer.text += part("parameters", fields_of(law), device, look);
        },
        device.law);
    answer.text += part("cell", fields_of(device.cell), device, look);
    answer.text += part("spread", fields_of(device.spread), device, look);
    answer.text += part("faults", fields_of(device.faults), device, look);
    answer.text += part("retention", fields_of(device.retention), device, look);
    answer.text += part("physical", fields_of(device.physical), device, look);
    answer.text += conductance_note(device, look);
    answer.text += figures(device, look);
    answer.text += source_list(look);
    return answer;
  }

 private:
  // A table of the device; values that nobody gave are faint.
  std::string part(const std::string& name, const Fields& fields, const DeviceSpec& device,
                   const Look& look) {
    TextTable table({Align::left, Align::right, Align::left, Align::left});
    for (const Field& field : fields.all()) {
      const Tree& sources = device.sources;
      const auto source = sources.find(name + "." + field.name);
      const bool given = source != sources.end();
      table.row({field.name, shown(field, look),
                 given ? number_of(source->template get<std::string>()) : "", field.note.help},
                {given ? Shade::plain : Shade::faint, given ? Shade::strong : Shade::faint,
                 Shade::faint, Shade::faint});
    }
    if (fields.all().empty()) return "";
    return "\n[" + name + "]\n" + table.text(look);
  }

  // What becomes of cells whose own window reaches below 0 S.
  static std::string conductance_note(const DeviceSpec& device, const Look& look) {
    const std::string sentence = below_zero_sentence(device);
    return sentence.empty() ? "" : wrapped(sentence, 2, look);
  }

  std::string figures(const DeviceSpec& device, const Look& look) {
    if (device.figures.empty()) return "";
    TextTable table({Align::left, Align::right, Align::left, Align::left});
    for (const PublishedFigure& figure : device.figures)
      table.row({figure.quantity, fmt::format("{:g}", figure.value),
                 fmt::format("{} {:g}", look.unicode ? "±" : "+-", figure.tolerance),
                 number_of(figure.source)},
                {Shade::plain, Shade::strong, Shade::plain, Shade::faint});
    return "\npublished, and reproduced in simulation by a test\n" + table.text(look);
  }

  std::string source_list(const Look& look) const {
    if (sources_.empty()) return "";
    TextTable table({Align::right, Align::left});
    for (std::size_t k = 0; k < sources_.size(); ++k)
      table.row({fmt::format("[{}]", k + 1), sources_[k]}, {Shade::faint});
    return "\nsources\n" + table.text(look);
  }

  // The same source is told once.
  std::string number_of(const std::string& source) {
    auto found = std::find(sources_.begin(), sources_.end(), source);
    if (found == sources_.end()) found = sources_.insert(found, source);
    return fmt::format("[{}]", found - sources_.begin() + 1);
  }

  static std::string shown(const Field& field, const Look& look) {
    const Tree value = field.value();
    if (value.is_number_float()) return quantity(value.get<double>(), field.note.unit, look);
    if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
    // a measured table would not fit; --json has all of it
    if (value.is_array() && value.size() > 4) return fmt::format("{} numbers", value.size());
    return value.is_string() ? value.get<std::string>() : value.dump();
  }

  std::string name_;
  std::vector<std::string> sources_;  // those named so far
};

}  // namespace nernst
