// SPDX-License-Identifier: Apache-2.0
#include "nernst/chip/tile_array.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "nernst/base/interruption.h"
#include "nernst/chip/operation_cost.h"
#include "nernst/circuit/driver/driven_tile.h"
#include "nernst/circuit/wires/wired_tile.h"

namespace nernst {

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
  spec.wires.check();
  spec.circuits.check(spec.periphery.dac_bits, spec.periphery.adc_bits);
  if (device.cell.one_sided && spec.weight != WeightCoding::differential_pair)
    throw ConfigError(
        "chip.weight", "a single cell",
        "device " + device.name + " can only be potentiated; give \"differential_pair\"");
}

TileSpec tile_spec(const ChipSpec& spec, const ArraySpec& array, const TileBlock& block) {
  return {.rows = block.rows,
          .columns = block.columns,
          .weight = spec.weight,
          .noise = spec.noise,
          .count_pulses = spec.count_pulses,
          .writable_reference = array.writable_references};
}

// Parts of an array that its reads drive.
std::ptrdiff_t read_together(const ArraySpec& array) {
  return std::ranges::count_if(array.gains, [](double gain) { return gain != 0; });
}

// Fabricates the tiles of one chip, part by part.
class Foundry {
 public:
  Foundry(const ChipSpec& spec, const DeviceSpec& device, std::uint64_t seed, Backend backend,
          const Threads& threads)
      : spec_(spec), device_(device), seed_(seed), backend_(backend), threads_(threads) {}

  TiledMatrix make_part(const ArraySpec& array) {
    TiledMatrix part{next_id_++, {}};
    for (const TileBlock& block : tile_blocks(spec_, array.shape))
      part.tiles.push_back(place(array, block));
    return part;
  }

  // Puts the parts that are read together on the same lines.
  void join(TileArray& array) const {
    const std::vector<double>& gains = array.spec.gains;
    if (!spec_.wires.enabled || read_together(array.spec) < 2) return;
    for (std::size_t t = 0; t < array.parts.front().tiles.size(); ++t) {
      std::vector<TileOnLines> tiles;
      for (std::size_t p = 0; p < gains.size(); ++p)
        if (gains[p] != 0) tiles.push_back({&array.parts[p].tiles[t].wired->bare(), gains[p]});
      const TileBlock& block = array.parts.front().tiles[t].block;
      array.shared_lines.push_back(std::make_unique<EffectiveWeights>(
          tiles, device_, tile_spec(spec_, array.spec, block), spec_.wires, backend_, threads_));
      for (std::size_t p = 0; p < gains.size(); ++p)
        if (gains[p] != 0) array.parts[p].tiles[t].wired->also_tell(*array.shared_lines.back());
    }
  }

 private:
  PlacedTile place(const ArraySpec& array, const TileBlock& block) {
    heed_interruption();
    const std::uint32_t id = next_id_++;
    PlacedTile placed{.id = id,
                      .block = block,
                      .forward = make_side(block, id, ReadDirection::forward),
                      .transposed = make_side(block, id, ReadDirection::transposed),
                      .tile = nullptr};
    TileSpec tile = tile_spec(spec_, array, block);
    tile.seed = seed_;
    tile.id = id;
    placed.tile = make_tile(device_, tile, backend_, threads_);
    if (spec_.wires.enabled) {
      auto wired = std::make_unique<WiredTile>(std::move(placed.tile), device_, tile, spec_.wires,
                                               backend_, threads_);
      placed.wired = wired.get();
      placed.tile = std::move(wired);
    }
    if (spec_.driver.enabled)
      placed.tile =
          std::make_unique<DrivenTile>(std::move(placed.tile), tile, spec_.driver,
                                       device_.physical.t_pulse_s, spec_.wires.dose_power);
    return placed;
  }

  TileSide make_side(const TileBlock& block, std::uint32_t id, ReadDirection direction) const {
    const ReadCircuits circuits =
        read_circuits(spec_, device_, block.rows, block.columns, direction, seed_, id);
    const auto noise = [&](double adc_bound) {
      if (!spec_.read_noise.enabled) return ReadNoise();
      return read_noise(spec_.read_noise, device_.physical, weight_slope_S(spec_, device_),
                        circuits.cost(adc_bound, spec_.technology).t_s);
    };
    const PeripherySpec& periphery = spec_.periphery;
    return {circuits, noise(periphery.adc_bound), noise(periphery.single_line_bound())};
  }

  const ChipSpec& spec_;
  const DeviceSpec& device_;
  std::uint64_t seed_;
  Backend backend_;
  const Threads& threads_;
  // owners 1, 2, ... : each matrix and each tile has noise of its own
  std::uint32_t next_id_ = 1;
};

