// SPDX-License-Identifier: Apache-2.0
// Every key of a config, from the parameter tables of the specs that read them.
#pragma once

#include <string>
#include <vector>

#include "nernst/base/parameters.h"
#include "nernst/cli/console.h"

namespace nernst {

struct ConfigKey {
  std::string name, type, unit, help;
  std::string read_where;  // "enabled = true and chip.dac_bits is not 0"; empty = always
  Tree default_value;
};

// A table of the config. Where a key has other defaults (a device comes with its own), `remark`
// says so.
struct ConfigTable {
  std::string header;  // as it stands in the file: "[chip.neuron]"
  std::string remark;
  std::vector<ConfigKey> keys;
};
std::vector<ConfigTable> config_tables();

// Of the tables named `only` ("chip.wires"), or of all where that is "". Throws ConfigError where
// there is none of that name.
std::string config_tables_text(const Look& look, const std::string& only = "");
Tree config_tables_json(const std::string& only = "");

}  // namespace nernst
