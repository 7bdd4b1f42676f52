// SPDX-License-Identifier: Apache-2.0
#include "nernst/cli/config_keys.h"

#include <fmt/format.h>

#include <algorithm>

#include "nernst/cli/text_table.h"
#include "nernst/experiment/config.h"
#include "nernst/io/text.h"

namespace nernst {

namespace {

// All conditions of a key in one text.
std::string where(const Field& field) {
  std::string text;
  for (const Condition& condition : field.conditions) {
    const bool several = field.conditions.size() > 1 && condition.size() > 1;
    text += fmt::format("{}{}{}{}", text.empty() ? "" : " and ", several ? "(" : "",
                        condition_text(condition), several ? ")" : "");
  }
  return text;
}

ConfigTable table_of_fields(std::string header, const Fields& fields, std::string remark) {
  ConfigTable table{std::move(header), std::move(remark), {}};
  for (const Field& field : fields.all())
    table.keys.push_back(
        {field.name, field.type(), field.note.unit, field.note.help, where(field), field.value()});
  return table;
}

template <class Spec>
ConfigTable table_of(std::string header, Spec spec, std::string remark = "") {
  return table_of_fields(std::move(header), fields_of(spec), std::move(remark));
}

template <class... Laws>
void add_laws(std::vector<ConfigTable>& tables, LawList<Laws...>) {
  (tables.push_back(table_of("[device.parameters]", Laws{},
                             fmt::format("where the law is {}: {}", Laws::kName, Laws::kSource))),
   ...);
}

// Each line begins as TOML has it, so that a table can be copied into a config.
std::string comment(const std::string& remark, const Look& look) {
  if (remark.empty()) return "";
  Look narrow = look;
  narrow.columns -= std::min<std::size_t>(narrow.columns, 2);
  std::string text = "# ";
  for (const char c : wrapped(remark, 0, narrow)) text += c == '\n' ? "\n# " : std::string(1, c);
  text.resize(text.size() - 2);
  return text;
}

// "epochs between steps (a number of 0.001 or more; unit s; read where learning_rate_shape = step)"
std::string help_of(const ConfigKey& key) {
  return fmt::format("{} ({}{}{}{}{})", key.help, key.type, key.unit.empty() ? "" : "; unit ",
                     key.unit, key.read_where.empty() ? "" : "; read where ", key.read_where);
}

// "[[network.layer]]" -> "network.layer"
std::string name_of(const ConfigTable& table) {
  std::string name = table.header;
  std::erase_if(name, [](char c) { return c == '[' || c == ']'; });
  return name;
}

// All of them, the one of this name, or of the key of this name alone, in each table that has it.
std::vector<ConfigTable> tables_named(const std::string& only) {
  std::vector<ConfigTable> tables = config_tables();
  if (only.empty()) return tables;
  std::vector<ConfigTable> of_key = tables;
  for (ConfigTable& table : of_key)
    std::erase_if(table.keys, [&](const ConfigKey& key) {
      return join_path(name_of(table), key.name) != only;
    });
  std::erase_if(of_key, [](const ConfigTable& table) { return table.keys.empty(); });
  if (!of_key.empty()) return of_key;
  std::vector<std::string> names;
  for (const ConfigTable& table : tables) names.push_back(name_of(table));
  std::erase_if(tables, [&](const ConfigTable& table) { return name_of(table) != only; });
  if (!tables.empty()) return tables;
  const auto near = nearest_name(only, names);
  throw ConfigError(io::shown(only), "",
                    near ? fmt::format("no such table of a config; did you mean \"{}\"?", *near)
                         : "no such table of a config; nernst help config has them all");
}

}  // namespace

std::vector<ConfigTable> config_tables() {
  const char* const of_preset = "changes to the preset, whose own values are the defaults";
  std::vector<ConfigTable> tables = {table_of("[data]", DataSpec()),
                                     table_of("[chip]", ChipSpec())};
  ChipSpec chip;
  for (const ChipSpec::Table& one : chip.tables())
    tables.push_back(table_of_fields("[chip." + one.name + "]", one.fields, ""));
  for (ConfigTable& table : std::vector<ConfigTable>{
           table_of("[[network.layer]]", LayerSpec(), "one for each layer"),
           table_of("[training]", TrainingSpec()),
           table_of("[transfer]", TransferSpec(), "a trained network is written to the chip"),
           table_of("[aging]", AgingSpec()), table_of("[device.cell]", CellSpec(), of_preset),
           table_of("[device.spread]", SpreadSpec(), of_preset),
           table_of("[device.faults]", FaultSpec(), of_preset),
           table_of("[device.retention]", RetentionSpec(), of_preset),
           table_of("[device.physical]", PhysicalSpec(), of_preset)})
    tables.push_back(std::move(table));
  for (const NamedHelp& rule : update_rules()) {
    const auto made = make_update_rule(std::string(rule.name));
    tables.push_back(
        table_of_fields(fmt::format("[training.{}]", rule.name), fields_of(*made),
                        fmt::format("where training.update is {}: {}", rule.name, rule.help)));
  }
  add_laws(tables, AllLaws());
  std::erase_if(tables, [](const ConfigTable& table) { return table.keys.empty(); });
  return tables;
}

std::string config_tables_text(const Look& terminal, const std::string& only) {
  // help is to be read: also where no terminal says how wide it is
  Look look = terminal;
  if (look.columns == 0) look.columns = 80;
  std::string text;
  for (const ConfigTable& table : tables_named(only)) {
    if (!text.empty()) text += "\n";
    text += shaded(table.header, Shade::strong, look);
    text += "\n" + comment(table.remark, look);
    TextTable rows({Align::left, Align::left});
    for (const ConfigKey& key : table.keys)
      rows.row({fmt::format("{} = {}", key.name, key.default_value.dump()), help_of(key)},
               {Shade::plain, Shade::faint});
    text += rows.text(look);
  }
  return text;
}

Tree config_tables_json(const std::string& only) {
  Tree tables = Tree::array();
  for (const ConfigTable& table : tables_named(only)) {
    Tree keys = Tree::array();
    for (const ConfigKey& key : table.keys)
      keys.push_back({{"name", key.name},
                      {"type", key.type},
                      {"unit", key.unit},
                      {"default", key.default_value},
                      {"read_where", key.read_where},
                      {"help", key.help}});
    tables.push_back({{"table", table.header}, {"remark", table.remark}, {"keys", keys}});
  }
  return tables;
}

}  // namespace nernst
