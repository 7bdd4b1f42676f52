// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/wires/wire_solver.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "nernst/base/error.h"
#include "nernst/base/noise.h"

namespace nernst {

namespace {

// Conductances from 1 uS to 100 uS, uniform in the logarithm; some cells open where asked.
Matrix<double> random_cells(std::size_t rows, std::size_t columns, std::uint64_t event,
                            double open = 0) {
  const NoiseStream stream(7, 1, Purpose::shuffle);
  Matrix<double> g_S(rows, columns);
  for (std::size_t k = 0; k < rows * columns; ++k) {
    g_S.values()[k] = 1e-4 * std::pow(0.01, stream.uniform<double>(k, 2 * event));
    if (stream.uniform<double>(k, 2 * event + 1) < open) g_S.values()[k] = 0;
  }
  return g_S;
}

Matrix<double> in_siemens(std::size_t rows, const std::vector<double>& siemens) {
  Matrix<double> g_S(rows, siemens.size() / rows);
  g_S.values() = siemens;
  return g_S;
}

std::vector<double> random_volts(std::size_t lines, std::uint64_t event) {
  const NoiseStream stream(7, 2, Purpose::shuffle);
  std::vector<double> volts(lines);
  for (std::size_t k = 0; k < lines; ++k) volts[k] = 2 * stream.uniform<double>(k, event) - 1;
  return volts;
}

double largest(std::span<const double> values) {
  double most = 0;
  for (const double v : values) most = std::max(most, std::abs(v));
  return most;
}

// The largest difference, as a part of the largest value.
double difference(std::span<const double> a, std::span<const double> b) {
  EXPECT_EQ(a.size(), b.size());
  double most = 0;
  for (std::size_t k = 0; k < a.size(); ++k) most = std::max(most, std::abs(a[k] - b[k]));
  return most / largest(b);
}

WireNetwork network(LineWires rows, LineWires columns) { return {rows, columns}; }

struct Case {
  std::string name;
  WireNetwork network;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

// Every kind of row line with every kind of column line.
std::vector<Case> all_networks() {
  const std::vector<std::pair<std::string, LineWires>> kinds = {
      {"chain", {1.0, 0, LineEnds::first}},
      {"chain_last", {20.0, 0, LineEnds::last}},
      {"chain_both_loaded", {3.0, 50, LineEnds::both}},
      {"node", {0, 100, LineEnds::first}},
      {"node_both", {0, 100, LineEnds::both}},
      {"fixed", {0, 0, LineEnds::first}},
  };
  std::vector<Case> cases;
  for (const auto& [row_name, rows] : kinds)
    for (const auto& [column_name, columns] : kinds)
      cases.push_back({row_name + "_by_" + column_name, network(rows, columns)});
  return cases;
}

class Wires : public testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(AllNetworks, Wires, testing::ValuesIn(all_networks()),
                         [](const auto& one) { return one.param.name; });

TEST_P(Wires, KirchhoffsCurrentLawHoldsAtEveryNode) {
  const WireNetwork& net = GetParam().network;
  const std::size_t rows = 13, columns = 19;
  const Matrix<double> g_S = random_cells(rows, columns, 1);
  const auto row_V = random_volts(rows, 1), column_V = random_volts(columns, 2);
  const auto solver = make_wire_solver(net, rows, columns, {.method = WireMethod::exact});
  solver->set_conductances(g_S.view());
  WireSolution s;
  solver->solve(row_V, column_V, s);

  const auto along = [](const LineWires& wires, std::size_t k, std::size_t nodes, double terminal_V,
                        const auto& node_V) {
    double into = 0;
    if (k > 0) into += (node_V(k - 1) - node_V(k)) / wires.r_segment_Ohm;
    if (k + 1 < nodes) into += (node_V(k + 1) - node_V(k)) / wires.r_segment_Ohm;
    const double end = 1 / (wires.r_segment_Ohm + wires.r_end_Ohm);
    if (k == 0 && wires.ends != LineEnds::last) into += (terminal_V - node_V(k)) * end;
    if (k + 1 == nodes && wires.ends != LineEnds::first) into += (terminal_V - node_V(k)) * end;
    return into;
  };
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < columns; ++c) {
      const double cell_A = g_S(r, c) * (s.column_V(r, c) - s.row_V(r, c));
      const auto on_row = [&](std::size_t k) { return s.row_V(r, k); };
      const auto on_column = [&](std::size_t k) { return s.column_V(k, c); };
      if (net.rows.r_segment_Ohm > 0) {
        EXPECT_NEAR(along(net.rows, c, columns, row_V[r], on_row), -cell_A, 1e-13);
      }
      if (net.columns.r_segment_Ohm > 0) {
        EXPECT_NEAR(along(net.columns, r, rows, column_V[c], on_column), cell_A, 1e-13);
      }
      if (net.rows == LineWires{0, 0, LineEnds::first}) {
        EXPECT_EQ(s.row_V(r, c), row_V[r]);
      }
    }
}

TEST_P(Wires, TheIterationAgreesWithTheDirectSolution) {
  const std::size_t rows = 37, columns = 21;
  for (std::uint64_t k = 0; k < 4; ++k) {
    // wider than high as well, and with open cells
    const std::size_t height = k % 2 == 0 ? rows : columns, width = k % 2 == 0 ? columns : rows;
    const Matrix<double> g_S = random_cells(height, width, k, k < 2 ? 0 : 0.1);
    const auto row_V = random_volts(height, k), column_V = random_volts(width, k + 10);
    WireSolution direct, iterated;
    for (const auto& [method, solution] :
         {std::pair(WireMethod::exact, &direct), {WireMethod::lines, &iterated}}) {
      const auto solver = make_wire_solver(GetParam().network, height, width,
                                           {.method = method, .tolerance = 1e-11});
      solver->set_conductances(g_S.view());
      solver->solve(row_V, column_V, *solution);
    }
    EXPECT_LT(difference(iterated.row_V.values(), direct.row_V.values()), 1e-9);
    EXPECT_LT(difference(iterated.column_V.values(), direct.column_V.values()), 1e-9);
    EXPECT_LT(difference(iterated.row_A, direct.row_A), 1e-9);
    EXPECT_LT(difference(iterated.column_A, direct.column_A), 1e-9);
  }
}

TEST_P(Wires, ReadsAreTheSolutionsAndTheEffectiveMatrixIsBoth) {
  const std::size_t rows = 18, columns = 23, batch = 5;
  const Matrix<double> g_S = random_cells(rows, columns, 3);
  Matrix<double> x(batch, columns), y(batch, rows), ahead(batch, rows), back(batch, columns);
  for (std::size_t b = 0; b < batch; ++b) {
    std::ranges::copy(random_volts(columns, 20 + b), x.row(b).begin());
    std::ranges::copy(random_volts(rows, 40 + b), y.row(b).begin());
  }
  for (const WireMethod method : {WireMethod::exact, WireMethod::lines}) {
    const auto solver =
        make_wire_solver(GetParam().network, rows, columns, {.method = method, .tolerance = 1e-12});
    solver->set_conductances(g_S.view());
    Matrix<double> effective(rows, columns);
    solver->effective_conductances(effective.view());
    solver->read(x.view(), ahead.view());
    solver->read_transposed(y.view(), back.view());
    // and so often that the effective matrix is kept
    Matrix<double> many(50, columns), kept(50, rows);
    for (std::size_t b = 0; b < 50; ++b) std::ranges::copy(x.row(b % batch), many.row(b).begin());
    solver->read(many.view(), kept.view());
    for (std::size_t b = 0; b < batch; ++b) {
      WireSolution solution;
      solver->solve(std::vector<double>(rows), x.row(b), solution);
      EXPECT_LT(difference(ahead.row(b), solution.row_A), 1e-10);
      EXPECT_LT(difference(kept.row(b), solution.row_A), 1e-10);
      solver->solve(y.row(b), std::vector<double>(columns), solution);
      EXPECT_LT(difference(back.row(b), solution.column_A), 1e-10);
      std::vector<double> forward(rows), transposed(columns);
      for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t c = 0; c < columns; ++c) {
          forward[r] += effective(r, c) * x(b, c);
          transposed[c] += effective(r, c) * y(b, r);
        }
      EXPECT_LT(difference(forward, ahead.row(b)), 1e-9);
      EXPECT_LT(difference(transposed, back.row(b)), 1e-9);
    }
  }
}

TEST(WireSolver, ADividerOfThreeResistorsIsOhmsLaw) {
  // 1 cell of 1 kOhm, a segment and a driver on the column, a segment and an amplifier on the row
  for (const WireMethod method : {WireMethod::exact, WireMethod::lines}) {
    const auto solver = make_wire_solver(
        network({7, 3, LineEnds::first}, {20, 70, LineEnds::first}), 1, 1, {.method = method});
    solver->set_conductances(Matrix<double>(1, 1, 1e-3).view());
    WireSolution s;
    solver->solve(std::vector{0.0}, std::vector{1.0}, s);
    EXPECT_NEAR(s.row_A[0], 1 / 1100.0, 1e-15);
    EXPECT_NEAR(s.column_A[0], -1 / 1100.0, 1e-15);
    EXPECT_NEAR(s.column_V(0, 0), 1010 / 1100.0, 1e-13);
    EXPECT_NEAR(s.row_V(0, 0), 10 / 1100.0, 1e-13);
  }
}

TEST(WireSolver, WithoutResistanceItIsTheIdealCrossbar) {
  const std::size_t rows = 33, columns = 18;
  const Matrix<double> g_S = random_cells(rows, columns, 5);
  for (const WireMethod method : {WireMethod::exact, WireMethod::lines}) {
    double last = 1;
    for (const double r_Ohm : {1.0, 1e-2, 1e-4, 1e-6, 0.0}) {
      const LineWires wires{r_Ohm, 0, LineEnds::first};
      const auto solver =
          make_wire_solver({wires, wires}, rows, columns, {.method = method, .tolerance = 1e-12});
      solver->set_conductances(g_S.view());
      Matrix<double> effective(rows, columns);
      solver->effective_conductances(effective.view());
      const double lost = difference(effective.values(), g_S.values());
      // the loss goes with the resistance
      EXPECT_LT(lost, std::max(2e-2 * last, 1e-14)) << r_Ohm;
      last = lost;
    }
    EXPECT_EQ(last, 0);
  }
}

TEST(WireSolver, TwoSidedDriveLosesLess) {
  const std::size_t size = 40;
  double lost[2];
  for (const LineEnds ends : {LineEnds::first, LineEnds::both}) {
    const LineWires wires{2, 0, ends};
    const auto solver = make_wire_solver({wires, wires}, size, size, {});
    solver->set_conductances(Matrix<double>(size, size, 1e-4).view());
    Matrix<double> volts(1, size, 1.0), amperes(1, size);
    solver->read(volts.view(), amperes.view());
    lost[ends == LineEnds::both] = 1 - amperes(0, size - 1) / (1e-4 * size);
  }
  EXPECT_LT(lost[1], lost[0] / 3);
}

TEST(WireSolver, ASmallCellBesideGoodWiresIsNotLostInRounding) {
  // 0.1 mOhm and 1 GOhm: the sums on the diagonal of the nodal matrix have lost the cell
  const LineWires wires{1e-4, 0, LineEnds::first};
  for (const WireMethod method : {WireMethod::exact, WireMethod::lines}) {
    const auto solver = make_wire_solver({wires, wires}, 21, 21, {.method = method});
    solver->set_conductances(Matrix<double>(21, 21, 1e-9).view());
    Matrix<double> volts(1, 21, 1.0), amperes(1, 21);
    solver->read(volts.view(), amperes.view());
    for (const double current_A : amperes.values()) EXPECT_NEAR(current_A, 21e-9, 21e-9 * 1e-9);
  }
}

TEST(WireSolver, ToleranceBoundsTheErrorOfEveryCurrent) {
  const std::size_t size = 61;
  const Matrix<double> g_S = random_cells(size, size, 9);
  const LineWires wires{5, 0, LineEnds::first};
  Matrix<double> volts(1, size, 0.2), truth(1, size), amperes(1, size);
  const auto read = [&](WireSolverSpec spec, Matrix<double>& to) {
    const auto solver = make_wire_solver({wires, wires}, size, size, spec);
    solver->set_conductances(g_S.view());
    solver->read(volts.view(), to.view());
    return solver->iterations();
  };
  EXPECT_EQ(read({.method = WireMethod::exact}, truth), 0);
  double ideal_A = 0;
  for (const double g : g_S.values()) ideal_A += 0.2 * g / static_cast<double>(size);
  int last = 0;
  for (const double tolerance : {1e-2, 1e-5, 1e-8, 1e-11}) {
    const int iterations = read({.method = WireMethod::lines, .tolerance = tolerance}, amperes);
    for (std::size_t r = 0; r < size; ++r)
      EXPECT_LT(std::abs(amperes(0, r) - truth(0, r)), tolerance * ideal_A);
    // a test of the bound needs a solver that stops early
    EXPECT_GT(iterations, last);
    last = iterations;
  }
}

TEST(WireSolver, ABatchIsReadToItsToleranceByFewTerms) {
  const std::size_t rows = 61, columns = 45, batch = 19;
  const Matrix<double> g_S = random_cells(rows, columns, 9);
  for (const auto& [r_Ohm, ends] : {std::pair(0.3, LineEnds::first), {2.0, LineEnds::both}}) {
    const LineWires driven{r_Ohm, 20, ends}, sensed{2 * r_Ohm, 7, LineEnds::last};
    for (const bool forward : {true, false}) {
      const WireNetwork net = forward ? network(sensed, driven) : network(driven, sensed);
      const std::size_t inputs = forward ? columns : rows, outputs = forward ? rows : columns;
      Matrix<double> volts(batch, inputs), truth(batch, outputs), amperes(batch, outputs);
      for (std::size_t b = 0; b < batch; ++b)
        std::ranges::copy(random_volts(inputs, b), volts.row(b).begin());
      // a single line, and nothing
      std::ranges::fill(volts.row(2), 0.0);
      std::ranges::fill(volts.row(3), 0.0);
      volts(2, 5) = -0.3;
      const auto read = [&](WireSolverSpec spec, std::size_t reads, Matrix<double>& to) {
        const auto solver = make_wire_solver(net, rows, columns, spec);
        solver->set_conductances(g_S.view());
        const auto from = volts.view().block(0, 0, reads, inputs);
        const auto into = to.view().block(0, 0, reads, outputs);
        forward ? solver->read(from, into) : solver->read_transposed(from, into);
        return solver->iterations();
      };
      read({.method = WireMethod::exact}, batch, truth);
      int last = 0;
      for (const double tolerance : {1e-2, 1e-5, 1e-8, 1e-11}) {
        const int sweeps =
            read({.method = WireMethod::lines, .tolerance = tolerance}, batch, amperes);
        for (std::size_t b = 0; b < batch; ++b) {
          double ideal_A = 0;
          for (std::size_t r = 0; r < rows; ++r)
            for (std::size_t c = 0; c < columns; ++c)
              ideal_A += g_S(r, c) * std::abs(volts(b, forward ? c : r));
          ideal_A /= static_cast<double>(std::max(rows, columns));
          for (std::size_t k = 0; k < outputs; ++k)
            EXPECT_LE(std::abs(amperes(b, k) - truth(b, k)), tolerance * ideal_A + 1e-18);
        }
        EXPECT_GT(sweeps, last);
        last = sweeps;
      }
      // the bits of a read hang neither on the others nor on the threads
      Matrix<double> fewer(batch, outputs), threaded(batch, outputs);
      read({.method = WireMethod::lines, .tolerance = 1e-11}, 5, fewer);
      read({.method = WireMethod::lines, .tolerance = 1e-11, .threads = Threads(2)}, batch,
           threaded);
      EXPECT_EQ(threaded.values(), amperes.values());
      for (std::size_t b = 0; b < 5; ++b)
        for (std::size_t k = 0; k < outputs; ++k) EXPECT_EQ(fewer(b, k), amperes(b, k));
    }
  }
}

TEST(WireSolver, TheSizeChoosesTheMethod) {
  const LineWires wires{1, 0, LineEnds::first};
  for (const std::size_t size : {std::size_t{8}, std::size_t{50}}) {
    const auto solver = make_wire_solver({wires, wires}, size, size, {});
    solver->set_conductances(Matrix<double>(size, size, 1e-5).view());
    Matrix<double> volts(1, size, 1.0), amperes(1, size);
    solver->read(volts.view(), amperes.view());
    EXPECT_EQ(solver->iterations() == 0, size == 8);
  }
}

std::string refusal(const auto& work) {
  try {
    work();
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "nothing";
}

TEST(CheckConductances, NamesTheRowAndTheColumn) {
  Matrix<double> g_S(3, 4, 1e-6);
  const auto check = [&](OpenCells open = OpenCells::refused) {
    return refusal([&] { check_conductances(g_S.view(), open, "g.csv"); });
  };
  EXPECT_EQ(check(), "nothing");
  g_S(1, 2) = -1e-6;
  EXPECT_EQ(check(), "g.csv, row 1, column 2 (from 0) = -1e-06: a conductance is not negative");
  g_S(1, 2) = std::nan("");
  EXPECT_EQ(check(), "g.csv, row 1, column 2 (from 0) = nan: give a conductance in siemens");
  g_S(1, 2) = 0;
  EXPECT_EQ(check(),
            "g.csv, row 1, column 2 (from 0) = 0: no conductance; declare it if it is stuck open "
            "(--open-cells)");
  EXPECT_EQ(check(OpenCells::allowed), "nothing");
  for (std::size_t c = 0; c < 4; ++c) g_S(1, c) = 0;
  EXPECT_EQ(check(OpenCells::allowed), "nothing");
}

TEST(WireSolver, ALineOfOpenCellsCarriesNothing) {
  Matrix<double> g_S(2, 3, 0);
  g_S(1, 0) = 0.0333333;
  g_S(1, 1) = 0.021978;
  const LineWires wires{0.5, 0, LineEnds::first}, sensed{0.5, 0, LineEnds::last};
  for (const WireMethod method : {WireMethod::exact, WireMethod::lines}) {
    const auto solver = make_wire_solver({wires, sensed}, 2, 3, {.method = method});
    solver->set_conductances(g_S.view());
    WireSolution s;
    solver->solve(std::vector{10.0, 7.0}, std::vector(3, 0.0), s);
    EXPECT_NEAR(s.column_A[0], 0.2234424, 5e-8);
    EXPECT_NEAR(s.column_A[1], 0.1465590, 5e-8);
    EXPECT_EQ(s.column_A[2], 0);
    EXPECT_NEAR(s.row_A[0], 0, 1e-15);
  }
}

TEST(WireSolver, TheSegmentAtATerminalCanBeLeftOut) {
  // one cell of 20 Ohm between lines of 10 Ohm a segment: with both end segments, with neither
  LineWires wires{10, 0, LineEnds::first};
  for (const auto& [end_segment, total_Ohm] : {std::pair(true, 40.0), {false, 20.0}}) {
    wires.end_segment = end_segment;
    for (const WireMethod method : {WireMethod::exact, WireMethod::lines}) {
      const auto solver = make_wire_solver({wires, wires}, 1, 1, {.method = method});
      solver->set_conductances(Matrix<double>(1, 1, 0.05).view());
      WireSolution s;
      solver->solve(std::vector{1.0}, std::vector{0.0}, s);
      EXPECT_NEAR(s.column_A[0], 1 / total_Ohm, 1e-15);
    }
  }
}

TEST(WireSolver, NothingIsPutInPlaceOfASegmentThatIsLeftOut) {
  LineWires rows{1e5, 0, LineEnds::first}, columns{1e5, 0, LineEnds::last};
  rows.end_segment = columns.end_segment = false;
  const auto solve = [&](WireMethod method, const Matrix<double>& g_S) {
    const auto solver = make_wire_solver({rows, columns}, g_S.rows(), g_S.columns(),
                                         {.method = method, .tolerance = 1e-12});
    solver->set_conductances(g_S.view());
    WireSolution s;
    solver->solve(std::vector<double>(g_S.rows(), 1.0), std::vector<double>(g_S.columns()), s);
    return s;
  };
  for (const WireMethod method : {WireMethod::exact, WireMethod::lines}) {
    rows.r_segment_Ohm = columns.r_segment_Ohm = 1e5;
    // a cell between two terminals, and a short there
    EXPECT_NEAR(solve(method, in_siemens(1, {10.0})).column_A[0], 10, 1e-14);
    EXPECT_NEAR(solve(method, in_siemens(1, {1e12})).column_A[0], 1e12, 1e-3);
    // 2 x 2 cells of 1 mS: column 0 has the cell between the terminals' neighbours (90 digits)
    rows.r_segment_Ohm = columns.r_segment_Ohm = 10;
    EXPECT_NEAR(solve(method, in_siemens(2, {1e-3, 1e-3, 1e-3, 1e-3})).column_A[0],
                1.990099009901e-3, 1e-15);
    // and held lines of one kind only, large enough for the iteration
    rows.end_segment = true;
    const Matrix<double> g_S = random_cells(30, 40, 2);
    const WireSolution s = solve(method, g_S);
    rows.r_end_Ohm = 0;
    const WireSolution direct = solve(WireMethod::exact, g_S);
    EXPECT_LT(difference(s.column_A, direct.column_A), 1e-11);
    EXPECT_LT(difference(s.row_V.values(), direct.row_V.values()), 1e-11);
    for (std::size_t c = 0; c < 40; ++c) EXPECT_EQ(s.column_V(29, c), 0);
    rows.end_segment = false;
    std::swap(rows.ends, columns.ends);
    rows.ends = LineEnds::both;
    const WireSolution both = solve(method, g_S), both_direct = solve(WireMethod::exact, g_S);
    EXPECT_LT(difference(both.column_A, both_direct.column_A), 1e-11);
    for (std::size_t r = 0; r < 30; ++r) {
      EXPECT_EQ(both.row_V(r, 0), 1);
      EXPECT_EQ(both.row_V(r, 39), 1);
    }
    rows.ends = LineEnds::first, columns.ends = LineEnds::last;
  }
}

TEST(CheckResistance, NamesTheField) {
  for (const double good_Ohm : {0.0, 1e-6, 1.0, 1e9})
    EXPECT_EQ(refusal([&] { check_resistance(good_Ohm, "--wire"); }), "nothing");
  for (const double bad_Ohm : {-1.0, 1e-7, 2e9, std::nan("")})
    EXPECT_NE(refusal([&] { check_resistance(bad_Ohm, "--wire"); }).find("--wire = "),
              std::string::npos);
}

}  // namespace

}  // namespace nernst
