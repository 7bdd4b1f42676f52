// SPDX-License-Identifier: Apache-2.0
// Cells from open to shorted, over 24 decades: every method against a solution in 113 bits.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <vector>

#include "nernst/base/error.h"
#include "nernst/base/noise.h"
#include "nernst/circuit/wires/terminal_currents.h"
#include "nernst/circuit/wires/wire_solver.h"

namespace nernst {
namespace {

// What the compiler offers for it: a fraction of 113 bits.
__extension__ using Quad = __float128;

// The terminal currents of rows and columns, by elimination on the dense nodal matrix. Lines must
// have resistance, but need none between a terminal and the crossing next to it.
std::vector<double> solve_in_quad(const WireNetwork& network, const Matrix<double>& g_S,
                                  const std::vector<double>& row_V,
                                  const std::vector<double>& column_V) {
  const std::size_t rows = g_S.rows(), columns = g_S.columns();
  const auto nodes_of = [](const LineWires& wires, std::size_t lines, std::size_t crossings) {
    return wires.is_chain() ? lines * crossings : lines;
  };
  const std::size_t of_rows = nodes_of(network.rows, rows, columns);
  const std::size_t size = of_rows + nodes_of(network.columns, columns, rows);
  const auto row_node = [&](std::size_t r, std::size_t c) {
    return network.rows.is_chain() ? r * columns + c : r;
  };
  const auto column_node = [&](std::size_t r, std::size_t c) {
    return of_rows + (network.columns.is_chain() ? r * columns + c : c);
  };
  std::vector<std::vector<Quad>> matrix(size, std::vector<Quad>(size + 1, 0));
  const auto join = [&](std::size_t a, std::size_t b, Quad g) {
    matrix[a][a] += g, matrix[b][b] += g, matrix[a][b] -= g, matrix[b][a] -= g;
  };
  // the ends of every line: node, line, conductance, voltage
  constexpr double held_S = 1e40;
  struct End {
    std::size_t node, line;
    Quad g, volt;
  };
  std::vector<End> ends;
  const auto line = [&](const LineWires& wires, std::size_t crossings, std::size_t number, double V,
                        const auto& node) {
    const Quad end_Ohm =
        (wires.end_segment ? Quad(wires.r_segment_Ohm) : Quad(0)) + Quad(wires.r_end_Ohm);
    // (a crossing that is the terminal: a short of it beside which 113 bits know nothing else)
    const Quad end = end_Ohm == 0 ? held_S / Quad(wires.r_segment_Ohm) : 1 / end_Ohm;
    if (wires.ends != LineEnds::last) ends.push_back({node(0), number, end, V});
    if (wires.ends != LineEnds::first) ends.push_back({node(crossings - 1), number, end, V});
    if (!wires.is_chain()) return;
    for (std::size_t k = 0; k + 1 < crossings; ++k)
      join(node(k), node(k + 1), 1 / Quad(wires.r_segment_Ohm));
  };
  for (std::size_t r = 0; r < rows; ++r)
    line(network.rows, columns, r, row_V[r], [&](std::size_t k) { return row_node(r, k); });
  for (std::size_t c = 0; c < columns; ++c)
    line(network.columns, rows, rows + c, column_V[c],
         [&](std::size_t k) { return column_node(k, c); });
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < columns; ++c) join(row_node(r, c), column_node(r, c), g_S(r, c));
  for (const End& end : ends) {
    matrix[end.node][end.node] += end.g;
    matrix[end.node][size] += end.g * end.volt;
  }
  for (std::size_t k = 0; k < size; ++k)
    for (std::size_t below = k + 1; below < size; ++below) {
      const Quad factor = matrix[below][k] / matrix[k][k];
      if (factor == 0) continue;
      for (std::size_t c = k; c <= size; ++c) matrix[below][c] -= factor * matrix[k][c];
    }
  std::vector<Quad> volts(size);
  for (std::size_t k = size; k-- > 0;) {
    Quad sum = matrix[k][size];
    for (std::size_t c = k + 1; c < size; ++c) sum -= matrix[k][c] * volts[c];
    volts[k] = sum / matrix[k][k];
  }
  // (by the cells, as nothing is left of a voltage over a short)
  std::vector<Quad> current(rows + columns, 0);
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < columns; ++c) {
      const Quad cell = g_S(r, c) * (volts[column_node(r, c)] - volts[row_node(r, c)]);
      current[r] += cell;
      current[rows + c] -= cell;
    }
  std::vector<double> result;
  for (const Quad one : current) result.push_back(static_cast<double>(one));
  return result;
}

