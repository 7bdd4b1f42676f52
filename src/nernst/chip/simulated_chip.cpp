// SPDX-License-Identifier: Apache-2.0
#include "nernst/chip/simulated_chip.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "nernst/base/interruption.h"
#include "nernst/base/lane_math.h"
#include "nernst/base/saturating.h"
#include "nernst/circuit/periphery.h"

namespace nernst {

namespace {

// The event of a read that is operation `event`: both directions would be different reads.
std::uint64_t read_event(std::uint64_t event, ReadDirection direction) {
  return (event << 1) + (direction == ReadDirection::forward ? 0 : 1);
}

}  // namespace

SimulatedChip::SimulatedChip(const ChipSpec& spec, const DeviceSpec& device,
                             const std::vector<ArraySpec>& arrays, std::uint64_t seed,
                             Backend backend, const Threads& threads)
    : spec_(spec),
      device_(device),
      seed_(seed),
      threads_(threads),
      arrays_(make_tile_arrays(spec, device, arrays, seed, backend, threads)),
      bookkeeper_(spec_, device_, ledger_.counts) {}

const TileArray& SimulatedChip::at(std::size_t array) const {
  NERNST_CHECK(array < arrays_.size());
  return arrays_[array];
}
const TiledMatrix& SimulatedChip::at(ArrayPart part) const {
  NERNST_CHECK(part.part < at(part.array).parts.size());
  return at(part.array).parts[part.part];
}

std::size_t SimulatedChip::arrays() const { return arrays_.size(); }
ArrayShape SimulatedChip::shape(std::size_t array) const { return at(array).spec.shape; }
std::size_t SimulatedChip::parts(std::size_t array) const { return at(array).parts.size(); }
double SimulatedChip::gain(ArrayPart part) const { return at(part.array).spec.gains.at(part.part); }
double SimulatedChip::weight_step(ArrayPart part) const {
  return at(part).tiles.front().tile->net_step() * at(part.array).spec.full_scale_weight;
}
double SimulatedChip::weight_range(ArrayPart part) const {
  return (device_.cell.w_max - device_.cell.w_min) * at(part.array).spec.full_scale_weight;
}

void SimulatedChip::wait(double seconds) {
  NERNST_CHECK(seconds >= 0);
  clock_s_ += seconds;
  for (const TileArray& array : arrays_)
    for (const TiledMatrix& part : array.parts)
      for (const PlacedTile& placed : part.tiles) placed.tile->advance_to(clock_s_);
}

void SimulatedChip::for_each_tile(const TileArray& array, std::size_t batch,
                                  const std::function<void(std::size_t tile)>& work) const {
  // a small array is done sooner than a second thread has started
  constexpr std::size_t least_cells = 1 << 18;
  const std::size_t cells = array.spec.shape.rows * array.spec.shape.columns * batch;
  const std::size_t tiles = array.parts.front().tiles.size();
  threads_.for_each_part(tiles, cells < least_cells ? tiles : 1,
                         [&](std::size_t first, std::size_t last) {
                           for (std::size_t t = first; t < last; ++t) {
                             heed_interruption();
                             work(t);
                           }
                         });
}

void SimulatedChip::multiply(const TileArray& a, const ParallelRead& read,
                             MatrixView<const double> in, MatrixView<double> out) {
  const auto [rows, columns] = a.spec.shape;
  NERNST_CHECK(in.rows() == out.rows());
  NERNST_CHECK(in.columns() == (read.forward() ? columns : rows));
  NERNST_CHECK(out.columns() == (read.forward() ? rows : columns));

  // where time changes the weights, every vector meets them as they are then; and a stop is heard
  // between tiles, which must not take too long
  constexpr std::size_t most_together = 4096;
  const std::size_t together = device_.retention.enabled() ? 1 : most_together;
  for (std::size_t b = 0; b < in.rows(); b += together) {
    const std::size_t size = std::min(together, in.rows() - b);
    multiply_batch(a, read, in.block(b, 0, size, in.columns()),
                   out.block(b, 0, size, out.columns()));
  }
}

void SimulatedChip::multiply_batch(const TileArray& a, const ParallelRead& read,
                                   MatrixView<const double> in, MatrixView<double> out) {
  const bool forward = read.forward();
  const std::size_t batch = in.rows();
  std::vector<std::uint64_t> events(batch);
  for (std::uint64_t& event : events) event = read_event(next_event(), read.direction);
  PeripherySpec periphery = spec_.periphery;
  if (read.range == ReadRange::line) periphery.adc_bound = periphery.single_line_bound();

  // tiles work side by side; their sums are added in the order of the tiles
  const TiledMatrix& first = a.parts[read.driven.front().part];
  const std::size_t tiles = first.tiles.size();
  std::vector<Matrix<double>> blocks(tiles);
  std::vector<std::vector<ReadCounts>> counts(tiles);
  for_each_tile(a, batch, [&](std::size_t t) {
    const PlacedTile& placed = first.tiles[t];
    const TileBlock& block = placed.block;
    const std::size_t first_in = forward ? block.first_column : block.first_row;
    const std::size_t inputs = forward ? block.columns : block.rows;
    blocks[t] = Matrix<double>(batch, forward ? block.rows : block.columns);
    counts[t] = read_through(
        periphery, in.block(0, first_in, batch, inputs), blocks[t].view(), seed_, placed.id, events,
        [&](MatrixView<const double> x, MatrixView<double> y,
            std::span<const std::uint64_t> draws) {
          read_tiles(a, read, t, x, y, draws);
          if (spec_.read_noise.enabled) add_current_noise(placed, read, seed_, x, y, draws);
        },
        spec_.circuits.any() ? &placed.side(read.direction).circuits : nullptr);
  });
  Matrix<double> sums(batch, out.columns());
  std::vector<double> slowest_s(batch, 0.0);
  for (std::size_t t = 0; t < tiles; ++t) {
    const PlacedTile& placed = first.tiles[t];
    const std::size_t first_out = forward ? placed.block.first_row : placed.block.first_column;
    const std::size_t outputs = blocks[t].columns();
    const ReadCost cost =
        placed.side(read.direction).circuits.cost(periphery.adc_bound, spec_.technology);
    const ReadPower power = read_power(a, read, t);
    for (std::size_t b = 0; b < batch; ++b) {
      for (std::size_t k = 0; k < outputs; ++k) sums(b, first_out + k) += blocks[t](b, k);
      bookkeeper_.enter_tile_reads(counts[t][b], cost, outputs, read.driven.size(), power);
      const double t_s = static_cast<double>(counts[t][b].reads) * cost.t_s;
      slowest_s[b] = std::max(slowest_s[b], t_s);
    }
  }
  double time_s = 0;
  for (std::size_t b = 0; b < batch; ++b) {
    for (std::size_t k = 0; k < out.columns(); ++k)
      out(b, k) = sums(b, k) * a.spec.full_scale_weight;
    // the slowest tile sets the time
    time_s += slowest_s[b];
  }
  wait(bookkeeper_.enter_read_time(time_s));
}

void SimulatedChip::mvm(std::size_t array, MatrixView<const double> x, MatrixView<double> y) {
  multiply(at(array), read_of_sum(at(array), ReadDirection::forward), x, y);
  add_saturating(ledger_.counts.mvm, static_cast<std::int64_t>(x.rows()));
}

void SimulatedChip::mvm_transposed(std::size_t array, MatrixView<const double> y,
                                   MatrixView<double> x) {
  multiply(at(array), read_of_sum(at(array), ReadDirection::transposed), y, x);
  add_saturating(ledger_.counts.mvm_transposed, static_cast<std::int64_t>(y.rows()));
}

void SimulatedChip::mvm_part(ArrayPart part, MatrixView<const double> x, MatrixView<double> y) {
  NERNST_CHECK(part.part < at(part.array).parts.size());
  multiply(at(part.array), {ReadDirection::forward, {{part.part, 1.0}}, ReadRange::line}, x, y);
  add_saturating(ledger_.counts.mvm, static_cast<std::int64_t>(x.rows()));
}

void SimulatedChip::outer_update(ArrayPart part, MatrixView<const double> x,
                                 MatrixView<const double> d, double rate) {
  NERNST_CHECK(x.rows() == d.rows());
  for (std::size_t k = 0; k < x.rows(); ++k) update_once(part, x.row(k), d.row(k), rate);
}

void SimulatedChip::update_once(ArrayPart part, std::span<const double> x,
                                std::span<const double> d, double rate) {
  const TileArray& a = at(part.array);
  const TiledMatrix& p = at(part);
  NERNST_CHECK(x.size() == a.spec.shape.columns && d.size() == a.spec.shape.rows);
  const std::uint64_t event = next_event();
  UpdatePulses pulses =
      encode_update(spec_.coding, x, d, rate, weight_step(part), seed_, p.id, event);
  // (what a pair goes without, both of its cells do)
  if (spec_.weight == WeightCoding::differential_pair && !device_.cell.one_sided) {
    pulses.short_cells *= 2;
    pulses.unsent_doses *= 2;
  }
  add_saturating(ledger_.counts.outer_updates, 1);
  if (pulses.nothing()) return;

  std::vector<PulseCounts> blocks(p.tiles.size());
  for_each_tile(a, 1, [&](std::size_t t) {
    const auto& [first_row, rows, first_column, columns] = p.tiles[t].block;
    blocks[t] =
        p.tiles[t].tile->outer_update(slice(pulses, first_row, rows, first_column, columns), event);
  });
  PulseCounts counts;
  for (const PulseCounts& block : blocks) counts += block;
  wait(bookkeeper_.enter_update(counts, pulses));
}

void SimulatedChip::write_row(ArrayPart part, std::size_t row,
                              std::span<const std::int32_t> pulses) {
  NERNST_CHECK(row < shape(part.array).rows && pulses.size() == shape(part.array).columns);
  heed_interruption();
  const std::uint64_t event = next_event();
  PulseCounts counts;
  // first what goes up, then what goes down
  std::int64_t up = 0, down = 0, sent = 0;
  for (const std::int64_t n : pulses) {
    up = std::max(up, n);
    down = std::max(down, -n);
    sent += std::abs(n);
  }
  for (const PlacedTile& placed : at(part).of_row(row)) {
    const auto own = pulses.subspan(placed.block.first_column, placed.block.columns);
    counts += placed.tile->write_row(row - placed.block.first_row,
                                     std::vector<double>(own.begin(), own.end()), event);
  }
  wait(bookkeeper_.enter_cell_writes(counts, sent, up + down));
}

void SimulatedChip::pulse(ArrayPart part, std::size_t row, std::size_t column,
                          std::int32_t pulses) {
  NERNST_CHECK(row < shape(part.array).rows && column < shape(part.array).columns);
  const std::uint64_t event = next_event();
  PulseCounts counts;
  for (const PlacedTile& placed : at(part).of_row(row)) {
    const TileBlock& block = placed.block;
    if (column < block.first_column || column >= block.first_column + block.columns) continue;
    counts += placed.tile->pulse(row - block.first_row, column - block.first_column, pulses, event);
  }
  const std::int64_t sent = std::abs(static_cast<std::int64_t>(pulses));
  wait(bookkeeper_.enter_cell_writes(counts, sent, sent));
}

std::vector<double> SimulatedChip::sense(ArrayPart part, std::size_t row, std::size_t column,
                                         std::size_t columns) {
  const TileArray& a = at(part.array);
  NERNST_CHECK(row < a.spec.shape.rows && column + columns <= a.spec.shape.columns);
  heed_interruption();
  // a row is driven, its columns are sensed
  const std::uint64_t operation = next_event();
  const std::uint64_t event = read_event(operation, ReadDirection::transposed);
  std::vector<double> weights(columns);
  for (const PlacedTile& placed : at(part).of_row(row)) {
    const TileBlock& block = placed.block;
    const std::size_t line = row - block.first_row;
    const std::size_t first = std::max(column, block.first_column);
    const std::size_t last = std::min(column + columns, block.first_column + block.columns);
    if (first >= last) continue;
    std::vector<double> net(block.columns);
    placed.tile->read_row(line, net, operation);
    if (spec_.read_noise.enabled) add_cell_noise(placed, net, event);
    const std::size_t first_output = first - block.first_column;
    const auto sensed = std::span(net).subspan(first_output, last - first);
    if (spec_.periphery.cell_reads == CellReads::through_circuits)
      add_saturating(ledger_.counts.saturated_outputs,
                     as_count(read_cells_through(spec_.periphery, placed.transposed.circuits, line,
                                                 first_output, sensed, seed_, placed.id, event)));
    for (std::size_t c = first; c < last; ++c)
      weights[c - column] = sensed[c - first] * a.spec.full_scale_weight;
  }
  return weights;
}

// What the currents of cells bring of noise where one of each column is fully driven, and the
// others stand on the line.
void SimulatedChip::add_cell_noise(const PlacedTile& placed, std::span<double> net,
                                   std::uint64_t event) const {
  std::vector<float> z(net.size());
  fill_normals({seed_, placed.id, Purpose::current_noise}, event << 4, z);
  const double spread = std::sqrt(placed.transposed.line_noise.variance(placed.block.rows, 1, 1));
  for (std::size_t c = 0; c < z.size(); ++c) net[c] += spread * static_cast<double>(z[c]);
}

void SimulatedChip::enter_cell_reads(ArrayPart part, std::size_t row, std::size_t cells,
                                     ReadReason reason) {
  // a row of the array is a line on each of its tiles; one cell is on one
  const std::span<const PlacedTile> tiles = at(part).of_row(row);
  const ReadCircuits& circuits = tiles.front().transposed.circuits;
  const ReadCost cost = circuits.cost(spec_.periphery.single_line_bound(), spec_.technology);
  wait(bookkeeper_.enter_cell_reads(static_cast<std::int64_t>(cells),
                                    static_cast<std::int64_t>(std::min(cells, tiles.size())),
                                    reason, cost));
}

void SimulatedChip::read_row(ArrayPart part, std::size_t row, std::span<double> weights,
                             ReadReason reason) {
  NERNST_CHECK(weights.size() == shape(part.array).columns);
  std::ranges::copy(sense(part, row, 0, weights.size()), weights.begin());
  enter_cell_reads(part, row, weights.size(), reason);
}

double SimulatedChip::read(ArrayPart part, std::size_t row, std::size_t column, ReadReason reason) {
  const double weight = sense(part, row, column, 1).front();
  enter_cell_reads(part, row, 1, reason);
  return weight;
}

void SimulatedChip::reset_row(ArrayPart part, std::size_t row) {
  NERNST_CHECK(row < shape(part.array).rows);
  const std::uint64_t event = next_event();
  for (const PlacedTile& placed : at(part).of_row(row))
    placed.tile->reset_row(row - placed.block.first_row, event);
  wait(bookkeeper_.enter_resets(static_cast<std::int64_t>(shape(part.array).columns)));
}

void SimulatedChip::zero_references(ArrayPart part) {
  if (spec_.weight != WeightCoding::reference_cell)
    throw ConfigError("chip.weight", "no reference of its own for each cell",
                      "zero shifting writes references; give \"reference_cell\"");
  const auto [rows, columns] = shape(part.array);
  const std::uint64_t event = next_event();
  for (const PlacedTile& placed : at(part).tiles) placed.tile->zero_references(event);
  // each row is read, and what it read is written to its references
  for (std::size_t row = 0; row < rows; ++row) {
    heed_interruption();
    enter_cell_reads(part, row, columns, ReadReason::read);
    const auto sent = static_cast<double>(columns);
    wait(bookkeeper_.enter_cell_writes({.pulses = columns, .cells = columns, .charge = sent},
                                       static_cast<std::int64_t>(columns), 1));
  }
}

void SimulatedChip::enter_host_bytes(std::int64_t bytes) {
  wait(bookkeeper_.enter_host_bytes(bytes));
}
void SimulatedChip::enter_neurons(std::int64_t operations, NeuronWork work) {
  wait(bookkeeper_.enter_neurons(operations, work));
}
void SimulatedChip::enter_digital(std::int64_t operations, std::int64_t words) {
  wait(bookkeeper_.enter_digital(operations, words));
}

void SimulatedChip::fabricate(ArrayPart part, MatrixView<const double> weights) {
  NERNST_CHECK(part.part < parts(part.array));
  arrays_[part.array].fabricate(part.part, weights);
}

Matrix<double> SimulatedChip::weights(std::size_t array) const { return at(array).weights(); }

Matrix<double> SimulatedChip::part_weights(ArrayPart part) const {
  NERNST_CHECK(part.part < parts(part.array));
  return at(part.array).weights(part.part);
}

CellStates SimulatedChip::cells(ArrayPart part) const {
  NERNST_CHECK(part.part < parts(part.array));
  return at(part.array).cells(part.part);
}

WireReport SimulatedChip::wire_report() const {
  WireReport report;
  for (const TileArray& array : arrays_) {
    for (const TiledMatrix& part : array.parts)
      for (const PlacedTile& placed : part.tiles)
        if (placed.wired != nullptr) report += placed.wired->report();
    for (const auto& lines : array.shared_lines) report += lines->report();
  }
  return report;
}

std::int64_t SimulatedChip::most_pulses() const {
  std::uint32_t most = 0;
  for (const TileArray& array : arrays_)
    for (const TiledMatrix& part : array.parts)
      for (const PlacedTile& placed : part.tiles) most = std::max(most, placed.tile->most_pulses());
  return most;
}

std::vector<PlaneView> SimulatedChip::state() {
  std::vector<PlaneView> planes;
  planes.push_back({"operations", std::span(&operations_, 1)});
  planes.push_back({"clock_s", std::span(&clock_s_, 1)});
  for (std::size_t k = 0; k < arrays_.size(); ++k) {
    const std::string array = "array_" + std::to_string(k);
    for (std::size_t p = 0; p < arrays_[k].parts.size(); ++p) {
      const TiledMatrix& part = arrays_[k].parts[p];
      const std::string where = array + (p == 0 ? "" : "/part_" + std::to_string(p)) + "/tile_";
      for (std::size_t t = 0; t < part.tiles.size(); ++t)
        for (PlaneView plane : part.tiles[t].tile->state()) {
          plane.name = where + std::to_string(t) + "/" + plane.name;
          planes.push_back(std::move(plane));
        }
    }
    for (std::size_t t = 0; t < arrays_[k].shared_lines.size(); ++t)
      for (PlaneView& plane : arrays_[k].shared_lines[t]->state(array + "/shared_lines_" +
                                                                std::to_string(t) + "/wires_"))
        planes.push_back(std::move(plane));
  }
  return planes;
}

}  // namespace nernst
