// SPDX-License-Identifier: Apache-2.0
#include "nernst/chip/simulated_chip.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "nernst/base/lane_math.h"
#include "nernst/chip/operation_cost.h"
#include "nernst/chip/tile_blocks.h"
#include "nernst/circuit/driver/driven_tile.h"
#include "nernst/circuit/periphery.h"

namespace nernst {

// What stands round a tile for reads in one direction.
struct SimulatedChip::Side {
  ReadCircuits circuits;
  ReadNoise noise;
};

// A tile and the block of its array that it holds.
struct SimulatedChip::Placed {
  std::unique_ptr<Tile> tile;
  const WiredTile* wired = nullptr;  // the same tile, where its lines have resistance
  std::uint32_t id = 0;
  std::size_t first_row = 0, rows = 0, first_column = 0, columns = 0;
  std::vector<Side> sides;  // of reads forward and transposed
  const Side& side(Direction direction) const {
    return sides[direction == Direction::forward ? 0 : 1];
  }
};

// One matrix of an array. Tile k of every part holds the same block, on the same lines.
struct SimulatedChip::Part {
  std::uint32_t id = 0;
  std::vector<Placed> tiles;  // row of tiles by row of tiles
};

struct SimulatedChip::Array {
  ArraySpec spec;
  std::vector<Part> parts;
};

namespace {

void check_driver(const ChipSpec& spec, const DeviceSpec& device) {
  const DriverSpec& driver = spec.driver;
  if (!driver.enabled) return;
  driver.check(device.physical.t_pulse_s);
  if (spec.coding.coding == Coding::stochastic) return;
  for (const auto& [name, value] : {std::pair{"jitter_s", driver.jitter_s},
                                    std::pair{"half_select_dose", driver.half_select_dose}})
    if (value > 0)
      throw ConfigError(std::string("chip.driver.") + name, value,
                        "known for the pulses of chip.coding = \"stochastic\" only; give 0");
}

void check_spec(const ChipSpec& spec, const DeviceSpec& device) {
  if (spec.tile.size() != 2)
    throw ConfigError("chip.tile", std::to_string(spec.tile.size()) + " numbers",
                      "give two: rows and columns, as [512, 512]");
  check_driver(spec, device);
  spec.circuits.check(spec.periphery.dac_bits, spec.periphery.adc_bits);
  if (device.cell.one_sided && spec.weight != WeightCoding::differential_pair)
    throw ConfigError(
        "chip.weight", "a single cell",
        "device " + device.name + " can only be potentiated; give \"differential_pair\"");
}

TileSpec tile_spec(const ChipSpec& spec, const ArraySpec& array, std::size_t rows,
                   std::size_t columns) {
  return {.rows = rows,
          .columns = columns,
          .weight = spec.weight,
          .noise = spec.noise,
          .count_pulses = spec.count_pulses,
          .writable_reference = array.writable_references};
}

}  // namespace

SimulatedChip::SimulatedChip(const ChipSpec& spec, const DeviceSpec& device,
                             const std::vector<ArraySpec>& arrays, std::uint64_t seed,
                             Backend backend, const Threads& threads)
    : spec_(spec), device_(device), seed_(seed), threads_(threads) {
  check_spec(spec, device);
  // owners 1, 2, ... : each array and each tile has noise of its own
  std::uint32_t next_id = 1;
  const auto make_part = [&](const ArraySpec& array) {
    Part part{next_id++, {}};
    for (const auto& [r, rows, c, columns] : tile_blocks(spec, array.shape)) {
      Placed placed{nullptr, nullptr, next_id++, r, rows, c, columns, {}};
      for (const Direction side : {Direction::forward, Direction::transposed})
        placed.sides.push_back(make_side(placed, side));
      TileSpec tile = tile_spec(spec, array, rows, columns);
      tile.seed = seed;
      tile.id = placed.id;
      placed.tile = make_tile(device, tile, backend, threads);
      if (spec.wires.enabled) {
        auto wired =
            std::make_unique<WiredTile>(std::move(placed.tile), device, tile, spec.wires, backend, threads);
        placed.wired = wired.get();
        placed.tile = std::move(wired);
      }
      if (spec.driver.enabled)
        placed.tile =
            std::make_unique<DrivenTile>(std::move(placed.tile), tile, spec.driver,
                                         device.physical.t_pulse_s, spec.wires.dose_power);
      part.tiles.push_back(std::move(placed));
    }
    return part;
  };
  for (const ArraySpec& array_spec : arrays) {
    NERNST_CHECK(array_spec.full_scale_weight > 0 && !array_spec.gains.empty());
    arrays_.push_back(std::make_unique<Array>());
    arrays_.back()->spec = array_spec;
    arrays_.back()->parts.push_back(make_part(array_spec));
  }
  // the other parts last, so that part 0 is the same chip whether there are others or not
  for (const auto& array : arrays_)
    while (array->parts.size() < array->spec.gains.size())
      array->parts.push_back(make_part(array->spec));
}

SimulatedChip::~SimulatedChip() = default;

const SimulatedChip::Array& SimulatedChip::at(std::size_t array) const {
  NERNST_CHECK(array < arrays_.size());
  return *arrays_[array];
}
const SimulatedChip::Part& SimulatedChip::at(ArrayPart part) const {
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

std::uint64_t SimulatedChip::next_event() { return ++operations_; }

void SimulatedChip::spend_time(double TimeParts::*part, double seconds) {
  ledger_.counts.time_s += seconds;
  ledger_.counts.time.*part += seconds;
  ledger_.counts.energy.static_J += seconds * spec_.technology.p_static_W;
  wait(seconds);
}

void SimulatedChip::wait(double seconds) {
  NERNST_CHECK(seconds >= 0);
  clock_s_ += seconds;
  for (const auto& array : arrays_)
    for (const Part& part : array->parts)
      for (const Placed& placed : part.tiles) placed.tile->advance_to(clock_s_);
}

SimulatedChip::Side SimulatedChip::make_side(const Placed& placed, Direction direction) const {
  const ReadCircuits circuits =
      read_circuits(spec_, device_, placed.rows, placed.columns, direction, seed_, placed.id);
  ReadNoise noise;
  if (spec_.read_noise.enabled)
    noise = read_noise(spec_.read_noise, device_.physical, weight_slope_S(spec_, device_),
                       circuits.cost(spec_.periphery.adc_bound, spec_.technology).t_s);
  return {circuits, noise};
}

void SimulatedChip::enter_reads(const ReadCounts& counts, const Placed& placed, std::size_t parts,
                                Direction direction) {
  LedgerCounts& book = ledger_.counts;
  book.tile_reads += static_cast<std::int64_t>(counts.reads);
  book.read_repeats += static_cast<std::int64_t>(counts.repeats);
  book.saturated_outputs += static_cast<std::int64_t>(counts.saturated);
  book.dac_conversions += static_cast<std::int64_t>(counts.dac_conversions);
  book.adc_conversions += static_cast<std::int64_t>(counts.adc_conversions);

  const double outputs =
      static_cast<double>(direction == Direction::forward ? placed.rows : placed.columns);
  const ReadCost cost = read_cost(placed, direction);
  book.energy.cells_read_J +=
      read_cells_J(spec_, device_, counts.drive, outputs, static_cast<double>(parts), cost.t_s);
  book.energy.dac_J += static_cast<double>(counts.dac_conversions) * cost.e_dac_J;
  book.energy.adc_J += static_cast<double>(counts.adc_conversions) * cost.e_adc_J;
  book.energy.amplifiers_J += static_cast<double>(counts.adc_conversions) * cost.e_amplifier_J;
}

void SimulatedChip::enter_pulses(const PulseCounts& counts, std::uint64_t line_pulses) {
  LedgerCounts& book = ledger_.counts;
  book.pulses += static_cast<std::int64_t>(counts.pulses);
  book.line_pulses += static_cast<std::int64_t>(line_pulses);
  // a dose at half of the voltage is as much charge through half of it
  const double pulses = static_cast<double>(counts.pulses) + counts.half_doses / 2;
  book.energy.cells_write_J += pulses * device_.physical.e_pulse_J;
  book.energy.drivers_J += static_cast<double>(line_pulses) * spec_.technology.e_line_pulse_J;
}

ReadCost SimulatedChip::read_cost(const Placed& placed, Direction direction) const {
  return placed.side(direction).circuits.cost(spec_.periphery.adc_bound, spec_.technology);
}

void SimulatedChip::for_each_tile(const Array& array, std::size_t batch,
                                  const std::function<void(std::size_t tile)>& work) const {
  // a small array is done sooner than a second thread has started
  constexpr std::size_t least_cells = 1 << 18;
  const std::size_t cells = array.spec.shape.rows * array.spec.shape.columns * batch;
  const std::size_t tiles = array.parts.front().tiles.size();
  threads_.for_each_part(tiles, cells < least_cells ? tiles : 1,
                         [&](std::size_t first, std::size_t last) {
                           for (std::size_t t = first; t < last; ++t) work(t);
                         });
}

std::vector<SimulatedChip::Driven> SimulatedChip::connected(const Array& array) const {
  std::vector<Driven> driven;
  for (std::size_t p = 0; p < array.parts.size(); ++p)
    if (array.spec.gains[p] != 0) driven.push_back({p, array.spec.gains[p]});
  return driven;
}

void SimulatedChip::multiply(const Array& a, const std::vector<Driven>& driven, Direction direction,
                             MatrixView<const double> in, MatrixView<double> out) {
  const bool forward = direction == Direction::forward;
  NERNST_CHECK(in.rows() == out.rows());
  NERNST_CHECK(in.columns() == (forward ? a.spec.shape.columns : a.spec.shape.rows));
  NERNST_CHECK(out.columns() == (forward ? a.spec.shape.rows : a.spec.shape.columns));

  // where time changes the weights, every vector meets them as they are then
  const std::size_t together = device_.retention.enabled() ? 1 : in.rows();
  for (std::size_t b = 0; b < in.rows(); b += together)
    multiply_batch(a, driven, direction, in.block(b, 0, together, in.columns()),
                   out.block(b, 0, together, out.columns()));
}

void SimulatedChip::multiply_batch(const Array& a, const std::vector<Driven>& driven,
                                   Direction direction, MatrixView<const double> in,
                                   MatrixView<double> out) {
  const bool forward = direction == Direction::forward;
  const std::size_t batch = in.rows();
  std::vector<std::uint64_t> events(batch);
  // both directions of one operation would be different reads
  for (std::uint64_t& event : events) event = (next_event() << 1) + (forward ? 0 : 1);

  double square_gains = 0;
  for (const Driven& one : driven) square_gains += one.gain * one.gain;

  // tiles work side by side; their sums are added in the order of the tiles
  const Part& first = a.parts[driven.front().part];
  const std::size_t tiles = first.tiles.size();
  std::vector<Matrix<double>> blocks(tiles);
  std::vector<std::vector<ReadCounts>> counts(tiles);
  for_each_tile(a, batch, [&](std::size_t t) {
    const Placed& placed = first.tiles[t];
    const std::size_t first_in = forward ? placed.first_column : placed.first_row;
    const std::size_t inputs = forward ? placed.columns : placed.rows;
    blocks[t] = Matrix<double>(batch, forward ? placed.rows : placed.columns);
    counts[t] = read_through(
        spec_.periphery, in.block(0, first_in, batch, inputs), blocks[t].view(), seed_, placed.id,
        events,
        [&](MatrixView<const double> x, MatrixView<double> y,
            std::span<const std::uint64_t> draws) {
          read_tiles(a, driven, t, direction, x, y, draws);
          if (spec_.read_noise.enabled)
            add_current_noise(square_gains, placed, direction, x, y, draws);
        },
        spec_.circuits.any() ? &placed.side(direction).circuits : nullptr);
  });
  Matrix<double> sums(batch, out.columns());
  std::vector<double> slowest_s(batch, 0.0);
  for (std::size_t t = 0; t < tiles; ++t) {
    const Placed& placed = first.tiles[t];
    const std::size_t first_out = forward ? placed.first_row : placed.first_column;
    for (std::size_t b = 0; b < batch; ++b) {
      for (std::size_t k = 0; k < blocks[t].columns(); ++k)
        sums(b, first_out + k) += blocks[t](b, k);
      enter_reads(counts[t][b], placed, driven.size(), direction);
      const double t_s = static_cast<double>(counts[t][b].reads) * read_cost(placed, direction).t_s;
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
  spend_time(&TimeParts::reads_s, time_s);
}

// The currents of tile t of the driven parts, summed on the lines that they share.
void SimulatedChip::read_tiles(const Array& a, const std::vector<Driven>& driven, std::size_t t,
                               Direction direction, MatrixView<const double> x,
                               MatrixView<double> y, std::span<const std::uint64_t> draws) const {
  const auto product = [&](const Driven& one, MatrixView<double> to) {
    const Tile& tile = *a.parts[one.part].tiles[t].tile;
    direction == Direction::forward ? tile.mvm(x, to, draws) : tile.mvm_transposed(x, to, draws);
  };
  product(driven.front(), y);
  if (driven.size() == 1 && driven.front().gain == 1) return;
  for (std::size_t b = 0; b < y.rows(); ++b)
    for (double& value : y.row(b)) value *= driven.front().gain;
  Matrix<double> other(y.rows(), y.columns());
  for (std::size_t k = 1; k < driven.size(); ++k) {
    product(driven[k], other.view());
    for (std::size_t b = 0; b < y.rows(); ++b)
      for (std::size_t i = 0; i < y.columns(); ++i) y(b, i) += driven[k].gain * other(b, i);
  }
}

void SimulatedChip::add_current_noise(double square_gains, const Placed& placed,
                                      Direction direction, MatrixView<const double> x,
                                      MatrixView<double> y,
                                      std::span<const std::uint64_t> draws) const {
  const NoiseStream stream(seed_, placed.id, Purpose::current_noise);
  const ReadNoise& noise = placed.side(direction).noise;
  std::vector<float> z(y.columns());
  for (std::size_t b = 0; b < y.rows(); ++b) {
    double sum = 0;
    for (const double input : x.row(b)) sum += std::abs(input);
    const double variance = noise.variance(x.columns(), sum, square_norm(x.row(b)));
    const double spread = std::sqrt(square_gains * variance);
    fill_normals(stream, draws[b], z);
    for (std::size_t k = 0; k < z.size(); ++k) y(b, k) += spread * static_cast<double>(z[k]);
  }
}

void SimulatedChip::mvm(std::size_t array, MatrixView<const double> x, MatrixView<double> y) {
  multiply(at(array), connected(at(array)), Direction::forward, x, y);
  ledger_.counts.mvm += static_cast<std::int64_t>(x.rows());
}

void SimulatedChip::mvm_transposed(std::size_t array, MatrixView<const double> y,
                                   MatrixView<double> x) {
  multiply(at(array), connected(at(array)), Direction::transposed, y, x);
  ledger_.counts.mvm_transposed += static_cast<std::int64_t>(y.rows());
}

void SimulatedChip::mvm_part(ArrayPart part, MatrixView<const double> x, MatrixView<double> y) {
  NERNST_CHECK(part.part < at(part.array).parts.size());
  // one line brings less current than a whole array, so the ADC has another range
  const double bound = spec_.periphery.adc_bound;
  spec_.periphery.adc_bound = spec_.periphery.single_line_bound();
  multiply(at(part.array), {{part.part, 1.0}}, Direction::forward, x, y);
  spec_.periphery.adc_bound = bound;
  ledger_.counts.mvm += static_cast<std::int64_t>(x.rows());
}

void SimulatedChip::outer_update(ArrayPart part, std::span<const double> x,
                                 std::span<const double> d, double rate) {
  const Array& a = at(part.array);
  const Part& p = at(part);
  NERNST_CHECK(x.size() == a.spec.shape.columns && d.size() == a.spec.shape.rows);
  const std::uint64_t event = next_event();
  const UpdatePulses pulses =
      encode_update(spec_.coding, x, d, rate, weight_step(part), seed_, p.id, event);
  ++ledger_.counts.outer_updates;
  if (pulses.nothing()) return;

  std::vector<PulseCounts> blocks(p.tiles.size());
  for_each_tile(a, 1, [&](std::size_t t) {
    const Placed& placed = p.tiles[t];
    blocks[t] = placed.tile->outer_update(
        slice(pulses, placed.first_row, placed.rows, placed.first_column, placed.columns), event);
  });
  PulseCounts counts;
  for (const PulseCounts& block : blocks) counts += block;
  enter_pulses(counts, pulses.line_pulses);
  spend_time(&TimeParts::pulses_s, pulses.slots * device_.physical.t_pulse_s);
}

template <class Work>
void SimulatedChip::for_tiles_of_row(ArrayPart part, std::size_t row, Work work) const {
  NERNST_CHECK(row < at(part.array).spec.shape.rows);
  for (const Placed& placed : at(part).tiles)
    if (row >= placed.first_row && row < placed.first_row + placed.rows) work(placed);
}

void SimulatedChip::write_row(ArrayPart part, std::size_t row,
                              std::span<const std::int32_t> pulses) {
  NERNST_CHECK(pulses.size() == at(part.array).spec.shape.columns);
  const std::uint64_t event = next_event();
  PulseCounts counts;
  std::int32_t longest = 0;
  for (const std::int32_t n : pulses) longest = std::max(longest, std::abs(n));
  for_tiles_of_row(part, row, [&](const Placed& placed) {
    const auto own = pulses.subspan(placed.first_column, placed.columns);
    counts += placed.tile->write_row(row - placed.first_row,
                                     std::vector<double>(own.begin(), own.end()), event);
  });
  ledger_.counts.cell_writes += static_cast<std::int64_t>(counts.cells);
  enter_pulses(counts, counts.pulses);
  spend_time(&TimeParts::cells_s,
             spec_.technology.t_cell_access_s + longest * device_.physical.t_pulse_s);
}

void SimulatedChip::pulse(ArrayPart part, std::size_t row, std::size_t column,
                          std::int32_t pulses) {
  NERNST_CHECK(column < at(part.array).spec.shape.columns);
  const std::uint64_t event = next_event();
  PulseCounts counts;
  for_tiles_of_row(part, row, [&](const Placed& placed) {
    if (column < placed.first_column || column >= placed.first_column + placed.columns) return;
    counts +=
        placed.tile->pulse(row - placed.first_row, column - placed.first_column, pulses, event);
  });
  ledger_.counts.cell_writes += static_cast<std::int64_t>(counts.cells);
  enter_pulses(counts, counts.pulses);
  spend_time(&TimeParts::cells_s,
             spec_.technology.t_cell_access_s + std::abs(pulses) * device_.physical.t_pulse_s);
}

void SimulatedChip::enter_cell_reads(const Array& array, std::int64_t cells, ReadReason reason) {
  LedgerCounts& book = ledger_.counts;
  const PhysicalSpec& physical = device_.physical;
  const auto amount = static_cast<double>(cells);
  book.cell_reads += cells;
  if (reason == ReadReason::verify) book.verifies += cells;
  book.adc_conversions += cells;
  // a row is driven, its columns are sensed
  const ReadCost cost = read_cost(array.parts.front().tiles.front(), Direction::transposed);
  book.energy.adc_J += amount * cost.e_adc_J;
  book.energy.amplifiers_J += amount * cost.e_amplifier_J;
  book.energy.cells_read_J +=
      amount * physical.v_read_V * physical.v_read_V * physical.g_S(0) * cost.t_s;
  spend_time(&TimeParts::cells_s, spec_.technology.t_cell_access_s + cost.t_s);
}

std::vector<double> SimulatedChip::sense_row(ArrayPart part, std::size_t row) {
  const Array& a = at(part.array);
  const std::uint64_t event = next_event();
  std::vector<double> weights(a.spec.shape.columns);
  for_tiles_of_row(part, row, [&](const Placed& placed) {
    placed.tile->read_row(row - placed.first_row,
                          std::span(weights).subspan(placed.first_column, placed.columns), event);
    if (!spec_.read_noise.enabled) return;
    // each cell alone, fully driven
    const NoiseStream stream(seed_, placed.id, Purpose::current_noise);
    std::vector<float> z(placed.columns);
    fill_normals(stream, event << 4, z);
    const double spread = std::sqrt(placed.side(Direction::transposed).noise.variance(1, 1, 1));
    for (std::size_t c = 0; c < z.size(); ++c)
      weights[placed.first_column + c] += spread * static_cast<double>(z[c]);
  });
  for (double& w : weights) w *= a.spec.full_scale_weight;
  return weights;
}

void SimulatedChip::read_row(ArrayPart part, std::size_t row, std::span<double> weights,
                             ReadReason reason) {
  NERNST_CHECK(weights.size() == at(part.array).spec.shape.columns);
  const std::vector<double> sensed = sense_row(part, row);
  std::copy(sensed.begin(), sensed.end(), weights.begin());
  enter_cell_reads(at(part.array), static_cast<std::int64_t>(weights.size()), reason);
}

double SimulatedChip::read(ArrayPart part, std::size_t row, std::size_t column, ReadReason reason) {
  NERNST_CHECK(column < at(part.array).spec.shape.columns);
  const double weight = sense_row(part, row)[column];
  enter_cell_reads(at(part.array), 1, reason);
  return weight;
}

void SimulatedChip::reset_row(ArrayPart part, std::size_t row) {
  const std::uint64_t event = next_event();
  for_tiles_of_row(part, row, [&](const Placed& placed) {
    placed.tile->reset_row(row - placed.first_row, event);
  });
  const auto cells = static_cast<std::int64_t>(at(part.array).spec.shape.columns);
  ledger_.counts.resets += cells;
  ledger_.counts.energy.cells_write_J += static_cast<double>(cells) * device_.physical.e_pulse_J;
  spend_time(&TimeParts::cells_s, spec_.technology.t_cell_access_s + device_.physical.t_pulse_s);
}

void SimulatedChip::zero_references(ArrayPart part) {
  if (spec_.weight != WeightCoding::reference_cell)
    throw ConfigError("chip.weight", "no reference of its own for each cell",
                      "zero shifting writes references; give \"reference_cell\"");
  const ArrayShape shape = at(part.array).spec.shape;
  const std::uint64_t event = next_event();
  for (const Placed& placed : at(part).tiles) placed.tile->zero_references(event);
  // each row is read, and what it read is written to its references
  for (std::size_t row = 0; row < shape.rows; ++row) {
    const auto cells = static_cast<std::int64_t>(shape.columns);
    enter_cell_reads(at(part.array), cells, ReadReason::read);
    ledger_.counts.cell_writes += cells;
    enter_pulses({.pulses = shape.columns, .cells = shape.columns}, shape.columns);
    spend_time(&TimeParts::cells_s, spec_.technology.t_cell_access_s + device_.physical.t_pulse_s);
  }
}

void SimulatedChip::enter_host_bytes(std::int64_t bytes) {
  ledger_.counts.host_bytes += bytes;
  ledger_.counts.energy.link_J += static_cast<double>(bytes) * spec_.technology.e_link_byte_J;
  spend_time(&TimeParts::link_s, static_cast<double>(bytes) / spec_.technology.link_byte_per_s);
}

void SimulatedChip::enter_neurons(std::int64_t operations, NeuronWork work) {
  ledger_.counts.neuron_operations += operations;
  const NeuronCost cost = work == NeuronWork::error ? NeuronCost{spec_.error_circuit.energy_J(),
                                                                 spec_.error_circuit.t_settle_s}
                                                    : neuron_cost(spec_);
  ledger_.counts.energy.neurons_J += static_cast<double>(operations) * cost.e_J;
  // a layer's neurons work side by side
  spend_time(&TimeParts::neurons_s, cost.t_s);
}

void SimulatedChip::enter_digital(std::int64_t operations, std::int64_t words) {
  const TechnologySpec& technology = spec_.technology;
  ledger_.counts.digital_operations += operations;
  ledger_.counts.digital_words += words;
  ledger_.counts.energy.digital_J +=
      static_cast<double>(operations) * technology.e_digital_operation_J +
      static_cast<double>(words) * technology.e_digital_word_J;
  spend_time(&TimeParts::digital_s,
             static_cast<double>(operations) / technology.digital_operations_per_s);
}

void SimulatedChip::fabricate(ArrayPart part, MatrixView<const double> weights) {
  const Array& a = at(part.array);
  NERNST_CHECK(weights.rows() == a.spec.shape.rows && weights.columns() == a.spec.shape.columns);
  for (const Placed& placed : at(part).tiles) {
    Matrix<double> net(placed.rows, placed.columns);
    for (std::size_t r = 0; r < placed.rows; ++r)
      for (std::size_t c = 0; c < placed.columns; ++c)
        net(r, c) =
            weights(placed.first_row + r, placed.first_column + c) / a.spec.full_scale_weight;
    placed.tile->fabricate(net.view());
  }
}

Matrix<double> SimulatedChip::weights(std::size_t array) const {
  Matrix<double> all = part_weights(array);
  const std::vector<double>& gains = at(array).spec.gains;
  for (double& w : all.values()) w *= gains[0];
  for (std::size_t p = 1; p < gains.size(); ++p) {
    if (gains[p] == 0) continue;
    const Matrix<double> part = part_weights({array, p});
    for (std::size_t k = 0; k < all.values().size(); ++k)
      all.values()[k] += gains[p] * part.values()[k];
  }
  return all;
}

Matrix<double> SimulatedChip::part_weights(ArrayPart part) const {
  const Array& a = at(part.array);
  Matrix<double> all(a.spec.shape.rows, a.spec.shape.columns);
  for (const Placed& placed : at(part).tiles)
    placed.tile->copy_net(
        all.view().block(placed.first_row, placed.first_column, placed.rows, placed.columns));
  for (double& w : all.values()) w *= a.spec.full_scale_weight;
  return all;
}

SimulatedChip::CellStates SimulatedChip::cells(ArrayPart part) const {
  const ArrayShape shape = at(part.array).spec.shape;
  CellStates states{Matrix<double>(shape.rows, shape.columns),
                    Matrix<double>(shape.rows, shape.columns)};
  for (const Placed& placed : at(part).tiles) {
    const auto block = [&](Matrix<double>& whole) {
      return whole.view().block(placed.first_row, placed.first_column, placed.rows, placed.columns);
    };
    placed.tile->copy_cells(block(states.cell), block(states.other));
  }
  return states;
}

WireReport SimulatedChip::wire_report() const {
  WireReport report;
  for (const auto& array : arrays_)
    for (const Part& part : array->parts)
      for (const Placed& placed : part.tiles)
        if (placed.wired != nullptr) report += placed.wired->report();
  return report;
}

std::int64_t SimulatedChip::most_pulses() const {
  std::uint32_t most = 0;
  for (const auto& array : arrays_)
    for (const Part& part : array->parts)
      for (const Placed& placed : part.tiles) most = std::max(most, placed.tile->most_pulses());
  return most;
}

std::vector<PlaneView> SimulatedChip::state() {
  std::vector<PlaneView> planes;
  planes.push_back({"operations", std::span(&operations_, 1)});
  planes.push_back({"clock_s", std::span(&clock_s_, 1)});
  for (std::size_t k = 0; k < arrays_.size(); ++k)
    for (std::size_t p = 0; p < arrays_[k]->parts.size(); ++p) {
      const Part& part = arrays_[k]->parts[p];
      const std::string where =
          "array_" + std::to_string(k) + (p == 0 ? "" : "/part_" + std::to_string(p)) + "/tile_";
      for (std::size_t t = 0; t < part.tiles.size(); ++t)
        for (PlaneView plane : part.tiles[t].tile->state()) {
          plane.name = where + std::to_string(t) + "/" + plane.name;
          planes.push_back(std::move(plane));
        }
    }
  return planes;
}

std::uint64_t SimulatedChip::bytes(const ChipSpec& spec, const DeviceSpec& device,
                                   const std::vector<ArraySpec>& arrays, Backend backend) {
  check_spec(spec, device);
  // a million tiles have four shapes
  std::uint64_t bytes = 0;
  for (const ArraySpec& array : arrays) {
    std::map<std::pair<std::size_t, std::size_t>, std::uint64_t> of_shape;
    for (const TileBlock& block : tile_blocks(spec, array.shape)) {
      const std::size_t rows = block.rows, columns = block.columns;
      const auto [place, fresh] = of_shape.try_emplace({rows, columns}, 0);
      if (fresh) {
        const TileSpec tile = tile_spec(spec, array, rows, columns);
        place->second = tile_bytes(device, tile, backend);
        if (spec.wires.enabled) place->second += WiredTile::bytes(tile, spec.wires);
        if (spec.driver.enabled) place->second += DrivenTile::bytes(tile);
      }
      bytes += place->second * array.gains.size();
    }
  }
  return bytes;
}

}  // namespace nernst
