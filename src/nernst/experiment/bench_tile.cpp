// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/bench_tile.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <numeric>
#include <vector>

#include "nernst/base/aligned.h"
#include "nernst/circuit/periphery.h"
#include "nernst/device/device_spec.h"
#include "nernst/experiment/memory.h"
#include "nernst/tile/tile.h"

namespace nernst {

namespace {

constexpr std::uint64_t kSeed = 1;
constexpr std::uint32_t kOwner = 1;
constexpr std::size_t kUpdates = 32;  // different ones, encoded before the clock runs
constexpr std::uint64_t kLargestProbeBytes = std::uint64_t{512} << 20;
constexpr std::int64_t kTrainLength = 31;

void check(const TileBenchSpec& spec) {
  constexpr std::int64_t most_lines = 1 << 20, most_batch = 1 << 16;
  const auto whole = [](const char* field, std::int64_t value, std::int64_t most) {
    if (value < 1 || value > most)
      throw ConfigError(field, std::to_string(value), fmt::format("give 1 to {}", most));
  };
  whole("--rows", spec.rows, most_lines);
  whole("--columns", spec.columns, most_lines);
  whole("--batch", spec.batch, most_batch);
  // not a number is neither
  if (!(spec.density >= 0 && spec.density <= static_cast<double>(kTrainLength)))
    throw ConfigError("--density", spec.density,
                      fmt::format("give a mean number of pulses from 0 to {}", kTrainLength));
}

// Signals of `batch` vectors, uniform in [-1, 1].
Matrix<double> uniform_signals(std::size_t batch, std::size_t width, std::uint64_t event) {
  const NoiseStream stream(kSeed, kOwner, Purpose::shuffle);
  Matrix<double> signals(batch, width);
  for (std::size_t k = 0; k < batch * width; ++k)
    signals.values()[k] = 2 * stream.uniform<double>(k, event) - 1;
  return signals;
}

// Updates with `density` pulses on a cell in the mean: that of |x| |d| is a quarter.
std::vector<UpdatePulses> encode_updates(const Tile& tile, const TileBenchSpec& spec) {
  const CodingSpec coding{.coding = Coding::stochastic, .train_length = kTrainLength};
  const double step = tile.net_step(), rate = 4 * spec.density * step;
  std::vector<UpdatePulses> updates;
  for (std::size_t k = 0; k < kUpdates; ++k) {
    const auto x = uniform_signals(1, static_cast<std::size_t>(spec.columns), 2 + 2 * k);
    const auto d = uniform_signals(1, static_cast<std::size_t>(spec.rows), 3 + 2 * k);
    updates.push_back(encode_update(coding, x.row(0), d.row(0), rate, step, kSeed, kOwner, k));
  }
  return updates;
}

// The share of a tile's cache lines of weights (16 cells of a row) on which an update pulses any
// cell.
double touched_share(const UpdatePulses& update) {
  const auto& rows = update.row_train;
  const auto& columns = update.column_train;
  std::size_t touched = 0, all = 0;
  for (std::size_t c = 0; c < columns.size(); c += kLaneBlock) {
    std::uint32_t any = 0;
    for (std::size_t k = c; k < std::min(c + kLaneBlock, columns.size()); ++k) any |= columns[k];
    all += rows.size();
    touched += static_cast<std::size_t>(std::count_if(
        rows.begin(), rows.end(), [&](std::uint32_t row) { return (row & any) != 0; }));
  }
  return static_cast<double>(touched) / static_cast<double>(all);
}

// One tile, its signals, and the operations on it.
class Job {
 public:
  Job(const TileBenchSpec& spec, const DeviceSpec& device, const TileSpec& tile_spec,
      const RunSetup& setup, const Threads& threads)
      : tile_(make_tile(device, tile_spec, setup.backend, threads)),
        rows_(tile_spec.rows),
        columns_(tile_spec.columns),
        batch_(static_cast<std::size_t>(spec.batch)) {
    // what aihwkit has in its presets; every output line then draws noise
    periphery_.output_noise = 0.06;
  }
  const Tile& tile() const { return *tile_; }

  Timing time_mvm() {
    return time_reads(columns_, rows_,
                      [this](auto x, auto y, auto events) { tile_->mvm(x, y, events); });
  }
  Timing time_mvm_transposed() {
    return time_reads(rows_, columns_,
                      [this](auto y, auto x, auto events) { tile_->mvm_transposed(y, x, events); });
  }
  Timing time_outer_update(const std::vector<UpdatePulses>& updates) {
    return time_of([&] {
      pulses_ += tile_->outer_update(updates[updates_ % updates.size()], event_++).pulses;
      ++updates_;
    });
  }
  double pulses_per_cell() const {
    return static_cast<double>(pulses_) / static_cast<double>(updates_) /
           static_cast<double>(rows_ * columns_);
  }