// Of `kinds`: a realistic array, 24 decades, and a realistic one with shorts and opens.
Matrix<double> some_cells(std::size_t rows, std::size_t columns, std::uint64_t event) {
  const NoiseStream stream(3, 1, Purpose::shuffle);
  Matrix<double> g_S(rows, columns);
  for (std::size_t k = 0; k < rows * columns; ++k) {
    const double u = stream.uniform<double>(k, 2 * event),
                 v = stream.uniform<double>(k, 2 * event + 1);
    double& cell = g_S.values()[k];
    switch (event % 4) {
      case 0:
        cell = std::pow(10, -12 + 24 * u);
        break;
      case 1:
        cell = v < 0.1 ? 1e9 : v < 0.3 ? 0 : 1e-5 * (1 + u);
        break;
      case 2:
        cell = k == 4 * columns + 3 ? 1e9 : 1e-5;
        break;
      default:
        cell = v < 0.02 ? 1e20 : std::pow(10, -12 + 12 * u);
        break;
    }
  }
  return g_S;
}

TEST(WireExtremes, EveryMethodIsRightOver24DecadesWithShortsAndOpens) {
  const std::vector<std::pair<LineWires, LineWires>> lines = {
      {{10, 0, LineEnds::first}, {10, 0, LineEnds::last}},
      {{1, 50, LineEnds::both}, {3, 0, LineEnds::last}},
      {{1e-3, 0, LineEnds::first}, {100, 1000, LineEnds::first}},
      {{0, 100, LineEnds::first}, {2, 0, LineEnds::last}},
      {{2, 0, LineEnds::first}, {0, 75, LineEnds::both}}};
  for (std::uint64_t event = 0; event < 20; ++event) {
    const auto& [row_wires, column_wires] = lines[event % lines.size()];
    const WireNetwork network{row_wires, column_wires};
    const std::size_t rows = 7 + event % 3, columns = 9 - event % 2;
    const Matrix<double> g_S = some_cells(rows, columns, event);
    std::vector<double> row_V(rows, 1.0), column_V(columns, 0.0);
    if (event % 3 == 2)
      for (std::size_t r = 0; r < rows; ++r) row_V[r] = r % 2 == 0 ? 1 : -0.3;
    const std::vector<double> truth = solve_in_quad(network, g_S, row_V, column_V);
    const double mean = mean_current(std::span(truth).first(rows), std::span(truth).subspan(rows));
    for (const WireMethod method : {WireMethod::exact, WireMethod::lines}) {
      SCOPED_TRACE(testing::Message()
                   << "event " << event << (method == WireMethod::exact ? " exact" : " lines"));
      const auto solver = make_wire_solver(network, rows, columns, {.method = method});
      solver->set_conductances(g_S.view());
      WireSolution s;
      solver->solve(row_V, column_V, s);
      double worst = 0;
      for (std::size_t r = 0; r < rows; ++r)
        worst = std::max(worst, std::abs(s.row_A[r] - truth[r]));
      for (std::size_t c = 0; c < columns; ++c)
        worst = std::max(worst, std::abs(s.column_A[c] - truth[rows + c]));
      EXPECT_LE(solver->error(), method == WireMethod::exact ? 2e-10 : 1e-7);
      // the error that it admits is not less than what it makes
      EXPECT_LE(worst, solver->error() * mean);
      EXPECT_GE(solver->error(), kLeastError);
      // and so do reads, one by one and several at once
      Matrix<double> volts(3, rows), amperes(3, columns);
      for (std::size_t b = 0; b < 3; ++b) std::ranges::copy(row_V, volts.row(b).begin());
      solver->read_transposed(volts.view(), amperes.view());
      for (std::size_t c = 0; c < columns; ++c)
        EXPECT_LE(std::abs(amperes(1, c) - truth[rows + c]), 3e-9 * mean) << c;
    }
  }
}

