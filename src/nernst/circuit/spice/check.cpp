// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/spice/check.h"

#include <algorithm>
#include <cmath>

#include "nernst/base/interruption.h"
#include "nernst/base/noise.h"
#include "nernst/circuit/wires/wire_solver.h"
#include "nernst/circuit/wires/wire_spec.h"
#include "nernst/device/fabricate.h"

namespace nernst {

namespace {

// What an array is made of, drawn one after the other.
class Draws {
 public:
  Draws(std::uint64_t seed, std::uint64_t array)
      : stream_(seed, 1, Purpose::shuffle), array_(array) {}
  double uniform() { return stream_.uniform<double>(next_++, array_); }
  double between(double low, double high) { return low + (high - low) * uniform(); }
  template <class Value, std::size_t Size>
  Value one_of(const Value (&values)[Size]) {
    return values[std::min(Size - 1, static_cast<std::size_t>(uniform() * Size))];
  }

 private:
  NoiseStream stream_;
  std::uint64_t array_, next_ = 0;
};

double value_of(const SpiceValues& values, const std::string& name) {
  const auto found = values.find(name);
  if (found == values.end()) throw ConfigError("ngspice", name, "is missing in what it answered");
  return found->second;
}

// The largest |ours - theirs| over the largest |theirs|.
class Largest {
 public:
  void add(double ours, double theirs) {
    difference_ = std::max(difference_, std::abs(ours - theirs));
    value_ = std::max(value_, std::abs(theirs));
  }
  double relative() const { return value_ > 0 ? difference_ / value_ : difference_; }

 private:
  double difference_ = 0, value_ = 0;
};

}  // namespace

std::vector<ReadComparison> compare_reads(Ngspice& ngspice, std::size_t arrays,
                                          std::size_t least_lines, std::size_t most_lines,
                                          std::uint64_t seed,
                                          const std::function<void(const ReadComparison&)>& each) {
  constexpr double segments_Ohm[] = {0.1, 1, 5, 20, 100};
  constexpr double ends_Ohm[] = {0, 10, 100};
  constexpr LineEnds all_ends[] = {LineEnds::first, LineEnds::last, LineEnds::both};
  constexpr double open_S = 0, short_S = 1e-2;
  std::vector<ReadComparison> comparisons;
  for (std::size_t k = 0; k < arrays; ++k) {
    heed_interruption();
    Draws draws(seed, k);
    const auto lines = [&] {
      return least_lines + static_cast<std::size_t>(
                               draws.uniform() * static_cast<double>(most_lines - least_lines + 1));
    };
    ReadComparison result;
    result.rows = lines();
    result.columns = lines();
    result.transposed = draws.uniform() < 0.5;
    WireNetwork network;
    result.r_Ohm = draws.one_of(segments_Ohm);
    network.rows = {result.r_Ohm, draws.one_of(ends_Ohm), draws.one_of(all_ends)};
    network.columns = {draws.one_of(segments_Ohm), draws.one_of(ends_Ohm), draws.one_of(all_ends)};
    Matrix<double> g_S(result.rows, result.columns);
    for (double& g : g_S.values()) {
      g = 1e-4 * std::pow(0.01, draws.uniform());
      const double fault = draws.uniform();
      if (fault < 0.02) g = open_S;
      if (fault > 0.99) g = short_S;
      result.open_cells += g == open_S;
      result.shorted_cells += g == short_S;
    }
    std::vector<double> row_V(result.rows), column_V(result.columns);
    for (double& v : result.transposed ? row_V : column_V) v = draws.between(-0.2, 0.2);
    const SpiceValues theirs =
        ngspice.run(read_netlist("read", network, g_S.view(), row_V, column_V));

    for (const WireMethod method : {WireMethod::exact, WireMethod::lines}) {
      const auto solver = make_wire_solver(network, result.rows, result.columns,
                                           {.method = method, .tolerance = 1e-9});
      solver->set_conductances(g_S.view());
      WireSolution ours;
      solver->solve(row_V, column_V, ours);
      Largest volts, amperes;
      for (std::size_t r = 0; r < result.rows; ++r)
        for (std::size_t c = 0; c < result.columns; ++c) {
          volts.add(ours.row_V(r, c), value_of(theirs, spice_row_node(network, r, c)));
          volts.add(ours.column_V(r, c), value_of(theirs, spice_column_node(network, r, c)));
        }
      for (std::size_t r = 0; r < result.rows; ++r)
        amperes.add(ours.row_A[r], value_of(theirs, spice_row_source(r) + "#branch"));
      for (std::size_t c = 0; c < result.columns; ++c)
        amperes.add(ours.column_A[c], value_of(theirs, spice_column_source(c) + "#branch"));
      result.voltage_difference = std::max(result.voltage_difference, volts.relative());
      result.current_difference = std::max(result.current_difference, amperes.relative());
    }
    comparisons.push_back(result);
    if (each) each(result);
  }
  return comparisons;
}

UpdateComparison compare_update(Ngspice& ngspice, const DeviceSpec& device, std::size_t lines,
                                double r_Ohm, bool channel_load, double pulses,
                                std::uint64_t seed) {
  const PhysicalSpec& physical = device.physical;
  UpdateComparison result{device.name, lines, r_Ohm, channel_load, pulses, 1, 0};
  UpdateCircuit circuit;
  circuit.network.rows.r_segment_Ohm = circuit.network.columns.r_segment_Ohm = r_Ohm;
  circuit.steps = nominal_steps(device, 65);
  circuit.physical = physical;
  circuit.pulses = pulses;
  if (!channel_load) circuit.gate_S = WireSpec::gate_S(physical);
  Draws draws(seed, 0);
  Matrix<double> w(lines, lines);
  for (double& value : w.values())
    value = draws.between(0.8 * circuit.steps.w_min, 0.8 * circuit.steps.w_max);
  const SpiceValues theirs = ngspice.run(update_netlist("update", circuit, w.view()));

  // ours: the voltages as the cells stand, and the law with what is left of the dose
  Matrix<double> load_S(lines, lines, circuit.gate_S);
  if (channel_load)
    for (std::size_t k = 0; k < w.values().size(); ++k)
      load_S.values()[k] = physical.cell_S(w.values()[k]);
  const auto solver = make_wire_solver(circuit.network, lines, lines, {});
  solver->set_conductances(load_S.view());
  WireSolution volts;
  solver->solve(std::vector(lines, -0.5), std::vector(lines, 0.5), volts);
  with_law(device, [&](const auto& law) {
    using Law = std::decay_t<decltype(law)>;
    const auto cell = nominal_cell(device, law);
    Largest change;
    for (std::size_t r = 0; r < lines; ++r)
      for (std::size_t c = 0; c < lines; ++c) {
        const double part = volts.column_V(r, c) - volts.row_V(r, c);
        result.least_dose = std::min(result.least_dose, part);
        StateOf<Law, double> state{};
        state.w = w(r, c);
        const double dose = std::abs(pulses) * part;
        const double after = apply_dose(law, cell, state, dose, pulses > 0, 0.0, 0.0).w;
        change.add(after - w(r, c), value_of(theirs, spice_state_node(r, c)) - w(r, c));
      }
    result.change_difference = change.relative();
  });
  return result;
}

}  // namespace nernst