MatrixView<double> block_of(Matrix<double>& whole, const TileBlock& block) {
  return whole.view().block(block.first_row, block.first_column, block.rows, block.columns);
}

}  // namespace

std::vector<TileArray> make_tile_arrays(const ChipSpec& spec, const DeviceSpec& device,
                                        const std::vector<ArraySpec>& arrays, std::uint64_t seed,
                                        Backend backend, const Threads& threads) {
  check_spec(spec, device);
  Foundry foundry(spec, device, seed, backend, threads);
  std::vector<TileArray> made;
  for (const ArraySpec& array : arrays) {
    NERNST_CHECK(array.full_scale_weight > 0 && !array.gains.empty());
    made.push_back({array, {}, {}});
    made.back().parts.push_back(foundry.make_part(array));
  }
  // the other parts last, so that part 0 is the same chip whether there are others or not
  for (TileArray& array : made)
    while (array.parts.size() < array.spec.gains.size())
      array.parts.push_back(foundry.make_part(array.spec));
  for (TileArray& array : made) foundry.join(array);
  return made;
}

std::uint64_t tile_array_bytes(const ChipSpec& spec, const DeviceSpec& device,
                               const std::vector<ArraySpec>& arrays, Backend backend) {
  check_spec(spec, device);
  // a million tiles have four shapes
  std::uint64_t bytes = 0;
  for (const ArraySpec& array : arrays) {
    std::map<std::pair<std::size_t, std::size_t>, std::uint64_t> of_shape;
    for (const TileBlock& block : tile_blocks(spec, array.shape)) {
      const auto [place, fresh] = of_shape.try_emplace({block.rows, block.columns}, 0);
      if (fresh) {
        const TileSpec tile = tile_spec(spec, array, block);
        place->second = tile_bytes(device, tile, backend);
        if (spec.wires.enabled) place->second += WiredTile::bytes(tile, spec.wires);
        if (spec.driver.enabled) place->second += DrivenTile::bytes(tile);
      }
      bytes += place->second * array.gains.size();
      if (spec.wires.enabled && read_together(array) > 1)
        bytes += EffectiveWeights::bytes(tile_spec(spec, array, block), spec.wires);
    }
  }
  return bytes;
}

std::span<const PlacedTile> TiledMatrix::of_row(std::size_t row) const {
  const auto above = [row](const TileBlock& block) { return block.first_row + block.rows <= row; };
  const auto begun = [row](const TileBlock& block) { return block.first_row <= row; };
  return {std::ranges::partition_point(tiles, above, &PlacedTile::block),
          std::ranges::partition_point(tiles, begun, &PlacedTile::block)};
}

void TileArray::fabricate(std::size_t part, MatrixView<const double> weights) {
  NERNST_CHECK(weights.rows() == spec.shape.rows && weights.columns() == spec.shape.columns);
  for (const PlacedTile& placed : parts[part].tiles) {
    heed_interruption();
    const auto& [first_row, rows, first_column, columns] = placed.block;
    Matrix<double> net(rows, columns);
    for (std::size_t r = 0; r < rows; ++r)
      for (std::size_t c = 0; c < columns; ++c)
        net(r, c) = weights(first_row + r, first_column + c) / spec.full_scale_weight;
    placed.tile->fabricate(net.view());
  }
}

Matrix<double> TileArray::weights() const {
  Matrix<double> all = weights(0);
  for (double& w : all.values()) w *= spec.gains[0];
  for (std::size_t p = 1; p < spec.gains.size(); ++p) {
    if (spec.gains[p] == 0) continue;
    const Matrix<double> part = weights(p);
    for (std::size_t k = 0; k < all.values().size(); ++k)
      all.values()[k] += spec.gains[p] * part.values()[k];
  }
  return all;
}

Matrix<double> TileArray::weights(std::size_t part) const {
  Matrix<double> all(spec.shape.rows, spec.shape.columns);
  for (const PlacedTile& placed : parts[part].tiles)
    placed.tile->copy_net(block_of(all, placed.block));
  for (double& w : all.values()) w *= spec.full_scale_weight;
  return all;
}

CellStates TileArray::cells(std::size_t part) const {
  CellStates states{Matrix<double>(spec.shape.rows, spec.shape.columns),
                    Matrix<double>(spec.shape.rows, spec.shape.columns)};
  for (const PlacedTile& placed : parts[part].tiles)
    placed.tile->copy_cells(block_of(states.cell, placed.block),
                            block_of(states.other, placed.block));
  return states;
}

}  // namespace nernst
