// SPDX-License-Identifier: Apache-2.0
// Operations of a tile on one thread.
//   goal: outer_update of 512 x 512 cells within 0.25 ns a cell at 0.2 pulses on a cell, and within
//   0.7 ns at 4
#include "nernst/tile/tile.h"

#include <benchmark/benchmark.h>

#include <numeric>
#include <string>

namespace nernst {

namespace {

std::unique_ptr<Tile> make_square(std::size_t size) {
  const TileSpec spec{.rows = size, .columns = size, .count_pulses = false, .seed = 1, .id = 1};
  return make_tile(load_device("li_ecram_tang2018"), spec, Backend::fast, Threads(1));
}

// `batch` vectors, uniform in [-1, 1].
Matrix<double> signals(std::size_t batch, std::size_t width, std::uint64_t event) {
  const NoiseStream stream(1, 1, Purpose::shuffle);
  Matrix<double> values(batch, width);
  for (std::size_t k = 0; k < batch * width; ++k)
    values.values()[k] = 2 * stream.uniform<double>(k, event) - 1;
  return values;
}

void report(benchmark::State& state, std::size_t size, std::size_t batch) {
  // in Google Benchmark an inverted rate is a time: seconds for each cell and vector
  state.counters["s/cell"] = benchmark::Counter(
      static_cast<double>(size * size * batch),
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

// Arguments: lines of the square, pulses on a hundred cells.
void tile_outer_update(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0));
  const double density = static_cast<double>(state.range(1)) / 100;
  const auto tile = make_square(size);
  // |x| |d| is a quarter in the mean
  const double step = tile->net_step(), rate = 4 * density * step;
  std::vector<UpdatePulses> updates;
  for (std::uint64_t k = 0; k < 32; ++k)
    updates.push_back(encode_update(CodingSpec(), signals(1, size, 2 * k).row(0),
                                    signals(1, size, 2 * k + 1).row(0), rate, step, 1, 1, k));
  std::uint64_t event = 0, pulses = 0;
  for (auto _ : state) {
    pulses += tile->outer_update(updates[event % updates.size()], event).pulses;
    ++event;
  }
  report(state, size, 1);
  state.counters["pulses/cell"] =
      static_cast<double>(pulses) / static_cast<double>(event * size * size);
}
BENCHMARK(tile_outer_update)->ArgsProduct({{128, 512, 1024}, {2, 20, 400}});

// Arguments: lines of the square, vectors.
void tile_mvm(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0));
  const auto batch = static_cast<std::size_t>(state.range(1));
  const auto tile = make_square(size);
  const Matrix<double> x = signals(batch, size, 0);
  Matrix<double> y(batch, size);
  std::vector<std::uint64_t> events(batch);
  std::iota(events.begin(), events.end(), 0);
  for (auto _ : state) tile->mvm(x.view(), y.view(), events);
  report(state, size, batch);
}
BENCHMARK(tile_mvm)->ArgsProduct({{128, 512, 1024}, {1, 64}});

void tile_mvm_transposed(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0));
  const auto batch = static_cast<std::size_t>(state.range(1));
  const auto tile = make_square(size);
  const Matrix<double> y = signals(batch, size, 0);
  Matrix<double> x(batch, size);
  std::vector<std::uint64_t> events(batch);
  std::iota(events.begin(), events.end(), 0);
  for (auto _ : state) tile->mvm_transposed(y.view(), x.view(), events);
  report(state, size, batch);
}
BENCHMARK(tile_mvm_transposed)->ArgsProduct({{128, 512, 1024}, {1, 64}});

}  // namespace

}  // namespace nernst
