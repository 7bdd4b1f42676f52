// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/other_circuits.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <utility>

#include "nernst/experiment/unread_keys.h"

namespace nernst {

namespace {

// What the cells, and the weights that they stand for, were made with.
constexpr std::array<std::string_view, 7> kOfTheCells = {
    "device", "tile", "weight", "full_scale_weight", "init", "noise", "count_pulses"};

// Tables of [chip] of which a read knows nothing.
constexpr std::array<std::string_view, 3> kNotOfReads = {"driver", "error_circuit", "area"};

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Keys of [chip] itself that only updates or reads of single lines use.
bool is_key_of_writes(const std::string& key) {
  CodingSpec coding;
  return write_fields(fields_of(coding)).contains(key) || key == "line_bound" ||
         key == "cell_reads";
}

void check_keys(const Tree& changes, std::vector<std::string>& warnings) {
  for (const auto& [key, value] : changes.items()) {
    if (is_one_of(kOfTheCells, key))
      throw ConfigError("--set", "chip." + key,
                        "is what the cells of the run were made with; only the circuits round them "
                        "can change: train a new chip instead");
    if (is_one_of(kNotOfReads, key) || is_key_of_writes(key))
      warnings.push_back(fmt::format(
          "chip.{} has no effect on a chip that has learned: no cell is written any more", key));
  }
}

// What is kept of solved wires goes with these wires only.
bool is_of_wires(const std::string& plane) { return plane.find("/wires_") != std::string::npos; }

// The state of one chip into another of the same cells.
void copy_state(SimulatedChip& from, SimulatedChip& to, bool same_wires) {
  std::map<std::string, PlaneView::Values> planes;
  for (const PlaneView& plane : from.state()) planes.emplace(plane.name, plane.values);
  for (const PlaneView& plane : to.state()) {
    if (is_of_wires(plane.name) && !same_wires) continue;
    const auto found = planes.find(plane.name);
    NERNST_CHECK(found != planes.end());
    std::visit(
        [&](const auto& values) {
          const auto& source = std::get<std::decay_t<decltype(values)>>(found->second);
          NERNST_CHECK(source.size() == values.size());
          std::copy(source.begin(), source.end(), values.begin());
        },
        plane.values);
  }
}

}  // namespace

FinishedChip through_other_circuits(FinishedChip finished, const Tree& changes,
                                    const RunSetup& setup, std::vector<std::string>& warnings) {
  check_keys(changes, warnings);
  Tree tree = write_config(finished.config);
  merge_tables(tree["chip"], changes);
  Config config = read_config(tree);
  fit_network(config, finished.fit, "the run");
  for (std::string& sentence : unread_sentences(unread_keys({{"chip", changes}}, config)))
    warnings.push_back(std::move(sentence));

  WireSpec before = finished.config.chip.wires, now = config.chip.wires;
  const bool same_wires = write_fields(fields_of(before)) == write_fields(fields_of(now));
  auto chip = make_chip(config, finished.chip->device(), setup);
  copy_state(*finished.chip, *chip, same_wires);
  finished.config = std::move(config);
  finished.chip = std::move(chip);
  finished.network = make_network(finished.config, *finished.chip);
  return finished;
}

void leave_on_shelf(FinishedChip& finished, double after_s, double temperature_K,
                    std::vector<std::string>& warnings) {
  if (after_s == 0) return;
  const RetentionSpec& here = finished.chip->device().retention;
  if (!here.enabled()) {
    warnings.emplace_back("--after has no effect, as device.retention.tau_s is 0: the cells keep");
    return;
  }
  RetentionSpec there = here;
  if (temperature_K > 0) there.temperature_K = temperature_K;
  const double tau_here_s = here.tau_at_temperature_s(), tau_s = there.tau_at_temperature_s();
  if (!(tau_s > 0))
    throw ConfigError("--temperature", temperature_K,
                      "is so hot that the cells keep nothing by the Arrhenius law");
  if (temperature_K > 0 && tau_s == tau_here_s && temperature_K != here.temperature_K)
    warnings.emplace_back(
        "--temperature has no effect, as device.retention.e_activation_J is 0: cells relax alike "
        "at any");
  // relaxation depends on time over tau alone, so other temperatures are other times; past so many
  // tau nothing is left of the weights
  constexpr double most_tau = 1e9;
  finished.chip->wait(std::min(after_s / tau_s, most_tau) * tau_here_s);
}

}  // namespace nernst
