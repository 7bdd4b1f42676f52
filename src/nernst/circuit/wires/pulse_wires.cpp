// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/wires/pulse_wires.h"

#include <algorithm>
#include <cmath>

#include "nernst/circuit/wires/chains.h"
#include "nernst/circuit/wires/wire_solver.h"

namespace nernst {

namespace {

// Each line stands at half of a pulse's voltage, of opposite signs.
constexpr double kHalf = 0.5;

}  // namespace

PulseWires::PulseWires(const WireSpec& wires, const PhysicalSpec& physical, std::size_t rows,
                       std::size_t columns, const Threads& threads)
    : wires_(wires),
      gate_S_(WireSpec::gate_S(physical)),
      rows_(rows),
      columns_(columns),
      threads_(threads) {}

double PulseWires::dose_of(double volts) const {
  return std::pow(std::clamp(volts, 0.0, 1.0), wires_.dose_power);
}

PulseParts PulseWires::of_update(MatrixView<const double> cell_S) const {
  Matrix<double> drawn_S(rows_, columns_);
  for (std::size_t r = 0; r < rows_; ++r)
    for (std::size_t c = 0; c < columns_; ++c)
      drawn_S(r, c) = wires_.write_activity * load_S(cell_S, r, c);
  const auto solver = make_wire_solver(wires_.write_network(), rows_, columns_,
                                       {.tolerance = wires_.tolerance, .threads = threads_});
  solver->set_conductances(drawn_S.view());
  WireSolution volts;
  solver->solve(std::vector(rows_, -kHalf), std::vector(columns_, kHalf), volts);
  PulseParts parts{Matrix<double>(rows_, columns_), 0};
  for (std::size_t k = 0; k < parts.dose.values().size(); ++k) {
    const double volt = volts.column_V.values()[k] - volts.row_V.values()[k];
    parts.dose.values()[k] = dose_of(volt);
    parts.volts += volt / static_cast<double>(rows_ * columns_);
  }
  return parts;
}

PulseParts PulseWires::of_trains(const UpdatePulses& pulses,
                                 MatrixView<const double> cell_S) const {
  const auto solver = make_wire_solver(wires_.write_network(), rows_, columns_,
                                       {.tolerance = wires_.tolerance, .threads = threads_});
  Matrix<double> drawn_S(rows_, columns_), sum(rows_, columns_), count(rows_, columns_);
  WireSolution volts;
  std::vector<double> row_V(rows_), column_V(columns_);
  double all_volts = 0, all_pulses = 0;
  // a phase for each pair of signs, slot by slot
  constexpr std::uint32_t phases = 4;
  for (std::uint32_t k = 0; k < phases * pulses.slots; ++k) {
    const std::uint32_t slot = k / phases;
    const bool positive_rows = (k & 1) != 0, positive_columns = (k & 2) != 0;
    const auto fires = [&](std::uint32_t train, bool has_sign) {
      return has_sign && (train >> slot & 1) != 0;
    };
    bool any_row = false, any_column = false;
    for (std::size_t r = 0; r < rows_; ++r) {
      const bool on = fires(pulses.row_train[r], (pulses.row[r] > 0) == positive_rows);
      row_V[r] = on ? -kHalf : 0;
      any_row = any_row || on;
    }
    for (std::size_t c = 0; c < columns_; ++c) {
      const bool on = fires(pulses.column_train[c], (pulses.column[c] > 0) == positive_columns);
      column_V[c] = on ? kHalf : 0;
      any_column = any_column || on;
    }
    if (!any_row || !any_column) continue;
    const auto pulsed = [&](std::size_t r, std::size_t c) {
      return row_V[r] != 0 && column_V[c] != 0;
    };
    for (std::size_t r = 0; r < rows_; ++r)
      for (std::size_t c = 0; c < columns_; ++c)
        drawn_S(r, c) = pulsed(r, c) ? load_S(cell_S, r, c) : 0;
    solver->set_conductances(drawn_S.view());
    solver->solve(row_V, column_V, volts);
    for (std::size_t r = 0; r < rows_; ++r)
      for (std::size_t c = 0; c < columns_; ++c) {
        if (!pulsed(r, c)) continue;
        const double volt = volts.column_V(r, c) - volts.row_V(r, c);
        sum(r, c) += dose_of(volt);
        count(r, c) += 1;
        all_volts += volt;
        all_pulses += 1;
      }
  }
  for (std::size_t k = 0; k < sum.values().size(); ++k)
    sum.values()[k] = count.values()[k] > 0 ? sum.values()[k] / count.values()[k] : 1;
  return {std::move(sum), all_pulses > 0 ? all_volts / all_pulses : 1};
}

double PulseWires::column_Ohm(std::size_t row) const {
  const LineWires line = wires_.write_network().columns;
  const double first = line.r_end_Ohm + static_cast<double>(row + 1) * line.r_segment_Ohm;
  if (line.ends == LineEnds::first) return first;
  const double last = line.r_end_Ohm + static_cast<double>(rows_ - row) * line.r_segment_Ohm;
  return first + last > 0 ? first * last / (first + last) : 0;
}

std::vector<double> PulseWires::row_volts(std::size_t row, std::span<const double> doses,
                                          MatrixView<const double> cell_S) const {
  NERNST_CHECK(doses.size() == columns_);
  std::vector<double> volts(columns_, 1.0);
  const double series_Ohm = column_Ohm(row);
  for (const double sign : {1.0, -1.0}) {
    if (std::ranges::none_of(doses, [&](double dose) { return dose * sign > 0; })) continue;
    // one row line; each cell with its column in series is a shunt to the column's driver
    Chains line(wires_.write_network().rows, columns_, 1);
    const std::size_t stride = line.plane().stride;
    PlaneOfNodes shunt(line.plane().size()), row_V(line.plane().size());
    for (std::size_t c = 0; c < columns_; ++c) {
      if (doses[c] * sign <= 0) continue;
      const double g_S = load_S(cell_S, row, c);
      shunt[c * stride] = g_S / (1 + g_S * series_Ohm) * line.scale();
    }
    const std::vector<double> terminal{-kHalf};
    if (line.fixed()) {
      line.undisturbed(terminal, row_V);
    } else {
      line.factor(shunt);
      line.drive(terminal, row_V);
      for (std::size_t c = 0; c < columns_; ++c) row_V[c * stride] += kHalf * shunt[c * stride];
      line.solve(row_V, row_V);
    }
    for (std::size_t c = 0; c < columns_; ++c) {
      if (doses[c] * sign <= 0) continue;
      const double g_S = load_S(cell_S, row, c);
      volts[c] = (kHalf - row_V[c * stride]) / (1 + g_S * series_Ohm);
    }
  }
  return volts;
}

}  // namespace nernst
