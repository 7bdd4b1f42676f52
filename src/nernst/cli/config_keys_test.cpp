// SPDX-License-Identifier: Apache-2.0
#include "nernst/cli/config_keys.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "nernst/experiment/config.h"

namespace nernst {

namespace {

std::map<std::string, ConfigTable> tables_by_header() {
  std::map<std::string, ConfigTable> tables;
  for (const ConfigTable& table : config_tables()) tables[table.header] = table;
  return tables;
}

bool lists(const ConfigTable& table, const std::string& key) {
  return std::any_of(table.keys.begin(), table.keys.end(),
                     [&](const ConfigKey& candidate) { return candidate.name == key; });
}

}  // namespace

TEST(ConfigKeys, ListEveryKeyThatAResolvedConfigHas) {
  Config config;
  config.network.layers.emplace_back();
  const auto tables = tables_by_header();
  const Tree resolved = write_config(config);
  for (const auto& [name, table] : resolved.items()) {
    if (name == "network") continue;
    for (const auto& [key, value] : table.items()) {
      if (value.is_object()) {
        for (const auto& [inner, unused] : value.items())
          EXPECT_TRUE(lists(tables.at("[" + name + "." + key + "]"), inner)) << key << inner;
      } else {
        EXPECT_TRUE(lists(tables.at("[" + name + "]"), key)) << name << "." << key;
      }
    }
  }
  for (const auto& [key, value] : resolved["network"]["layer"][0].items())
    EXPECT_TRUE(lists(tables.at("[[network.layer]]"), key)) << key;
}

TEST(ConfigKeys, EachHasHelpAndAType) {
  for (const ConfigTable& table : config_tables())
    for (const ConfigKey& key : table.keys) {
      EXPECT_FALSE(key.help.empty()) << table.header << key.name;
      EXPECT_FALSE(key.type.empty()) << table.header << key.name;
    }
}

}  // namespace nernst
