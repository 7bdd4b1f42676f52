// SPDX-License-Identifier: Apache-2.0
// `nernst circuit solve`: the voltages and currents of a user's own crossbar.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nernst/circuit/wires/terminal_currents.h"
#include "nernst/circuit/wires/wire_solver.h"
#include "nernst/cli/command.h"
#include "nernst/cli/quantity.h"
#include "nernst/cli/text_table.h"
#include "nernst/experiment/report.h"
#include "nernst/experiment/report_layers.h"
#include "nernst/io/file.h"
#include "nernst/io/json.h"
#include "nernst/io/matrix_file.h"
#include "nernst/io/npz.h"
#include "nernst/io/text.h"

namespace nernst {

class CircuitSolveCommand final : public Command {
 public:
  static constexpr std::string_view kName = "circuit solve";
  static constexpr std::string_view kHelp =
      "voltages and currents of an array of conductances, as files and heat maps";
  static constexpr std::string_view kExamples =
      "nernst circuit solve conductances.csv --wire 1\n"
      "nernst circuit solve conductances.npy --wire 2.5 --volts 0.2 --out solved\n"
      "nernst circuit solve resistances.csv --ohms --volts volts.csv --drive columns\n"
      "nernst circuit solve conductances.csv --volts vectors.csv    (a row for each read)";

  void options(CLI::App& app) override {
    app.add_option("FILE", file_, "conductances in siemens, rows x columns: CSV, .npy or .npz")
        ->type_name("")
        ->required();
    app.add_flag("--ohms", ohms_, "FILE holds resistances, in ohms; inf is an open cell");
    app_ = &app;
    app.add_option("--wire", wire_Ohm_,
                   "ohms of a segment between two cells, and between a terminal and the first "
                   "cell; default 1")
        ->option_text("R");
    app.add_flag("--no-end-segments", no_end_segments_,
                 "no segment between a terminal and the cell next to it");
    app.add_option("--row-wire", row_wire_Ohm_, "of a row, where it differs")->option_text("R");
    app.add_option("--column-wire", column_wire_Ohm_, "of a column, where it differs")
        ->option_text("R");
    app.add_option("--driver", driver_Ohm_, "ohms of a driver, default 0")->option_text("R");
    app.add_option("--sense", sense_Ohm_, "ohms of a sense amplifier, default 0")->option_text("R");
    app.add_option("--drive", drive_, "rows (default) or columns: where the voltages are")
        ->option_text("rows|columns")
        ->check(CLI::IsMember({"rows", "columns"}));
    app.add_option(
           "--volts", volts_,
           "one number for all driven lines, or a file with one for each, in a row for each "
           "vector; default 1")
        ->option_text("V|FILE");
    app.add_option("--driven-ends", driven_ends_,
                   "first (default), last or both: the ends of driven lines that are fed")
        ->option_text("END")
        ->check(CLI::IsMember({"first", "last", "both"}));
    app.add_option("--sensed-ends", sensed_ends_,
                   "first, last (default) or both: the ends of the other lines, held at 0 V")
        ->option_text("END")
        ->check(CLI::IsMember({"first", "last", "both"}));
    app.add_flag("--open-cells", open_cells_,
                 "cells of 0 S are open, and not mistakes; a line of such cells carries nothing");
    app.add_option("--method", method_, "automatic (default), exact or lines")
        ->option_text("METHOD")
        ->check(CLI::IsMember({"automatic", "exact", "lines"}));
    app.add_option("--out", out_,
                   "a folder for currents.csv, row_volts.csv, column_volts.csv, solution.npz and "
                   "report.html")
        ->type_name("FOLDER");
  }

