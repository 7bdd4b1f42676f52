// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/unread_keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "nernst/device/device_path.h"
#include "nernst/io/file.h"
#include "nernst/io/toml.h"

namespace nernst {

namespace {

// The table at a dotted path, or nullptr.
const Tree* table_at(const Tree& tree, std::string_view path) {
  const Tree* place = &tree;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('.', begin), path.size());
    const std::string key(path.substr(begin, end - begin));
    if (place->is_array()) {
      const auto index = static_cast<std::size_t>(std::stoul(key));
      if (index >= place->size()) return nullptr;
      place = &(*place)[index];
    } else {
      if (!place->is_object() || !place->contains(key)) return nullptr;
      place = &place->at(key);
    }
    begin = end + 1;
  }
  return place->is_object() ? place : nullptr;
}

std::string shown_value(const Tree& value) {
  return value.dump(-1, ' ', false, Tree::error_handler_t::replace);
}

template <class Spec>
Tree spec_defaults() {
  Spec spec;
  return write_fields(fields_of(spec));
}

// The defaults of every table of a config of as many layers.
Tree defaults_of(const Config& config) {
  Config plain;
  plain.network.layers.resize(config.network.layers.size());
  Tree tree = SpecTables(plain).values();
  for (const NamedHelp& rule : update_rules()) {
    const auto made = make_update_rule(std::string(rule.name));
    tree["training"][std::string(rule.name)] = write_fields(fields_of(*made));
  }
  // a preset's values are its own, and nothing's defaults
  tree["device"] = {{"cell", spec_defaults<CellSpec>()},
                    {"spread", spec_defaults<SpreadSpec>()},
                    {"faults", spec_defaults<FaultSpec>()},
                    {"retention", spec_defaults<RetentionSpec>()},
                    {"physical", spec_defaults<PhysicalSpec>()}};
  return tree;
}

bool has_every_key(const Tree& written, const Fields& fields) {
  return std::all_of(fields.all().begin(), fields.all().end(),
                     [&](const Field& field) { return written.contains(field.name); });
}

// Keys of one table, of which `written` is what the user wrote; `shown` is its path.
void add_keys(const SpecTable& table, const std::string& shown, const Tree& written,
              const Tree& values, const Tree& defaults, std::vector<WrittenKey>& keys) {
  const Tree* const own_defaults = table_at(defaults, table.path);
  const bool complete = has_every_key(written, table.fields);
  for (const auto& [key, value] : written.items()) {
    const Field* const field = table.fields.find(key);
    if (field == nullptr) continue;
    std::string why = why_unread(table, *field, values);
    const bool at_default = own_defaults != nullptr && own_defaults->contains(key) &&
                            field->value() == own_defaults->at(key);
    if (!why.empty() && complete && at_default) continue;
    keys.push_back({join_path(shown, key), shown_value(value), std::move(why)});
  }
}

// A device file of the user's own; a preset is not his.
std::optional<Tree> device_file(const std::string& device) {
  constexpr std::size_t most_bytes = 4 << 20;
  if (!is_device_path(device)) return std::nullopt;
  return io::parse_toml(io::read_file(device, most_bytes), device);
}

}  // namespace

SpecTables::SpecTables(const Config& config)
    : config_(config), device_(resolve_device(config)), values_(write_config(config)) {
  values_["device"] = write_device(device_);
  tables_.push_back({"data", fields_of(config_.data)});
  tables_.push_back({"chip", fields_of(config_.chip)});
  for (ChipSpec::Table& one : config_.chip.tables())
    tables_.push_back({"chip." + one.name, std::move(one.fields)});
  for (std::size_t l = 0; l < config_.network.layers.size(); ++l)
    tables_.push_back({fmt::format("network.layer.{}", l), fields_of(config_.network.layers[l])});
  tables_.push_back({"training", fields_of(config_.training)});
  for (const NamedHelp& rule : update_rules()) {
    const std::string name(rule.name);
    const bool used = name == config_.training.update;
    rules_.push_back(
        make_update_rule(name, used ? config_.training.update_options : Tree::object()));
    tables_.push_back(
        {"training." + name, fields_of(*rules_.back()), Condition{is("training.update", {name})}});
  }
  tables_.push_back({"transfer", fields_of(config_.transfer)});
  tables_.push_back({"aging", fields_of(config_.aging)});
  tables_.push_back({"device.cell", fields_of(device_.cell)});
  tables_.push_back({"device.spread", fields_of(device_.spread)});
  tables_.push_back({"device.faults", fields_of(device_.faults)});
  tables_.push_back({"device.retention", fields_of(device_.retention)});
  tables_.push_back({"device.physical", fields_of(device_.physical)});
  std::visit(
      [&](auto& law) {
        tables_.push_back({"device.parameters", fields_of(law)});
      },
      device_.law);
}

std::string why_unread(const SpecTable& table, const Field& field, const Tree& values) {
  static const Tree empty = Tree::object();
  if (!table.where.empty() && !holds(table.where, empty, values))
    return unmet_text(table.where, table.path, empty, values);
  if (field.conditions.empty()) return "";
  // (the table of a rule that is not used was answered above)
  const Tree* const own = table_at(values, table.path);
  NERNST_CHECK(own != nullptr);
  const Condition* const unmet = unmet_condition(field, *own, values);
  return unmet == nullptr ? "" : unmet_text(*unmet, table.path, *own, values);
}

std::vector<WrittenKey> written_keys(const Tree& written, const Config& config) {
  const SpecTables tables(config);
  const Tree defaults = defaults_of(config);
  std::vector<WrittenKey> keys;
  const auto own_device = device_file(config.chip.device);
  for (const SpecTable& table : tables.all()) {
    if (const Tree* const own = table_at(written, table.path))
      add_keys(table, table.path, *own, tables.values(), defaults, keys);
    constexpr std::string_view device = "device.";
    if (!own_device || !table.path.starts_with(device)) continue;
    const std::string part = table.path.substr(device.size());
    if (const Tree* const own = table_at(*own_device, part))
      add_keys(table, config.chip.device + ": " + part, *own, tables.values(), defaults, keys);
  }
  return keys;
}

std::vector<WrittenKey> unread_keys(const Tree& written, const Config& config) {
  std::vector<WrittenKey> keys = written_keys(written, config);
  std::erase_if(keys, [](const WrittenKey& key) { return key.read(); });
  return keys;
}

std::vector<std::string> unread_sentences(const std::vector<WrittenKey>& unread) {
  std::vector<std::string> reasons, sentences;
  for (const WrittenKey& key : unread)
    if (std::find(reasons.begin(), reasons.end(), key.why) == reasons.end())
      reasons.push_back(key.why);
  for (const std::string& why : reasons) {
    std::string names;
    std::size_t count = 0;
    for (const WrittenKey& key : unread)
      if (key.why == why) names += (count++ == 0 ? "" : ", ") + key.key;
    sentences.push_back(
        fmt::format("{} {} no effect, as {}", names, count == 1 ? "has" : "have", why));
  }
  return sentences;
}

ConfigError unread_error(const std::vector<WrittenKey>& unread) {
  const WrittenKey& first = unread.at(0);
  return {first.key, first.value, fmt::format("has no effect, as {}", first.why)};
}

}  // namespace nernst