struct Extreme {
  std::string name;
  WireNetwork network;
  Matrix<double> g_S;
};

Matrix<double> in_ohms(std::size_t rows, const std::vector<double>& ohms) {
  Matrix<double> g_S(rows, ohms.size() / rows);
  for (std::size_t k = 0; k < ohms.size(); ++k) g_S.values()[k] = 1 / ohms[k];
  return g_S;
}

TEST(WireExtremes, TheErrorThatIsStatedIsNotLessThanTheErrorMade) {
  const auto chain = [](double r_Ohm, LineEnds ends) { return LineWires{r_Ohm, 0, ends}; };
  const LineEnds first = LineEnds::first, last = LineEnds::last;
  std::vector<Extreme> cases = {
      {"an open cell beside a short",
       {chain(1e-6, first), chain(1e5, last)},
       in_ohms(1, {1e17, 1e-7})},
      {"a short", {chain(1e5, first), chain(1e5, last)}, in_ohms(1, {1e-7})},
      {"a better cell", {chain(1e5, first), chain(1e5, last)}, in_ohms(1, {1e-5})},
      {"a short between unlike lines",
       {chain(1e-6, first), chain(1e9, last)},
       in_ohms(2, {1e-7, 1e9, 1e3, 1e-7})},
      {"one row that hardly conducts",
       {chain(10, first), chain(10, last)},
       in_ohms(2, {1e3, 1e3, 1e3, 1e14, 1e14, 1e14})}};
  const NoiseStream stream(5, 1, Purpose::shuffle);
  const auto decade = [&](std::uint64_t k, std::uint64_t what, double from, double to) {
    return std::pow(10.0, from + (to - from) * stream.uniform<double>(k, what));
  };
  for (std::uint64_t k = 0; k < 60; ++k) {
    const std::size_t rows = 1 + k % 5, columns = 1 + (k / 5) % 6;
    Matrix<double> g_S(rows, columns);
    for (std::size_t i = 0; i < g_S.values().size(); ++i)
      g_S.values()[i] = decade(k, 10 + i, -17, k % 2 == 0 ? 7 : -3);
    LineWires rows_of{decade(k, 1, -6, 6), 0, k % 3 == 0 ? LineEnds::both : first};
    LineWires columns_of{decade(k, 2, -6, 6), 0, last};
    rows_of.end_segment = columns_of.end_segment = k % 4 < 2;
    if (k % 7 == 0) rows_of.r_end_Ohm = decade(k, 3, -6, 6);
    cases.push_back({std::to_string(k), {rows_of, columns_of}, g_S});
  }
  int refused = 0;
  for (const auto& [name, network, g_S] : cases) {
    const std::vector<double> row_V(g_S.rows(), 1.0), column_V(g_S.columns(), 0.0);
    const std::vector<double> truth = solve_in_quad(network, g_S, row_V, column_V);
    const auto truth_rows = std::span(truth).first(g_S.rows());
    const auto truth_columns = std::span(truth).subspan(g_S.rows());
    const double mean = mean_current(truth_rows, truth_columns);
    for (const WireMethod method : {WireMethod::exact, WireMethod::lines}) {
      SCOPED_TRACE(name + (method == WireMethod::exact ? " exact" : " lines"));
      const auto solver = make_wire_solver(network, g_S.rows(), g_S.columns(), {.method = method});
      WireSolution s;
      try {
        solver->set_conductances(g_S.view());
        solver->solve(row_V, column_V, s);
      } catch (const ConfigError&) {
        ++refused;
        continue;
      }
      EXPECT_GE(solver->error(), kLeastError);
      EXPECT_LE(solver->error(), method == WireMethod::exact ? 2e-10 : 1e-7);
      for (std::size_t r = 0; r < g_S.rows(); ++r)
        EXPECT_LE(std::abs(s.row_A[r] - truth_rows[r]), solver->error() * mean) << r;
      for (std::size_t c = 0; c < g_S.columns(); ++c)
        EXPECT_LE(std::abs(s.column_A[c] - truth_columns[c]), solver->error() * mean) << c;
    }
  }
  // what double precision cannot solve is refused, and that is seldom
  EXPECT_LE(refused, 6);
}