  Answer run(Console& console) override {
    const std::string name = std::filesystem::path(file_).filename().string();
    if (!out_.empty() && io::path_exists(out_) && !std::filesystem::is_empty(out_))
      throw ConfigError("--out", out_, "is there already; give a new folder");
    const Matrix<double> g_S = read_conductances(name);
    const bool by_rows = drive_ == "rows";
    const WireNetwork network = read_network(by_rows);
    const std::size_t driven_lines = by_rows ? g_S.rows() : g_S.columns();
    const Matrix<double> volts = read_volts(driven_lines);
    const std::vector<double> ground(by_rows ? g_S.columns() : g_S.rows());

    const WireMethod method = method_ == "exact"   ? WireMethod::exact
                              : method_ == "lines" ? WireMethod::lines
                                                   : WireMethod::automatic;
    const auto solver = make_wire_solver(network, g_S.rows(), g_S.columns(), {.method = method});
    solver->set_conductances(g_S.view());
    // the last vector first, so that what is left is the solution of the first
    WireSolution solution;
    Matrix<double> currents_A(volts.rows(), ground.size()), ideals_A(volts.rows(), ground.size());
    double error = 0, error_A = 0;
    bool exact = false;
    int iterations = 0;
    for (std::size_t k = volts.rows(); k-- > 0;) {
      const std::vector<double> driven_V(volts.row(k).begin(), volts.row(k).end());
      solver->solve(by_rows ? driven_V : ground, by_rows ? ground : driven_V, solution);
      std::ranges::copy(by_rows ? solution.column_A : solution.row_A, currents_A.row(k).begin());
      // what ideal lines would bring
      for (std::size_t r = 0; r < g_S.rows(); ++r)
        for (std::size_t c = 0; c < g_S.columns(); ++c)
          ideals_A(k, by_rows ? c : r) += g_S(r, c) * driven_V[by_rows ? r : c];
      check_size(currents_A.row(k), ideals_A.row(k), name);
      error = std::max(error, solver->error());
      error_A =
          std::max(error_A, solver->error() * mean_current(solution.row_A, solution.column_A));
      exact = exact || solver->was_exact();
      iterations = std::max(iterations, solver->iterations());
    }
    const std::vector<double> current_A = first_of(currents_A), ideal_A = first_of(ideals_A);

    Answer answer;
    answer.json["rows"] = g_S.rows();
    answer.json["columns"] = g_S.columns();
    answer.json["circuit"] = described(network, exact);
    answer.json["method"] = exact ? "exact" : "lines";
    answer.json["iterations"] = iterations;
    answer.json["error"] = error;
    answer.json["error_A"] = error_A;
    // of several vectors a list for each
    answer.json["vectors"] = volts.rows();
    answer.json["volts"] = lists_of(volts);
    answer.json["currents_A"] = lists_of(currents_A);
    answer.json["ideal_currents_A"] = lists_of(ideals_A);
    const double lost = lost_of(current_A, ideal_A);
    answer.json["lost"] = lost;
    const Look& look = console.out();
    answer.text =
        shaded(fmt::format("{}: {} x {} cells; the wires take {} of the current", name, g_S.rows(),
                           g_S.columns(), percent(lost, 2)),
               Shade::strong, look) +
        "\n" + table_of(current_A, ideal_A, by_rows ? "column" : "row", look) +
        fmt::format("  right to within {}, {:.0e} of the mean current, by the method {}\n",
                    quantity(error_A, "A", look), error, answer.json["method"].get<std::string>());
    // what is right to a part of the mean may be wrong by much of a small current
    constexpr double little = 0.01;
    const auto doubtful = std::ranges::count_if(current_A, [&](double line_A) {
      return line_A != 0 && error_A > little * std::abs(line_A);
    });
    answer.json["doubtful_currents"] = doubtful;
    if (doubtful > 0)
      answer.text +=
          fmt::format("  {} of these currents are so small that this is more than 1 % of them{}\n",
                      doubtful, exact ? "" : "; --method exact gives more digits");
    if (volts.rows() > 1)
      answer.text +=
          fmt::format("  (the first of {} vectors; --json or --out has them all)\n", volts.rows());
    if (!out_.empty())
      write_files(g_S, solution, volts, currents_A, ideals_A, name, lost, by_rows, answer);
    return answer;
  }

 private:
  Matrix<double> read_conductances(const std::string& name) const {
    Matrix<double> g_S =
        io::read_matrix(file_, ohms_ ? io::Infinite::allowed : io::Infinite::refused);
    bool open = open_cells_;
    if (ohms_)
      for (std::size_t r = 0; r < g_S.rows(); ++r)
        for (std::size_t c = 0; c < g_S.columns(); ++c) {
          if (g_S(r, c) == 0)
            throw ConfigError(fmt::format("{}, row {}, column {}", name, r, c), 0.0,
                              "no resistance; give what a shorted cell has");
          // an infinite resistance says itself that the cell is open
          open = open || std::isinf(g_S(r, c));
          g_S(r, c) = 1 / g_S(r, c);
        }
    check_conductances(g_S.view(), open ? OpenCells::allowed : OpenCells::refused, name);
    return g_S;
  }

  static LineEnds ends_of(const std::string& word) {
    return word == "first" ? LineEnds::first : word == "last" ? LineEnds::last : LineEnds::both;
  }

  WireNetwork read_network(bool by_rows) const {
    WireNetwork network;
    LineWires& driven = by_rows ? network.rows : network.columns;
    LineWires& sensed = by_rows ? network.columns : network.rows;
    driven.r_end_Ohm = driver_Ohm_;
    driven.ends = ends_of(driven_ends_);
    sensed.r_end_Ohm = sense_Ohm_;
    sensed.ends = ends_of(sensed_ends_);
    driven.end_segment = sensed.end_segment = !no_end_segments_;
    network.rows.r_segment_Ohm = row_wire_Ohm_.value_or(wire_Ohm_);
    network.columns.r_segment_Ohm = column_wire_Ohm_.value_or(wire_Ohm_);
    check_resistance(wire_Ohm_, "--wire");
    if (app_->count("--wire") > 0 && row_wire_Ohm_ && column_wire_Ohm_)
      throw ConfigError("--wire", wire_Ohm_,
                        "has no effect beside --row-wire and --column-wire; leave it out");
    check_resistance(network.rows.r_segment_Ohm, "--row-wire");
    check_resistance(network.columns.r_segment_Ohm, "--column-wire");
    check_resistance(driver_Ohm_, "--driver");
    check_resistance(sense_Ohm_, "--sense");
    return network;
  }

