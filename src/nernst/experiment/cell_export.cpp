// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/cell_export.h"

#include <fmt/format.h>

#include <array>
#include <map>
#include <span>
#include <string>

#include "nernst/chip/tile_blocks.h"
#include "nernst/io/file.h"
#include "nernst/io/hdf5.h"
#include "nernst/io/npz.h"
#include "nernst/tile/cell_constants.h"

namespace nernst {

namespace {

enum class Format { npz, hdf5, csv };

Format format_of(const std::filesystem::path& path) {
  const std::string ending = path.extension().string();
  if (ending == ".npz") return Format::npz;
  if (ending == ".h5" || ending == ".hdf5") return Format::hdf5;
  if (ending == ".csv") return Format::csv;
  throw ConfigError("--cells", path.string(), "give a file that ends in .npz, .h5 or .csv");
}

using Counts = std::map<std::string, std::span<const std::uint32_t>>;

// The planes of pulse counts of all tiles, by their names.
Counts pulse_counts(SimulatedChip& chip) {
  Counts counts;
  for (const PlaneView& plane : chip.state())
    if (plane.name.ends_with("/pulse_count"))
      counts.emplace(plane.name, std::get<std::span<std::uint32_t>>(plane.values));
  return counts;
}

// Counts of one side of the cells of a part; empty where some tile has none.
Matrix<double> counts_of(const SimulatedChip& chip, const Counts& counts, const ExportedCells& one,
                         std::size_t side) {
  const ArrayShape shape = chip.shape(one.layer);
  Matrix<double> all(shape.rows, shape.columns);
  const std::vector<TileBlock> blocks = tile_blocks(chip.spec(), shape);
  for (std::size_t t = 0; t < blocks.size(); ++t) {
    const TileBlock& block = blocks[t];
    const auto plane =
        counts.find(fmt::format("array_{}{}/tile_{}/pulse_count", one.layer,
                                one.part == 0 ? "" : "/part_" + std::to_string(one.part), t));
    if (plane == counts.end()) return {};
    TileSpec tile;
    tile.rows = block.rows;
    tile.columns = block.columns;
    const CellLayout layout(tile);
    NERNST_CHECK(plane->second.size() >= (side + 1) * layout.plane());
    for (std::size_t r = 0; r < block.rows; ++r)
      for (std::size_t c = 0; c < block.columns; ++c)
        all(block.first_row + r, block.first_column + c) =
            static_cast<double>(plane->second[layout.position(side, r, c)]);
  }
  return all;
}

// The matrices that are there, with their names.
std::vector<std::pair<std::string, const Matrix<double>*>> named(const ExportedCells& one) {
  std::vector<std::pair<std::string, const Matrix<double>*>> all = {
      {"conductance_S", &one.conductance_S}, {"reference_S", &one.reference_S}};
  if (!one.pulses.values().empty()) all.emplace_back("pulses", &one.pulses);
  if (!one.reference_pulses.values().empty())
    all.emplace_back("reference_pulses", &one.reference_pulses);
  return all;
}

std::string npz_text(const std::vector<ExportedCells>& cells) {
  io::NpzWriter npz;
  for (const ExportedCells& one : cells)
    for (const auto& [name, matrix] : named(one))
      npz.add(fmt::format("layer_{}{}_{}", one.layer,
                          one.part == 0 ? "" : fmt::format("_part_{}", one.part), name),
              matrix->view());
  return npz.finish();
}

std::string hdf5_text(const std::vector<ExportedCells>& cells) {
  io::Hdf5Writer file;
  for (const ExportedCells& one : cells) {
    const std::string where = fmt::format("/layer_{}{}/", one.layer,
                                          one.part == 0 ? "" : fmt::format("/part_{}", one.part));
    const std::array<std::uint64_t, 2> shape = {one.conductance_S.rows(),
                                                one.conductance_S.columns()};
    file.write(where + "shape", std::span<const std::uint64_t>(shape));
    for (const auto& [name, matrix] : named(one))
      file.write(where + name, std::span<const double>(matrix->values()));
  }
  return file.finish();
}

std::string csv_text(const std::vector<ExportedCells>& cells) {
  std::string text = "layer,part,row,column,conductance_S,reference_S,pulses,reference_pulses\n";
  const auto count_in = [](const Matrix<double>& counts, std::size_t r, std::size_t c) {
    return counts.values().empty() ? std::string() : fmt::format("{}", counts(r, c));
  };
  for (const ExportedCells& one : cells)
    for (std::size_t r = 0; r < one.conductance_S.rows(); ++r)
      for (std::size_t c = 0; c < one.conductance_S.columns(); ++c)
        text += fmt::format("{},{},{},{},{},{},{},{}\n", one.layer, one.part, r, c,
                            one.conductance_S(r, c), one.reference_S(r, c),
                            count_in(one.pulses, r, c), count_in(one.reference_pulses, r, c));
  return text;
}

}  // namespace

std::vector<ExportedCells> exported_cells(SimulatedChip& chip) {
  const Counts counts = pulse_counts(chip);
  const bool pair = chip.spec().weight == WeightCoding::differential_pair;
  std::vector<ExportedCells> all;
  for (std::size_t layer = 0; layer < chip.arrays(); ++layer)
    for (std::size_t part = 0; part < chip.parts(layer); ++part) {
      ExportedCells one{.layer = layer, .part = part};
      CellStates states = chip.cells({layer, part});
      for (Matrix<double>* plane : {&states.cell, &states.other})
        for (double& value : plane->values()) value = chip.device().physical.cell_S(value);
      one.conductance_S = std::move(states.cell);
      one.reference_S = std::move(states.other);
      one.pulses = counts_of(chip, counts, one, 0);
      if (pair) one.reference_pulses = counts_of(chip, counts, one, 1);
      all.push_back(std::move(one));
    }
  return all;
}

FileMark mark_of_cells(const std::filesystem::path& path) {
  // (the first name in an archive stands behind its header of 30 bytes)
  constexpr std::size_t zip_header = 30;
  const Format format = format_of(path);
  if (format == Format::npz) return {"a file of cells", "layer_0_conductance_S.npy", zip_header};
  if (format == Format::hdf5) return {"a file of cells", "\x89HDF"};
  return {"a file of cells", "layer,part,row,column,"};
}

FileMark mark_of_weights() {
  constexpr std::size_t zip_header = 30;
  return {"a file of weights", "layer_0_weights.npy", zip_header};
}

void write_cells(SimulatedChip& chip, const std::filesystem::path& path) {
  const Format format = format_of(path);
  const std::vector<ExportedCells> cells = exported_cells(chip);
  io::write_file_atomically(path, format == Format::npz    ? npz_text(cells)
                                  : format == Format::hdf5 ? hdf5_text(cells)
                                                           : csv_text(cells));
}

void write_weights(const FinishedChip& finished, const std::filesystem::path& path) {
  io::NpzWriter npz;
  const NetworkSpec& network = finished.config.network;
  for (std::size_t l = 0; l < network.layers.size(); ++l) {
    const Matrix<double> all = finished.chip->weights(l);
    const std::size_t inputs = network.fan_in(l);
    npz.add(fmt::format("layer_{}_weights", l), all.view().block(0, 0, all.rows(), inputs));
    if (!network.layers[l].bias) continue;
    std::vector<double> bias;
    for (std::size_t r = 0; r < all.rows(); ++r) bias.push_back(all(r, inputs));
    npz.add(fmt::format("layer_{}_bias", l), std::span<const double>(bias));
  }
  const DataFit& fit = finished.fit;
  std::vector<double> offsets, widths;
  for (const FeatureScale& scale : fit.scales) {
    offsets.push_back(scale.offset);
    widths.push_back(scale.width);
  }
  npz.add("input_offset", std::span<const double>(offsets));
  npz.add("input_width", std::span<const double>(widths));
  std::vector<std::string> activations;
  for (LayerSpec layer : network.layers)
    activations.push_back(write_fields(fields_of(layer))["activation"]);
  npz.add_texts("activations", activations);
  npz.add_texts("classes", fit.classes);
  if (!fit.feature_names.empty()) npz.add_texts("features", fit.feature_names);
  io::write_file_atomically(path, npz.finish());
}

}  // namespace nernst
