// SPDX-License-Identifier: Apache-2.0
// A device as a preset or a user's file describes it: a law, its cell, its spreads and its units.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "nernst/base/parameters.h"
#include "nernst/device/all_models.h"
#include "nernst/device/cell_spec.h"

namespace nernst {

template <class List>
struct VariantOf;
template <class... Laws>
struct VariantOf<LawList<Laws...>> {
  using type = std::variant<Laws...>;
};
using AnyLaw = VariantOf<AllLaws>::type;

// A figure of the literature that the preset must reproduce in simulation (see device/figures.h).
struct PublishedFigure {
  std::string quantity;
  double value = 0;
  double tolerance = 0;  // absolute
  std::string source;
  void describe(Fields& f);
};

struct DeviceSpec {
  std::string name;
  std::string title;
  std::string citation;
  AnyLaw law;
  CellSpec cell;
  SpreadSpec spread;
  FaultSpec faults;
  RetentionSpec retention;
  PhysicalSpec physical;
  Tree sources = Tree::object();  // "cell.dw_min" -> where the figure is from, or "assumed: why"
  std::vector<PublishedFigure> figures;
};

// Calls `use(law)` with the law of the device, as its own type.
template <class Use>
decltype(auto) with_law(const DeviceSpec& device, Use&& use) {
  return std::visit(std::forward<Use>(use), device.law);
}

// Reads a device from its tree:
//   name, title, citation, law = "name", [parameters] of the law, [cell], [spread], [faults],
//   [retention], [physical], [sources], [[figure]].
// What follows from the parameters of the law (dw_min, a leak) is filled in. Throws ConfigError
// naming `where` and the field, also for parameters that do not fit together.
DeviceSpec read_device(const Tree& tree, const std::string& where);

// The tree that read_device reads back to the same device.
Tree write_device(const DeviceSpec& device);

// A preset by its name, or a TOML file by its path (anything with a '/' or ending in ".toml").
// Throws ConfigError("chip.device", ...) that names the nearest preset.
DeviceSpec load_device(const std::string& name_or_path);

// Names of the presets, in alphabetical order.
std::vector<std::string> device_presets();

// Throws ConfigError for a device that no cell could have: an empty window, g_max_S at or below
// g_min_S, ... read_device calls it; so should whoever changes a spec by hand.
void check_device(const DeviceSpec& device, const std::string& where);

// Names of the laws, in alphabetical order.
std::vector<std::string> device_laws();

}  // namespace nernst