  // A row for each vector, a column for each driven line.
  Matrix<double> read_volts(std::size_t lines) const {
    const auto number = io::parse_number(volts_);
    if (number && !std::isfinite(*number))
      throw ConfigError("--volts", volts_, "give a number of volts, or a file with them");
    if (number) return Matrix<double>(1, lines, *number);
    if (!io::path_exists(volts_))
      throw ConfigError("--volts", volts_, "give a number of volts, or a file with them");
    Matrix<double> volts = io::read_matrix(volts_);
    if (volts.columns() == 1 && volts.rows() == lines) {
      // one vector, written down the page
      Matrix<double> turned(1, lines);
      turned.values() = volts.values();
      volts = std::move(turned);
    }
    if (volts.columns() != lines)
      throw ConfigError(volts_, fmt::format("{} voltages in a row", volts.columns()),
                        fmt::format("give {}: one for each driven line", lines));
    for (std::size_t k = 0; k < volts.values().size(); ++k)
      if (!std::isfinite(volts.values()[k]))
        throw ConfigError(fmt::format("{}, row {}, line {}", volts_, k / lines, k % lines),
                          volts.values()[k], "give a voltage");
    return volts;
  }

  // What belongs to the first vector.
  static std::vector<double> first_of(const Matrix<double>& of_vectors) {
    const auto row = of_vectors.row(0);
    return {row.begin(), row.end()};
  }

  // Numbers of siemens and volts whose products no number holds are those of no array.
  void check_size(std::span<const double> current_A, std::span<const double> ideal_A,
                  const std::string& name) const {
    const auto finite = [](double a) { return std::isfinite(a); };
    const double sum_A = std::accumulate(ideal_A.begin(), ideal_A.end(), 0.0,
                                         [](double a, double b) { return a + std::abs(b); });
    if (!std::ranges::all_of(current_A, finite) || !finite(sum_A))
      throw ConfigError(name, "",
                        fmt::format("has conductances whose currents at --volts {} are beyond all "
                                    "numbers (1e308 A); give those of a real array",
                                    volts_));
  }

  // A list, or of several rows a list of lists.
  static Tree lists_of(const Matrix<double>& matrix) {
    Tree lists = Tree::array();
    for (std::size_t r = 0; r < matrix.rows(); ++r)
      lists.push_back(std::vector<double>(matrix.row(r).begin(), matrix.row(r).end()));
    return lists.size() == 1 ? lists[0] : lists;
  }

  // What was solved: {driven, row_wire_Ohm, column_wire_Ohm, driver_Ohm, sense_Ohm, driven_ends,
  // sensed_ends, end_segments, method}.
  Tree described(const WireNetwork& network, bool exact) const {
    return {{"driven", drive_},
            {"row_wire_Ohm", network.rows.r_segment_Ohm},
            {"column_wire_Ohm", network.columns.r_segment_Ohm},
            {"driver_Ohm", driver_Ohm_},
            {"sense_Ohm", sense_Ohm_},
            {"driven_ends", driven_ends_},
            {"sensed_ends", sensed_ends_},
            {"end_segments", !no_end_segments_},
            {"method", exact ? "exact" : "lines"}};
  }

  static double lost_of(const std::vector<double>& current_A, const std::vector<double>& ideal_A) {
    double now = 0, ideal = 0;
    for (std::size_t k = 0; k < ideal_A.size(); ++k) {
      now += std::abs(current_A[k]);
      ideal += std::abs(ideal_A[k]);
    }
    return ideal > 0 ? 1 - now / ideal : 0;
  }

  // The first lines and the last.
  static std::string table_of(const std::vector<double>& current_A,
                              const std::vector<double>& ideal_A, const std::string& line,
                              const Look& look) {
    TextTable table({Align::right, Align::right, Align::right, Align::right});
    table.row({line, "current", "ideal wires", "lost"}, std::vector<Shade>(4, Shade::faint));
    constexpr std::size_t most = 12;
    for (std::size_t k = 0; k < current_A.size(); ++k) {
      if (current_A.size() > most && k == most / 2) {
        table.row({"...", "", "", ""});
        k = current_A.size() - most / 2;
      }
      table.row({std::to_string(k), quantity(current_A[k], "A", look),
                 quantity(ideal_A[k], "A", look),
                 ideal_A[k] != 0 ? percent(1 - current_A[k] / ideal_A[k], 2) : "-"});
    }
    return table.text(look);
  }

