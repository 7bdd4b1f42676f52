// SPDX-License-Identifier: Apache-2.0
// Reads of a tile through its converters, with noise, on one thread.
//   goal: mvm of 512 x 512 cells, one vector, within 1.3 of the time of OpenBLAS sgemv
#include <benchmark/benchmark.h>

#include <numeric>
#include <vector>

#include "nernst/circuit/periphery.h"
#include "nernst/tile/tile.h"

#ifdef NERNST_OPENBLAS
#include <cblas.h>
#endif

namespace nernst {

namespace {

Matrix<double> signals(std::size_t batch, std::size_t width) {
  const NoiseStream stream(1, 1, Purpose::shuffle);
  Matrix<double> values(batch, width);
  for (std::size_t k = 0; k < batch * width; ++k)
    values.values()[k] = 2 * stream.uniform<double>(k, 0) - 1;
  return values;
}

void report(benchmark::State& state, std::size_t size, std::size_t batch) {
  state.counters["s/cell"] = benchmark::Counter(
      static_cast<double>(size * size * batch),
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

// Arguments: lines of the square, vectors.
template <void (Tile::*kProduct)(MatrixView<const double>, MatrixView<double>,
                                 std::span<const std::uint64_t>) const>
void read(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0));
  const auto batch = static_cast<std::size_t>(state.range(1));
  const auto tile =
      make_tile(load_device("li_ecram_tang2018"),
                {.rows = size, .columns = size, .count_pulses = false, .seed = 1, .id = 1},
                Backend::fast, Threads(1));
  PeripherySpec periphery;
  periphery.output_noise = 0.06;  // aihwkit's
  const Matrix<double> in = signals(batch, size);
  Matrix<double> out(batch, size);
  std::vector<std::uint64_t> events(batch);
  std::uint64_t event = 0;
  for (auto _ : state) {
    std::iota(events.begin(), events.end(), event);
    event += batch;
    read_through(periphery, in.view(), out.view(), 1, 1, events,
                 [&](auto x, auto y, auto draws) { ((*tile).*kProduct)(x, y, draws); });
  }
  report(state, size, batch);
}
BENCHMARK(read<&Tile::mvm>)->Name("read_mvm")->ArgsProduct({{128, 512, 1024}, {1, 64}});
BENCHMARK(read<&Tile::mvm_transposed>)
    ->Name("read_mvm_transposed")
    ->ArgsProduct({{128, 512, 1024}, {1, 64}});

#ifdef NERNST_OPENBLAS
// The yardstick: the product alone, without converters or noise.
void openblas_sgemv(benchmark::State& state) {
  openblas_set_num_threads(1);
  const auto size = static_cast<std::size_t>(state.range(0));
  const auto lines = static_cast<blasint>(size);
  const std::vector<float> w(size * size, 0.5f), x(size, 0.5f);
  std::vector<float> y(size);
  for (auto _ : state) {
    cblas_sgemv(CblasRowMajor, CblasNoTrans, lines, lines, 1, w.data(), lines, x.data(), 1, 0,
                y.data(), 1);
    benchmark::ClobberMemory();
  }
  report(state, size, 1);
}
BENCHMARK(openblas_sgemv)->Arg(128)->Arg(512)->Arg(1024);
#endif

}  // namespace

}  // namespace nernst
