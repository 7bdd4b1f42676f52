// SPDX-License-Identifier: Apache-2.0
#include "nernst/chip/simulated_chip.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "nernst/circuit/periphery.h"

namespace nernst {

// A tile and the block of its array that it holds.
struct SimulatedChip::Placed {
  std::unique_ptr<Tile> tile;
  std::uint32_t id = 0;
  std::size_t first_row = 0, rows = 0, first_column = 0, columns = 0;
};

struct SimulatedChip::Array {
  ArraySpec spec;
  std::uint32_t id = 0;
  std::vector<Placed> tiles;  // row of tiles by row of tiles
};

namespace {

// Calls `place(first_row, rows, first_column, columns)` for each tile of an array.
template <class Place>
void for_each_block(const ChipSpec& spec, const ArrayShape& shape, Place place) {
  const auto tile_rows = static_cast<std::size_t>(spec.tile[0]);
  const auto tile_columns = static_cast<std::size_t>(spec.tile[1]);
  for (std::size_t r = 0; r < shape.rows; r += tile_rows)
    for (std::size_t c = 0; c < shape.columns; c += tile_columns)
      place(r, std::min(tile_rows, shape.rows - r), c, std::min(tile_columns, shape.columns - c));
}

void check_spec(const ChipSpec& spec, const DeviceSpec& device) {
  if (spec.tile.size() != 2)
    throw ConfigError("chip.tile", std::to_string(spec.tile.size()) + " numbers",
                      "give two: rows and columns, as [512, 512]");
  if (device.cell.one_sided && spec.weight != WeightCoding::differential_pair)
    throw ConfigError(
        "chip.weight", "a single cell",
        "device " + device.name + " can only be potentiated; give \"differential_pair\"");
}

}  // namespace

SimulatedChip::SimulatedChip(const ChipSpec& spec, const DeviceSpec& device,
                             const std::vector<ArraySpec>& arrays, std::uint64_t seed,
                             Backend backend, const Threads& threads)
    : spec_(spec), device_(device), seed_(seed), threads_(threads) {
  check_spec(spec, device);
  // owners 1, 2, ... : each array and each tile has noise of its own
  std::uint32_t next_id = 1;
  for (const ArraySpec& array_spec : arrays) {
    NERNST_CHECK(array_spec.full_scale_weight > 0);
    auto array = std::make_unique<Array>();
    array->spec = array_spec;
    array->id = next_id++;
    for_each_block(spec, array_spec.shape,
                   [&](std::size_t r, std::size_t rows, std::size_t c, std::size_t columns) {
                     Placed placed{nullptr, next_id++, r, rows, c, columns};
                     const TileSpec tile{.rows = rows,
                                         .columns = columns,
                                         .weight = spec.weight,
                                         .noise = spec.noise,
                                         .count_pulses = spec.count_pulses,
                                         .seed = seed,
                                         .id = placed.id};
                     placed.tile = make_tile(device, tile, backend, threads);
                     array->tiles.push_back(std::move(placed));
                   });
    arrays_.push_back(std::move(array));
  }
}

SimulatedChip::~SimulatedChip() = default;

const SimulatedChip::Array& SimulatedChip::at(std::size_t array) const {
  NERNST_CHECK(array < arrays_.size());
  return *arrays_[array];
}

std::size_t SimulatedChip::arrays() const { return arrays_.size(); }
ArrayShape SimulatedChip::shape(std::size_t array) const { return at(array).spec.shape; }
double SimulatedChip::weight_step(std::size_t array) const {
  return at(array).tiles.front().tile->net_step() * at(array).spec.full_scale_weight;
}

std::uint64_t SimulatedChip::next_event() { return ++operations_; }

void SimulatedChip::spend_time(double seconds) {
  ledger_.counts.time_s += seconds;
  ledger_.counts.energy.static_J += seconds * spec_.technology.p_static_W;
  wait(seconds);
}

void SimulatedChip::wait(double seconds) {
  NERNST_CHECK(seconds >= 0);
  clock_s_ += seconds;
  for (const auto& array : arrays_)
    for (const Placed& placed : array->tiles) placed.tile->advance_to(clock_s_);
}

void SimulatedChip::enter_reads(const ReadCounts& counts, const Placed& placed,
                                Direction direction) {
  LedgerCounts& book = ledger_.counts;
  book.tile_reads += static_cast<std::int64_t>(counts.reads);
  book.read_repeats += static_cast<std::int64_t>(counts.repeats);
  book.saturated_outputs += static_cast<std::int64_t>(counts.saturated);
  book.dac_conversions += static_cast<std::int64_t>(counts.dac_conversions);
  book.adc_conversions += static_cast<std::int64_t>(counts.adc_conversions);

  // E = sum over cells of (V x)^2 G t, with G its mid-value; twice for the cell and its reference
  // or pair
  const TechnologySpec& technology = spec_.technology;
  const PhysicalSpec& physical = device_.physical;
  const double outputs =
      static_cast<double>(direction == Direction::forward ? placed.rows : placed.columns);
  const double g_mid_S = physical.g_S(0);
  const double both = spec_.weight == WeightCoding::reference_column ? 1 + 1 / outputs : 2;
  book.energy.cells_read_J += counts.drive * outputs * both * physical.v_read_V *
                              physical.v_read_V * g_mid_S * technology.t_read_s;
  book.energy.dac_J +=
      static_cast<double>(counts.dac_conversions) * technology.e_dac_J(spec_.periphery.dac_bits);
  book.energy.adc_J +=
      static_cast<double>(counts.adc_conversions) * technology.e_adc_J(spec_.periphery.adc_bits);
  book.energy.amplifiers_J +=
      static_cast<double>(counts.adc_conversions) * technology.e_amplifier_J;
}

void SimulatedChip::enter_pulses(const PulseCounts& counts, std::uint64_t line_pulses) {
  LedgerCounts& book = ledger_.counts;
  book.pulses += static_cast<std::int64_t>(counts.pulses);
  book.line_pulses += static_cast<std::int64_t>(line_pulses);
  book.energy.cells_write_J += static_cast<double>(counts.pulses) * device_.physical.e_pulse_J;
  book.energy.drivers_J += static_cast<double>(line_pulses) * spec_.technology.e_line_pulse_J;
}

void SimulatedChip::for_each_tile(const Array& array, std::size_t batch,
                                  const std::function<void(std::size_t tile)>& work) const {
  // a small array is done sooner than a second thread has started
  constexpr std::size_t least_cells = 1 << 18;
  const std::size_t cells = array.spec.shape.rows * array.spec.shape.columns * batch;
  const std::size_t tiles = array.tiles.size();
  threads_.for_each_part(tiles, cells < least_cells ? tiles : 1,
                         [&](std::size_t first, std::size_t last) {
                           for (std::size_t t = first; t < last; ++t) work(t);
                         });
}

void SimulatedChip::multiply(std::size_t array, Direction direction, MatrixView<const double> in,
                             MatrixView<double> out) {
  const Array& a = at(array);
  const bool forward = direction == Direction::forward;
  NERNST_CHECK(in.rows() == out.rows());
  NERNST_CHECK(in.columns() == (forward ? a.spec.shape.columns : a.spec.shape.rows));
  NERNST_CHECK(out.columns() == (forward ? a.spec.shape.rows : a.spec.shape.columns));

  // where time changes the weights, every vector meets them as they are then
  const std::size_t together = device_.retention.enabled() ? 1 : in.rows();
  for (std::size_t b = 0; b < in.rows(); b += together)
    multiply_batch(a, direction, in.block(b, 0, together, in.columns()),
                   out.block(b, 0, together, out.columns()));
}

void SimulatedChip::multiply_batch(const Array& a, Direction direction, MatrixView<const double> in,
                                   MatrixView<double> out) {
  const bool forward = direction == Direction::forward;
  const std::size_t batch = in.rows();
  std::vector<std::uint64_t> events(batch), most_reads(batch, 0);
  // both directions of one operation would be different reads
  for (std::uint64_t& event : events) event = (next_event() << 1) + (forward ? 0 : 1);

  // tiles work side by side; their sums are added in the order of the tiles
  std::vector<Matrix<double>> parts(a.tiles.size());
  std::vector<std::vector<ReadCounts>> counts(a.tiles.size());
  for_each_tile(a, batch, [&](std::size_t t) {
    const Placed& placed = a.tiles[t];
    const std::size_t first_in = forward ? placed.first_column : placed.first_row;
    const std::size_t inputs = forward ? placed.columns : placed.rows;
    parts[t] = Matrix<double>(batch, forward ? placed.rows : placed.columns);
    counts[t] = read_through(spec_.periphery, in.block(0, first_in, batch, inputs), parts[t].view(),
                             seed_, placed.id, events,
                             [&](MatrixView<const double> x, MatrixView<double> y,
                                 std::span<const std::uint64_t> draws) {
                               forward ? placed.tile->mvm(x, y, draws)
                                       : placed.tile->mvm_transposed(x, y, draws);
                             });
  });
  Matrix<double> sums(batch, out.columns());
  for (std::size_t t = 0; t < a.tiles.size(); ++t) {
    const Placed& placed = a.tiles[t];
    const std::size_t first_out = forward ? placed.first_row : placed.first_column;
    for (std::size_t b = 0; b < batch; ++b) {
      for (std::size_t k = 0; k < parts[t].columns(); ++k) sums(b, first_out + k) += parts[t](b, k);
      enter_reads(counts[t][b], placed, direction);
      most_reads[b] = std::max(most_reads[b], counts[t][b].reads);
    }
  }
  std::uint64_t reads = 0;
  for (std::size_t b = 0; b < batch; ++b) {
    for (std::size_t k = 0; k < out.columns(); ++k)
      out(b, k) = sums(b, k) * a.spec.full_scale_weight;
    // the slowest tile sets the time
    reads += most_reads[b];
  }
  spend_time(static_cast<double>(reads) * spec_.technology.t_read_s);
}

void SimulatedChip::mvm(std::size_t array, MatrixView<const double> x, MatrixView<double> y) {
  multiply(array, Direction::forward, x, y);
  ledger_.counts.mvm += static_cast<std::int64_t>(x.rows());
}

void SimulatedChip::mvm_transposed(std::size_t array, MatrixView<const double> y,
                                   MatrixView<double> x) {
  multiply(array, Direction::transposed, y, x);
  ledger_.counts.mvm_transposed += static_cast<std::int64_t>(y.rows());
}

void SimulatedChip::outer_update(std::size_t array, std::span<const double> x,
                                 std::span<const double> d, double rate) {
  const Array& a = at(array);
  NERNST_CHECK(x.size() == a.spec.shape.columns && d.size() == a.spec.shape.rows);
  const std::uint64_t event = next_event();
  const UpdatePulses pulses =
      encode_update(spec_.coding, x, d, rate, weight_step(array), seed_, a.id, event);
  ++ledger_.counts.outer_updates;
  if (pulses.nothing()) return;

  std::vector<PulseCounts> parts(a.tiles.size());
  for_each_tile(a, 1, [&](std::size_t t) {
    const Placed& placed = a.tiles[t];
    parts[t] = placed.tile->outer_update(
        slice(pulses, placed.first_row, placed.rows, placed.first_column, placed.columns), event);
  });
  PulseCounts counts;
  for (const PulseCounts& part : parts) counts += part;
  enter_pulses(counts, pulses.line_pulses);
  spend_time(pulses.slots * device_.physical.t_pulse_s);
}

void SimulatedChip::write_row(std::size_t array, std::size_t row,
                              std::span<const std::int32_t> pulses) {
  const Array& a = at(array);
  NERNST_CHECK(row < a.spec.shape.rows && pulses.size() == a.spec.shape.columns);
  const std::uint64_t event = next_event();
  PulseCounts counts;
  std::int32_t longest = 0;
  for (const std::int32_t n : pulses) longest = std::max(longest, std::abs(n));
  for (const Placed& placed : a.tiles) {
    if (row < placed.first_row || row >= placed.first_row + placed.rows) continue;
    counts += placed.tile->write_row(row - placed.first_row,
                                     pulses.subspan(placed.first_column, placed.columns), event);
  }
  ledger_.counts.cell_writes += static_cast<std::int64_t>(counts.cells);
  enter_pulses(counts, counts.pulses);
  spend_time(spec_.technology.t_cell_access_s + longest * device_.physical.t_pulse_s);
}

void SimulatedChip::pulse(std::size_t array, std::size_t row, std::size_t column,
                          std::int32_t pulses) {
  NERNST_CHECK(column < at(array).spec.shape.columns);
  std::vector<std::int32_t> whole_row(at(array).spec.shape.columns, 0);
  whole_row[column] = pulses;
  write_row(array, row, whole_row);
}

void SimulatedChip::enter_cell_reads(std::int64_t cells, ReadReason reason) {
  LedgerCounts& book = ledger_.counts;
  const PhysicalSpec& physical = device_.physical;
  const auto amount = static_cast<double>(cells);
  book.cell_reads += cells;
  if (reason == ReadReason::verify) book.verifies += cells;
  book.adc_conversions += cells;
  book.energy.adc_J += amount * spec_.technology.e_adc_J(spec_.periphery.adc_bits);
  book.energy.amplifiers_J += amount * spec_.technology.e_amplifier_J;
  book.energy.cells_read_J +=
      amount * physical.v_read_V * physical.v_read_V * physical.g_S(0) * spec_.technology.t_read_s;
  spend_time(spec_.technology.t_cell_access_s + spec_.technology.t_read_s);
}

std::vector<double> SimulatedChip::sense_row(std::size_t array, std::size_t row) {
  const Array& a = at(array);
  NERNST_CHECK(row < a.spec.shape.rows);
  const std::uint64_t event = next_event();
  std::vector<double> weights(a.spec.shape.columns);
  for (const Placed& placed : a.tiles) {
    if (row < placed.first_row || row >= placed.first_row + placed.rows) continue;
    placed.tile->read_row(row - placed.first_row,
                          std::span(weights).subspan(placed.first_column, placed.columns), event);
  }
  for (double& w : weights) w *= a.spec.full_scale_weight;
  return weights;
}

void SimulatedChip::read_row(std::size_t array, std::size_t row, std::span<double> weights,
                             ReadReason reason) {
  NERNST_CHECK(weights.size() == at(array).spec.shape.columns);
  const std::vector<double> sensed = sense_row(array, row);
  std::copy(sensed.begin(), sensed.end(), weights.begin());
  enter_cell_reads(static_cast<std::int64_t>(weights.size()), reason);
}

double SimulatedChip::read(std::size_t array, std::size_t row, std::size_t column,
                           ReadReason reason) {
  NERNST_CHECK(column < at(array).spec.shape.columns);
  const double weight = sense_row(array, row)[column];
  enter_cell_reads(1, reason);
  return weight;
}

void SimulatedChip::reset_row(std::size_t array, std::size_t row) {
  const Array& a = at(array);
  NERNST_CHECK(row < a.spec.shape.rows);
  const std::uint64_t event = next_event();
  for (const Placed& placed : a.tiles) {
    if (row < placed.first_row || row >= placed.first_row + placed.rows) continue;
    placed.tile->reset_row(row - placed.first_row, event);
  }
  const auto cells = static_cast<std::int64_t>(a.spec.shape.columns);
  ledger_.counts.resets += cells;
  ledger_.counts.energy.cells_write_J += static_cast<double>(cells) * device_.physical.e_pulse_J;
  spend_time(spec_.technology.t_cell_access_s + device_.physical.t_pulse_s);
}

void SimulatedChip::enter_host_bytes(std::int64_t bytes) {
  ledger_.counts.host_bytes += bytes;
  ledger_.counts.energy.link_J += static_cast<double>(bytes) * spec_.technology.e_link_byte_J;
  spend_time(static_cast<double>(bytes) / spec_.technology.link_byte_per_s);
}

void SimulatedChip::enter_neurons(std::int64_t operations) {
  ledger_.counts.neuron_operations += operations;
  ledger_.counts.energy.neurons_J += static_cast<double>(operations) * spec_.technology.e_neuron_J;
  // a layer's neurons work side by side
  spend_time(spec_.technology.t_neuron_s);
}

void SimulatedChip::fabricate(std::size_t array, MatrixView<const double> weights) {
  const Array& a = at(array);
  NERNST_CHECK(weights.rows() == a.spec.shape.rows && weights.columns() == a.spec.shape.columns);
  for (const Placed& placed : a.tiles) {
    Matrix<double> net(placed.rows, placed.columns);
    for (std::size_t r = 0; r < placed.rows; ++r)
      for (std::size_t c = 0; c < placed.columns; ++c)
        net(r, c) =
            weights(placed.first_row + r, placed.first_column + c) / a.spec.full_scale_weight;
    placed.tile->fabricate(net.view());
  }
}

Matrix<double> SimulatedChip::weights(std::size_t array) const {
  const Array& a = at(array);
  Matrix<double> all(a.spec.shape.rows, a.spec.shape.columns);
  for (const Placed& placed : a.tiles)
    placed.tile->copy_net(
        all.view().block(placed.first_row, placed.first_column, placed.rows, placed.columns));
  for (double& w : all.values()) w *= a.spec.full_scale_weight;
  return all;
}

std::int64_t SimulatedChip::most_pulses() const {
  std::uint32_t most = 0;
  for (const auto& array : arrays_)
    for (const Placed& placed : array->tiles) most = std::max(most, placed.tile->most_pulses());
  return most;
}

std::vector<PlaneView> SimulatedChip::state() {
  std::vector<PlaneView> planes;
  planes.push_back({"operations", std::span(&operations_, 1)});
  planes.push_back({"clock_s", std::span(&clock_s_, 1)});
  for (std::size_t k = 0; k < arrays_.size(); ++k)
    for (std::size_t t = 0; t < arrays_[k]->tiles.size(); ++t)
      for (PlaneView plane : arrays_[k]->tiles[t].tile->state()) {
        plane.name = "array_" + std::to_string(k) + "/tile_" + std::to_string(t) + "/" + plane.name;
        planes.push_back(std::move(plane));
      }
  return planes;
}

std::uint64_t SimulatedChip::bytes(const ChipSpec& spec, const DeviceSpec& device,
                                   const std::vector<ArraySpec>& arrays, Backend backend) {
  check_spec(spec, device);
  // a million tiles have four shapes
  std::map<std::pair<std::size_t, std::size_t>, std::uint64_t> of_shape;
  const auto bytes_of = [&](std::size_t rows, std::size_t columns) {
    const auto [place, fresh] = of_shape.try_emplace({rows, columns}, 0);
    if (fresh)
      place->second = tile_bytes(device,
                                 {.rows = rows,
                                  .columns = columns,
                                  .weight = spec.weight,
                                  .noise = spec.noise,
                                  .count_pulses = spec.count_pulses},
                                 backend);
    return place->second;
  };
  std::uint64_t bytes = 0;
  for (const ArraySpec& array : arrays)
    for_each_block(spec, array.shape,
                   [&](std::size_t, std::size_t rows, std::size_t, std::size_t columns) {
                     bytes += bytes_of(rows, columns);
                   });
  return bytes;
}

}  // namespace nernst
