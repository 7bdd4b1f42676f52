// SPDX-License-Identifier: Apache-2.0
// `nernst circuit export`: cells of a trained chip as netlists that ngspice runs as they are.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nernst/circuit/spice/netlist.h"
#include "nernst/cli/command.h"
#include "nernst/cli/real_range.h"
#include "nernst/experiment/run.h"
#include "nernst/io/file.h"
#include "nernst/io/text.h"

namespace nernst {

class CircuitExportCommand final : public Command {
 public:
  static constexpr std::string_view kName = "circuit export";
  static constexpr std::string_view kHelp = "cells of a run as netlists for ngspice";
  static constexpr std::string_view kExamples =
      "nernst circuit export runs/two_layer --layer 0 --rows 0:16 --columns 100:116 --out spice\n"
      "ngspice -b spice/read.cir\n"
      "nernst circuit export runs/two_layer --layer 1 --wire 5 --pulses -3 --out spice";

  void options(CLI::App& app) override {
    app.add_option("RUN", run_, "the folder of the run")->type_name("")->required();
    app.add_option("--layer", layer_, "counted from 0, default 0")->option_text("L");
    app.add_option("--rows", rows_, "from A up to but without B (outputs); default: all")
        ->option_text("A:B");
    app.add_option("--columns", columns_, "the same of columns (inputs, the bias last)")
        ->option_text("A:B");
    app.add_option("--wire", wire_Ohm_,
                   "ohms of a segment; default: those of the run's [chip.wires] where that is on, "
                   "else none")
        ->option_text("R");
    app.add_option("--volts", volts_V_, "on driven lines of a read; default: the device's v_read_V")
        ->option_text("V")
        ->check(RealRange(-1e6, 1e6));
    app.add_option("--pulses", pulses_, "widths of the update pulse, negative = down; default 1")
        ->option_text("N")
        ->check(RealRange(-1e6, 1e6));
    app.add_option("--out", out_, "a new folder for the netlists")->type_name("FOLDER")->required();
  }

  Answer run(Console&) override {
    const FinishedChip finished = load_chip(run_, {.backend = backend_from_environment()});
    const SimulatedChip& chip = *finished.chip;
    if (layer_ < 0 || static_cast<std::size_t>(layer_) >= chip.arrays())
      throw ConfigError("--layer", static_cast<double>(layer_),
                        fmt::format("give 0 to {}", chip.arrays() - 1));
    if (pulses_ == 0) throw ConfigError("--pulses", 0.0, "give a number of pulses, up or down");
    if (io::path_exists(out_) && !std::filesystem::is_empty(out_))
      throw ConfigError("--out", out_, "is there already; give a new folder");
    const auto layer = static_cast<std::size_t>(layer_);
    const ArrayShape shape = chip.shape(layer);
    const auto [first_row, rows] = range_of("--rows", rows_, shape.rows);
    const auto [first_column, columns] = range_of("--columns", columns_, shape.columns);
    // (ngspice takes minutes for more)
    constexpr std::size_t most_cells = 64 * 64;
    if (rows * columns > most_cells)
      throw ConfigError("--rows, --columns", fmt::format("{} x {} cells", rows, columns),
                        fmt::format("give at most {}, as --rows 0:64 --columns 0:64", most_cells));

    WireSpec wires = finished.config.chip.wires;
    if (wire_Ohm_) check_resistance(*wire_Ohm_, "--wire");
    if (wire_Ohm_ || !wires.enabled) wires.r_row_Ohm = wires.r_column_Ohm = wire_Ohm_.value_or(0);

    const DeviceSpec& device = chip.device();
    const CellStates states = chip.cells(layer);
    const auto block = [&](const Matrix<double>& whole) {
      Matrix<double> part(rows, columns);
      for (std::size_t r = 0; r < rows; ++r)
        std::copy_n(whole.row(first_row + r).begin() + static_cast<std::ptrdiff_t>(first_column),
                    columns, part.row(r).begin());
      return part;
    };
    const std::string what =
        fmt::format("{}, layer {}, rows {}:{}, columns {}:{}", device.name, layer, first_row,
                    first_row + rows, first_column, first_column + columns);
    const double read_V = volts_V_.value_or(device.physical.v_read_V);

    std::vector<std::pair<std::string, std::string>> files;
    const Matrix<double> cell_w = block(states.cell), other_w = block(states.other);
    for (const auto& [name, title, w] :
         {std::tuple("", "cells", &cell_w),
          std::tuple("_other", "what is taken from them", &other_w)}) {
      Matrix<double> g_S = *w;
      for (double& value : g_S.values()) value = device.physical.cell_S(value);
      files.emplace_back(fmt::format("read{}.cir", name),
                         spice_file(read_netlist(fmt::format("{}: a read of the {}", what, title),
                                                 wires.read_network(ReadDirection::forward),
                                                 g_S.view(), std::vector<double>(rows),
                                                 std::vector<double>(columns, read_V))));
      files.emplace_back(fmt::format("read_transposed{}.cir", name),
                         spice_file(read_netlist(
                             fmt::format("{}: a transposed read of the {}", what, title),
                             wires.read_network(ReadDirection::transposed), g_S.view(),
                             std::vector<double>(rows, read_V), std::vector<double>(columns))));
    }
    UpdateCircuit update;
    update.network = wires.write_network();
    update.steps = nominal_steps(device, 65);
    update.physical = device.physical;
    update.gate_S = wires.write_load == WriteLoad::gate ? WireSpec::gate_S(device.physical) : 0;
    update.dose_power = wires.dose_power;
    update.pulses = pulses_;
    files.emplace_back(
        "update.cir",
        spice_file(update_netlist(
            fmt::format("{}: {:g} pulses on all lines, steps of the nominal cell", what, pulses_),
            update, cell_w.view())));

    io::make_folder(out_);
    Answer answer;
    answer.json["rows"] = rows;
    answer.json["columns"] = columns;
    answer.json["files"] = Tree::array();
    answer.text = what + "\n";
    for (const auto& [name, text] : files) {
      const std::string path = (std::filesystem::path(out_) / name).string();
      io::write_file_atomically(path, text);
      answer.json["files"].push_back(path);
      answer.text += "  " + path + "\n";
    }
    return answer;
  }

 private:
  // First and number.
  static std::pair<std::size_t, std::size_t> range_of(const std::string& option,
                                                      const std::string& text, std::size_t size) {
    if (text.empty()) return {0, size};
    const std::size_t colon = text.find(':');
    const auto wrong = [&] {
      return ConfigError(option, text,
                         fmt::format("give A:B with 0 <= A < B <= {}, as 0:{}", size,
                                     std::min<std::size_t>(size, 16)));
    };
    if (colon == std::string::npos) throw wrong();
    const std::string from = text.substr(0, colon), to = text.substr(colon + 1);
    if (!io::is_index(from) || !io::is_index(to) || from.size() > 9 || to.size() > 9) throw wrong();
    const std::size_t first = std::stoul(from), last = std::stoul(to);
    if (first >= last || last > size) throw wrong();
    return {first, last - first};
  }

  std::string run_, rows_, columns_, out_;
  std::int64_t layer_ = 0;
  std::optional<double> wire_Ohm_;
  double pulses_ = 1;
  std::optional<double> volts_V_;
};

}  // namespace nernst