TEST(WireExtremes, AShortThatHidesItsWiresIsRefusedAndNotSolvedWrongly) {
  // beside 4e8 S the 1e-7 S of the ends are lost in the sums of the nodal matrix
  const LineWires rows{0, 2.526e8, LineEnds::both};
  LineWires columns{2313, 1.212e7, LineEnds::both};
  columns.end_segment = false;
  const auto solver = make_wire_solver({rows, columns}, 1, 1, {.method = WireMethod::exact});
  WireSolution s;
  try {
    solver->set_conductances(Matrix<double>(1, 1, 1.17134e9).view());
    solver->solve(std::vector{-0.356}, std::vector{0.0}, s);
    EXPECT_NEAR(s.column_A[0], -2.689634330613e-9, solver->error() * 2.7e-9);
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what()).find("more than double precision can solve"),
              std::string::npos);
  }
}

TEST(WireExtremes, ShortsBetweenAWireAndTerminalsShareItsCurrentAsTheyConduct) {
  // a row of 1 Ohm to two columns without any: 1e12 S and 1e20 S share 1 A as 1e-8 to 1
  const LineWires row{1, 0, LineEnds::first}, column{0, 0, LineEnds::last};
  for (const WireMethod method : {WireMethod::exact, WireMethod::lines}) {
    const auto solver = make_wire_solver({row, column}, 1, 2, {.method = method});
    Matrix<double> g_S(1, 2, 1e20);
    g_S(0, 1) = 1e12;
    solver->set_conductances(g_S.view());
    WireSolution s;
    solver->solve(std::vector{1.0}, std::vector{0.0, 0.0}, s);
    // (1 Ohm before the first cell; the second has another 1 Ohm before it, and so nothing)
    EXPECT_NEAR(s.column_A[0], 1, 1e-12);
    EXPECT_NEAR(s.column_A[1], 1e-20, 1e-24);
  }
}

TEST(WireExtremes, AShortInALargeArrayDoesNotHideTheOtherCurrents) {
  // 17 x 17 cells of 10 uS, one of them shorted, 10 Ohm a segment: column 4 carries 5.2945 mA
  const LineWires wires{10, 0, LineEnds::first}, sensed{10, 0, LineEnds::last};
  Matrix<double> g_S(17, 17, 1e-5);
  g_S(3, 4) = 1e9;
  for (const WireMethod method : {WireMethod::automatic, WireMethod::exact, WireMethod::lines}) {
    const auto solver = make_wire_solver({wires, sensed}, 17, 17, {.method = method});
    solver->set_conductances(g_S.view());
    WireSolution s;
    solver->solve(std::vector(17, 1.0), std::vector(17, 0.0), s);
    EXPECT_NEAR(s.column_A[4], 5.2945e-3, 5e-8);
    EXPECT_LE(solver->error(), 1e-9);
  }
}

TEST(WireExtremes, AnOrdinaryLargeArrayIsLeftToTheIteration) {
  const LineWires wires{1, 0, LineEnds::first};
  const auto solver = make_wire_solver({wires, wires}, 40, 40, {});
  solver->set_conductances(Matrix<double>(40, 40, 1e-5).view());
  WireSolution s;
  solver->solve(std::vector(40, 1.0), std::vector(40, 0.0), s);
  EXPECT_FALSE(solver->was_exact());
  EXPECT_GT(solver->error(), 0);
  EXPECT_LE(solver->error(), 1e-9);
}

}  // namespace
}  // namespace nernst
