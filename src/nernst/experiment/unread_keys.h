// SPDX-License-Identifier: Apache-2.0
// Keys that a user wrote and that nothing reads, as far as the parameter tables say what switches
// each key on.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "nernst/experiment/config.h"

namespace nernst {

// A table of a config, bound to a copy of what the config says.
struct SpecTable {
  std::string path;  // "chip.wires", "network.layer.0", "training.ttv2"
  Fields fields;
  Condition where = {};  // the whole table is read only where this holds; empty = always
};

// All tables of a config and of its device, with the values that it has.
class SpecTables {
 public:
  explicit SpecTables(const Config& config);
  SpecTables(const SpecTables&) = delete;
  SpecTables& operator=(const SpecTables&) = delete;
  const std::vector<SpecTable>& all() const { return tables_; }
  const Tree& values() const { return values_; }  // every key, the device's in "device"

 private:
  Config config_;
  DeviceSpec device_;
  std::vector<std::unique_ptr<UpdateRule>> rules_;
  std::vector<SpecTable> tables_;
  Tree values_;
};

// Why the key `name` of `table` has no effect: "chip.wires.enabled is false (give true)"; empty
// where it is read.
std::string why_unread(const SpecTable& table, const Field& field, const Tree& values);

// A key as its user wrote it.
struct WrittenKey {
  std::string key, value;
  std::string why;  // it has no effect; empty where it is read
  bool read() const { return why.empty(); }
};

// The keys in `written` (the experiment as its user wrote it, --set included), of which `config`
// was read, and those of a device file of the user's own. A table that has every key, as Nernst
// itself writes it, is silent about keys that have no effect and stand at their defaults.
std::vector<WrittenKey> written_keys(const Tree& written, const Config& config);

// Those that have no effect.
std::vector<WrittenKey> unread_keys(const Tree& written, const Config& config);

// One sentence for each reason.
std::vector<std::string> unread_sentences(const std::vector<WrittenKey>& unread);

// The first of them as the error that --strict makes of it.
ConfigError unread_error(const std::vector<WrittenKey>& unread);

}  // namespace nernst
