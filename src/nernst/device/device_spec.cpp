// SPDX-License-Identifier: Apache-2.0
#include "nernst/device/device_spec.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "nernst/base/error.h"
#include "nernst/device/device_path.h"
#include "nernst/device/law.h"
#include "nernst/device/preset_texts.h"
#include "nernst/io/file.h"
#include "nernst/io/toml.h"

namespace nernst {

namespace {

// Calls use(field name, part) for every part of a device that is one table of parameters.
template <class Device, class Use>
void for_each_part(Device& device, Use use) {
  std::visit([&](auto& law) { use("parameters", law); }, device.law);
  use("cell", device.cell);
  use("spread", device.spread);
  use("faults", device.faults);
  use("retention", device.retention);
  use("physical", device.physical);
}

template <class... Laws>
std::vector<AnyLaw> default_laws(LawList<Laws...>) {
  return {AnyLaw(Laws{})...};
}

std::string_view law_name(const AnyLaw& law) {
  return std::visit([](const auto& l) { return std::string_view(l.kName); }, law);
}

// Tells the nearest of the known names, or all of them.
std::string remedy(const std::string& name, const std::vector<std::string>& known,
                   const std::string& what) {
  if (const auto near = nearest_name(name, known))
    return fmt::format("no such {}; did you mean \"{}\"?", what, *near);
  return fmt::format("no such {}; there are {}", what, fmt::join(known, ", "));
}

AnyLaw law_named(const std::string& name, const std::string& where) {
  for (AnyLaw& law : default_laws(AllLaws{}))
    if (law_name(law) == name) return law;
  throw ConfigError(join_path(where, "law"), name, remedy(name, device_laws(), "law"));
}

// "cell.dw_min", ...: every parameter that a source may be given for.
std::vector<std::string> parameter_paths(DeviceSpec device) {
  std::vector<std::string> paths;
  for_each_part(device, [&](const char* part, auto& spec) {
    const Fields fields = fields_of(spec);
    for (const Field& field : fields.all()) paths.push_back(join_path(part, field.name));
  });
  return paths;
}

// Reads [sources]: texts by parameter, the key either dotted or a table within a table.
void read_sources(const Tree& table, const std::string& where, const std::string& prefix,
                  const std::vector<std::string>& known, Tree& sources) {
  if (!table.is_object()) throw ConfigError(where, "", "give a table of texts");
  for (const auto& [key, value] : table.items()) {
    const std::string path = join_path(prefix, key);
    if (value.is_object() && prefix.empty()) {
      read_sources(value, join_path(where, key), path, known, sources);
      continue;
    }
    if (std::find(known.begin(), known.end(), path) == known.end())
      throw ConfigError(join_path(where, key), "", remedy(path, known, "parameter"));
    if (!value.is_string())
      throw ConfigError(join_path(where, key), "", "give the source as a text in quotes");
    sources[path] = value;
  }
}

void read_figures(const Tree& list, const std::string& where, DeviceSpec& device) {
  if (!list.is_array()) throw ConfigError(where, "", "give a list of tables, [[figure]]");
  for (std::size_t k = 0; k < list.size(); ++k) {
    PublishedFigure figure;
    read_fields(list[k], fmt::format("{}.{}", where, k), fields_of(figure));
    device.figures.push_back(std::move(figure));
  }
}

// A value that follows from the law's parameters; a tree may repeat it but not contradict it.
void follow(double& value, double derived, bool given, const std::string& where,
            const std::string& from) {
  if (given && value != 0 && std::abs(value - derived) > 1e-9 * std::abs(derived))
    throw ConfigError(where, value, fmt::format("leave it out: {} make it {}", from, derived));
  value = derived;
}

bool has(const Tree& tree, const char* table, const char* key) {
  return tree.contains(table) && tree.at(table).contains(key);
}

void follow_law(const Tree& tree, const std::string& where, DeviceSpec& device) {
  with_law(device, [&](const auto& law) {
    const std::string from = fmt::format("the parameters of law \"{}\"", law.kName);
    if constexpr (requires { law.nominal_step(); })
      follow(device.cell.dw_min, law.nominal_step(), has(tree, "cell", "dw_min"),
             join_path(where, "cell.dw_min"), from);
    if constexpr (requires { law.retention_tau_s(); }) {
      if (law.retention_tau_s() > 0)
        follow(device.retention.tau_s, law.retention_tau_s(), has(tree, "retention", "tau_s"),
               join_path(where, "retention.tau_s"), from);
    }
  });
}

}  // namespace

void PublishedFigure::describe(Fields& f) {
  f.text("quantity", quantity, "what is measured, see device/figures.h");
  f.real("value", value, {.help = "the published value"});
  f.real("tolerance", tolerance, {.min = 0, .help = "how far the simulated value may be off"});
  f.text("source", source, "where the value is from");
}

void check_device(const DeviceSpec& device, const std::string& where) {
  const CellSpec& cell = device.cell;
  const auto require = [&](bool holds, const char* field, double value, std::string what) {
    if (!holds) throw ConfigError(join_path(where, field), value, std::move(what));
  };
  const PhysicalSpec& units = device.physical;
  require(units.g_max_S > units.g_min_S, "physical.g_max_S", units.g_max_S,
          fmt::format("give more than g_min_S, which is {}", units.g_min_S));
  require(units.g_S(cell.w_min) >= -1e-9 * units.g_max_S, "physical.g_min_S", units.g_min_S,
          "give conductances at w = -1 and w = +1 that leave none below 0 at w_min");
  require(cell.w_max > cell.w_min, "cell.w_max", cell.w_max,
          fmt::format("give more than w_min, which is {}", cell.w_min));
  require(cell.dw_min < cell.w_max - cell.w_min, "cell.dw_min", cell.dw_min,
          "give a step smaller than the window from w_min to w_max");
  require(std::abs(cell.up_down) < 1, "cell.up_down", cell.up_down,
          "give more than -1 and less than 1, so that there are steps both ways");
  require(cell.w_reset >= cell.w_min && cell.w_reset <= cell.w_max, "cell.w_reset", cell.w_reset,
          fmt::format("give a value from w_min = {} to w_max = {}", cell.w_min, cell.w_max));
  require(!cell.one_sided || cell.reference == Reference::nominal, "cell.reference", 1,
          "leave it at \"nominal\": a one-sided cell has no symmetry point");
  require(device.faults.stuck + device.faults.dead <= 1, "faults.dead", device.faults.dead,
          "give fractions of stuck and dead cells that sum to 1 or less");
  const double rest = device.retention.w_rest;
  require(rest >= cell.w_min && rest <= cell.w_max, "retention.w_rest", rest,
          fmt::format("give a value from w_min = {} to w_max = {}", cell.w_min, cell.w_max));
  if (cell.reference == Reference::rest && !device.retention.enabled())
    throw ConfigError("device.cell.reference", "rest",
                      "is where w relaxes to, and these cells keep; give retention.tau_s, or "
                      "\"nominal\"");
  const double tau_s = device.retention.tau_at_temperature_s();
  require(!device.retention.enabled() || tau_s > 0, "retention.temperature_K",
          device.retention.temperature_K,
          "give a temperature at which the Arrhenius law leaves more than 0 s of tau");
  with_law(device, [&](const auto& law) {
    if constexpr (requires { law.check(cell, where); })
      law.check(cell, join_path(where, "parameters"));
  });
}

DeviceSpec read_device(const Tree& tree, const std::string& where) {
  if (!tree.is_object()) throw ConfigError(where, "", "give a table that describes a device");
  DeviceSpec device;
  std::string law;
  Fields top;
  top.text("name", device.name, "name of the device");
  top.text("title", device.title, "what the device is, in a few words");
  top.text("citation", device.citation, "the publication");
  top.text("law", law, "how a pulse moves a cell");
  read_fields(
      tree, where, top,
      {"parameters", "cell", "spread", "faults", "retention", "physical", "sources", "figure"});
  device.law = law_named(law, where);

  for_each_part(device, [&](const char* part, auto& spec) {
    if (tree.contains(part)) read_fields(tree.at(part), join_path(where, part), fields_of(spec));
  });
  if (tree.contains("sources"))
    read_sources(tree.at("sources"), join_path(where, "sources"), "", parameter_paths(device),
                 device.sources);
  if (tree.contains("figure")) read_figures(tree.at("figure"), join_path(where, "figure"), device);

  // the law's own check first: what follows from its parameters must be sound before it is compared
  with_law(device, [&](const auto& l) {
    if constexpr (requires { l.check(device.cell, where); })
      l.check(device.cell, join_path(where, "parameters"));
  });
  follow_law(tree, where, device);
  check_device(device, where);
  return device;
}

Tree write_device(const DeviceSpec& device) {
  DeviceSpec copy = device;  // fields are bound to variables that can be written
  Tree tree = Tree::object();
  tree["name"] = copy.name;
  tree["title"] = copy.title;
  tree["citation"] = copy.citation;
  tree["law"] = std::string(law_name(copy.law));
  for_each_part(copy,
                [&](const char* part, auto& spec) { tree[part] = write_fields(fields_of(spec)); });
  tree["sources"] = copy.sources;
  tree["figure"] = Tree::array();
  for (PublishedFigure& figure : copy.figures)
    tree["figure"].push_back(write_fields(fields_of(figure)));
  return tree;
}

DeviceSpec load_device(const std::string& name_or_path) {
  constexpr std::size_t most_bytes = 4 << 20;
  if (is_device_path(name_or_path)) {
    const std::string text = io::read_file(name_or_path, most_bytes);
    DeviceSpec device = read_device(io::parse_toml(text, name_or_path), name_or_path);
    if (device.name.empty()) device.name = std::filesystem::path(name_or_path).stem().string();
    return device;
  }
  for (const auto& [name, text] : preset_texts()) {
    if (name != name_or_path) continue;
    const std::string where = std::string(name);
    DeviceSpec device = read_device(io::parse_toml(text, where + ".toml"), where);
    device.name = where;
    return device;
  }
  throw ConfigError("chip.device", name_or_path, remedy(name_or_path, device_presets(), "preset"));
}

std::vector<std::string> device_presets() {
  std::vector<std::string> names;
  for (const auto& preset : preset_texts()) names.emplace_back(preset.first);
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> device_laws() {
  std::vector<std::string> names;
  for (const AnyLaw& law : default_laws(AllLaws{})) names.emplace_back(law_name(law));
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace nernst