  void write_files(const Matrix<double>& g_S, const WireSolution& solution,
                   const Matrix<double>& volts, const Matrix<double>& currents_A,
                   const Matrix<double>& ideals_A, const std::string& name, double lost,
                   bool by_rows, Answer& answer) const {
    const std::filesystem::path folder = out_;
    const std::vector<double> current_A = first_of(currents_A), ideal_A = first_of(ideals_A);
    Matrix<double> cell_V(g_S.rows(), g_S.columns()), cell_A(g_S.rows(), g_S.columns());
    for (std::size_t k = 0; k < g_S.values().size(); ++k) {
      cell_V.values()[k] =
          (by_rows ? 1 : -1) * (solution.row_V.values()[k] - solution.column_V.values()[k]);
      cell_A.values()[k] = cell_V.values()[k] * g_S.values()[k];
    }
    io::NpzWriter npz;
    npz.add("conductance_S", g_S.view());
    npz.add("row_V", solution.row_V.view());
    npz.add("column_V", solution.column_V.view());
    npz.add("cell_A", std::as_const(cell_A).view());
    npz.add("volts", volts.view());
    npz.add("current_A", currents_A.view());
    npz.add("ideal_current_A", ideals_A.view());
    const Tree& circuit = answer.json["circuit"];
    std::string currents = fmt::format("# {}\nvector,line,current_A,ideal_current_A\n",
                                       io::to_json(circuit, io::JsonLayout::line));
    for (std::size_t v = 0; v < currents_A.rows(); ++v)
      for (std::size_t k = 0; k < current_A.size(); ++k)
        currents += fmt::format("{},{},{},{}\n", v, k, currents_A(v, k), ideals_A(v, k));

    Tree maps = Tree::array();
    const auto map = [&](const std::string& title, const std::string& unit,
                         const Matrix<double>& values, const std::string& caption) {
      // (a page holds no more than can be seen)
      const BlockMeans means = block_means(values.view(), 256);
      const std::size_t block = means.block_rows * means.block_columns;
      maps.push_back(
          {{"title", title},
           {"unit", unit},
           {"rows", values.rows()},
           {"columns", values.columns()},
           {"map_rows", means.values.rows()},
           {"map_columns", means.values.columns()},
           {"block_rows", means.block_rows},
           {"block_columns", means.block_columns},
           {"values", means.values.values()},
           {"caption", block > 1 ? fmt::format("{} Each point is the mean of {} x {} cells.",
                                               caption, means.block_rows, means.block_columns)
                                 : caption}});
    };
    map("Conductance of the cells", "S", g_S, "As they were given.");
    map("Voltage over the cells", "V", cell_V,
        by_rows ? "Row line less column line." : "Column line less row line.");
    map("Current through the cells", "A", cell_A, "Voltage times conductance.");
    map("Voltage on the row lines", "V", solution.row_V, "At each crossing.");
    map("Voltage on the column lines", "V", solution.column_V, "At each crossing.");
    Tree data = Tree::object();
    data["title"] = name;
    data["runs"] = Tree::array();
    data["circuit"] = {
        {"title", fmt::format("{}: {} x {} cells", name, g_S.rows(), g_S.columns())},
        {"lead", fmt::format("The wires take {} of the current{}.", percent(lost, 2),
                             volts.rows() > 1 ? " of the first of several vectors" : "")},
        {"facts", circuit},
        {"line", by_rows ? "column" : "row"},
        {"current_A", current_A},
        {"ideal_A", ideal_A},
        {"maps", maps}};
    const std::string html = report_html(std::move(data));
    io::make_folder(folder);
    io::write_file_atomically(folder / "currents.csv", currents);
    io::write_file_atomically(folder / "row_volts.csv", io::matrix_csv(solution.row_V.view()));
    io::write_file_atomically(folder / "column_volts.csv",
                              io::matrix_csv(solution.column_V.view()));
    io::write_file_atomically(folder / "solution.npz", npz.finish());
    io::write_file_atomically(folder / "report.html", html);
    answer.json["out"] = out_;
    answer.text += fmt::format("  {}\n", (folder / "report.html").string());
  }

  CLI::App* app_ = nullptr;
  std::string file_, drive_ = "rows", volts_ = "1", driven_ends_ = "first", sensed_ends_ = "last",
                     method_ = "automatic", out_;
  double wire_Ohm_ = 1, driver_Ohm_ = 0, sense_Ohm_ = 0;
  std::optional<double> row_wire_Ohm_, column_wire_Ohm_;
  bool ohms_ = false, open_cells_ = false, no_end_segments_ = false;
};

}  // namespace nernst