 private:
  Timing time_reads(std::size_t inputs, std::size_t outputs, const TileProduct& product) {
    const Matrix<double> in = uniform_signals(batch_, inputs, 0);
    Matrix<double> out(batch_, outputs);
    std::vector<std::uint64_t> events(batch_);
    return time_of([&] {
      std::iota(events.begin(), events.end(), event_);
      event_ += batch_;
      read_through(periphery_, in.view(), out.view(), kSeed, kOwner, events, product);
    });
  }

  std::unique_ptr<Tile> tile_;
  PeripherySpec periphery_;
  std::size_t rows_, columns_, batch_;
  std::uint64_t event_ = 0, pulses_ = 0, updates_ = 0;
};

struct Yardsticks {
  double bandwidth_B_per_s, arithmetic_per_s;
};

OperationBench compare(const Timing& timing, double cells, double bytes, double operations,
                       const Yardsticks& machine) {
  const double ns_per_s_and_cell = 1e9 / cells;
  return {.timing = timing,
          .ns_per_cell = timing.median_s * ns_per_s_and_cell,
          .min_ns_per_cell = timing.min_s * ns_per_s_and_cell,
          .p90_ns_per_cell = timing.p90_s * ns_per_s_and_cell,
          .bytes = bytes,
          .bandwidth_B_per_s = machine.bandwidth_B_per_s,
          .bandwidth_share = bytes / timing.median_s / machine.bandwidth_B_per_s,
          .operations = operations,
          .arithmetic_share = operations / timing.median_s / machine.arithmetic_per_s};
}

}  // namespace

TileBench bench_tile(const TileBenchSpec& spec, const RunSetup& setup,
                     const std::function<void(std::string_view)>& doing) {
  check(spec);
  const DeviceSpec device = load_device(spec.device);
  const TileSpec tile_spec{.rows = static_cast<std::size_t>(spec.rows),
                           .columns = static_cast<std::size_t>(spec.columns),
                           .weight = device.cell.one_sided ? WeightCoding::differential_pair
                                                           : WeightCoding::reference_cell,
                           .count_pulses = spec.endurance,
                           .seed = kSeed,
                           .id = kOwner};
  const std::size_t lines = tile_spec.rows + tile_spec.columns;
  const auto batch = static_cast<std::size_t>(spec.batch);
  const double cells = static_cast<double>(tile_spec.rows) * static_cast<double>(tile_spec.columns);
  const std::uint64_t bytes = tile_bytes(device, tile_spec, setup.backend);
  const std::size_t word = setup.backend == Backend::reference ? sizeof(double) : sizeof(float);
  const auto plane_bytes = std::uint64_t{tile_spec.rows} * padded(tile_spec.columns) * word;
  // signals in double and float, and an update's numbers and trains
  const std::uint64_t signal_bytes = lines * (batch * 16 + (kUpdates + 2) * 12);
  check_memory(bytes + signal_bytes, bytes_available(), "--rows, --columns and --batch",
               "give fewer rows or columns or a smaller batch");

  const Threads threads(setup.threads);
  TileBench bench;
  bench.bytes_per_cell = static_cast<double>(bytes) / cells;

  doing("measuring what the machine can do");
  bench.arithmetic_peak_per_s = arithmetic_peak_per_s(threads);
  double plane_bandwidth_B_per_s = 0;
  {
    const auto floats_in = [](std::uint64_t size) {
      return padded(static_cast<std::size_t>(std::min(size, kLargestProbeBytes) / sizeof(float)));
    };
    const AlignedVector<float> probe(floats_in(bytes), 1.0f);
    bench.memory_bandwidth_B_per_s = read_bandwidth_B_per_s(probe, threads);
    const std::size_t plane = std::min(floats_in(plane_bytes), probe.size());
    plane_bandwidth_B_per_s = read_bandwidth_B_per_s(std::span(probe).first(plane), threads);
  }

  doing("fabricating the tile");
  std::unique_ptr<Job> job;
  const auto began = std::chrono::steady_clock::now();
  job = std::make_unique<Job>(spec, device, tile_spec, setup, threads);
  bench.fabricate_s =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  bench.fabricate_ns_per_cell = bench.fabricate_s * 1e9 / cells;

  // a batch of reads
  const double products = cells * static_cast<double>(batch);
  const double read_bytes = cells * static_cast<double>(word);
  const Yardsticks reading{plane_bandwidth_B_per_s, bench.arithmetic_peak_per_s};
  doing("timing mvm");
  bench.mvm = compare(job->time_mvm(), products, read_bytes, 2 * products, reading);
  doing("timing mvm_transposed");
  bench.mvm_transposed =
      compare(job->time_mvm_transposed(), products, read_bytes, 2 * products, reading);

  doing("timing outer_update");
  const std::vector<UpdatePulses> updates = encode_updates(job->tile(), spec);
  const Timing update = job->time_outer_update(updates);
  bench.pulses_per_cell = job->pulses_per_cell();
  const double update_bytes =
      touched_share(updates.front()) * cells * (bench.bytes_per_cell + static_cast<double>(word));
  bench.outer_update = compare(update, cells, update_bytes, 0,
                               {bench.memory_bandwidth_B_per_s, bench.arithmetic_peak_per_s});
  return bench;
}

}  // namespace nernst
