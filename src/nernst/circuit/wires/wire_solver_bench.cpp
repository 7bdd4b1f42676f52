// SPDX-License-Identifier: Apache-2.0
// Reads through resistive wires on one thread, cells from 10 kOhm to 1 MOhm (uniform in
// conductance), tolerance 1e-6 of the ideal current.
//   goals: one read, nothing kept: 128 x 128 within 1.5 ms at 1 Ohm and 6 ms at 3 Ohm, 512 x 512 at
//   1 Ohm within 100 ms, 1024 x 1024 at 1 Ohm within 2 s; a repeated exact read of 256 x 256 within
//   2 ms
#include "nernst/circuit/wires/wire_solver.h"

#include <benchmark/benchmark.h>

#include <vector>

#include "nernst/base/noise.h"

namespace nernst {

namespace {

Matrix<double> some_cells(std::size_t rows, std::size_t columns) {
  const NoiseStream stream(1, 1, Purpose::shuffle);
  Matrix<double> g_S(rows, columns);
  for (std::size_t k = 0; k < rows * columns; ++k)
    g_S.values()[k] = 1e-6 + 99e-6 * stream.uniform<double>(k, 0);
  return g_S;
}

Matrix<double> some_volts(std::size_t batch, std::size_t lines) {
  const NoiseStream stream(1, 1, Purpose::shuffle);
  Matrix<double> volts(batch, lines);
  for (std::size_t k = 0; k < batch * lines; ++k)
    volts.values()[k] = 0.2 * stream.uniform<double>(k, 1);
  return volts;
}

WireNetwork with_segments(double r_Ohm) {
  WireNetwork network;
  network.rows.r_segment_Ohm = network.columns.r_segment_Ohm = r_Ohm;
  return network;
}

std::unique_ptr<WireSolver> solver_for(std::size_t size, double r_Ohm, WireMethod method) {
  return make_wire_solver(with_segments(r_Ohm), size, size, {.method = method, .tolerance = 1e-6});
}

// Arguments: lines of the square, segment in tenths of an ohm, reads.
void wires_read(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0));
  const auto batch = static_cast<std::size_t>(state.range(2));
  const auto solver = solver_for(size, static_cast<double>(state.range(1)) / 10, WireMethod::lines);
  const Matrix<double> g_S = some_cells(size, size), volts = some_volts(batch, size);
  Matrix<double> amperes(batch, size);
  for (auto _ : state) {
    solver->set_conductances(g_S.view());
    solver->read(volts.view(), amperes.view());
  }
  double loss = 0, ideal = 0;
  for (std::size_t r = 0; r < size; ++r) {
    for (std::size_t c = 0; c < size; ++c) ideal += g_S(r, c) * volts(0, c);
    loss += amperes(0, r);
  }
  state.counters["iterations"] = solver->iterations();
  state.counters["lost_%"] = 100 * (1 - loss / ideal);
  state.counters["s/read"] =
      benchmark::Counter(static_cast<double>(batch), benchmark::Counter::kIsIterationInvariantRate |
                                                         benchmark::Counter::kInvert);
}
BENCHMARK(wires_read)
    ->Args({64, 10, 1})
    ->Args({128, 1, 1})
    ->Args({128, 10, 1})
    ->Args({128, 30, 1})
    ->Args({256, 10, 1})
    ->Args({512, 10, 1})
    ->Args({1024, 10, 1})
    ->Args({128, 10, 64})
    ->Args({128, 30, 64})
    ->Args({256, 10, 64})
    ->Args({512, 1, 64})
    ->Args({512, 10, 64})
    ->Unit(benchmark::kMillisecond);

// Argument: lines of the square. The factor is made anew.
void wires_exact_factor(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0));
  const auto solver = solver_for(size, 1, WireMethod::exact);
  const Matrix<double> g_S = some_cells(size, size);
  for (auto _ : state) solver->set_conductances(g_S.view());
}
BENCHMARK(wires_exact_factor)->Arg(16)->Arg(32)->Arg(64)->Arg(128)->Unit(benchmark::kMillisecond);

// Argument: lines of the square. Cells unchanged, read more often than the array has lines.
void wires_exact_repeated(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0));
  const auto solver = solver_for(size, 1, WireMethod::exact);
  solver->set_conductances(some_cells(size, size).view());
  const Matrix<double> volts = some_volts(1, size), often = some_volts(size, size);
  Matrix<double> amperes(1, size), currents(size, size);
  solver->read(often.view(), currents.view());
  for (auto _ : state) solver->read(volts.view(), amperes.view());
}
BENCHMARK(wires_exact_repeated)->Arg(64)->Arg(256)->Unit(benchmark::kMillisecond);

// Argument: lines of the square. The matrix of currents per volt.
void wires_effective(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0));
  const auto solver = solver_for(size, 1, WireMethod::lines);
  Matrix<double> effective(size, size);
  const Matrix<double> g_S = some_cells(size, size);
  for (auto _ : state) {
    solver->set_conductances(g_S.view());
    solver->effective_conductances(effective.view());
  }
}
BENCHMARK(wires_effective)->Arg(64)->Arg(128)->Arg(256)->Unit(benchmark::kMillisecond);

}  // namespace

}  // namespace nernst
