// SPDX-License-Identifier: Apache-2.0
// `nernst device curve`: conductance against pulses, up and then down, as a data sheet shows it.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "nernst/cli/command.h"
#include "nernst/cli/quantity.h"
#include "nernst/cli/text_table.h"
#include "nernst/device/curve.h"
#include "nernst/device/population.h"
#include "nernst/experiment/output_files.h"
#include "nernst/io/file.h"

namespace nernst {

class DeviceCurveCommand final : public Command {
 public:
  static constexpr std::string_view kName = "device curve";
  static constexpr std::string_view kHelp = "conductance against pulses, as CSV and as a plot";
  static constexpr std::string_view kExamples =
      "nernst device curve organic_ecram_li2021 > curve.csv\n"
      "nernst device curve organic_ecram_li2021 --out curve      (curve.csv and curve.svg)\n"
      "nernst device curve my_device.toml --cells 1000 --pulses 50 --out curve";

  void options(CLI::App& app) override {
    app.add_option("NAME", name_, "a preset (nernst device list), or the path of a device file")
        ->type_name("")
        ->required();
    app.add_option("--cells", cells_, "cells to pulse, default 200")
        ->option_text("N")
        ->type_name("N")
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000}));
    app.add_option("--pulses", pulses_, "pulses up, and then down; default: the whole window")
        ->option_text("N")
        ->type_name("N")
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{10'000'000}));
    app.add_option("--seed", seed_, "of the cells and the noise, default 1")
        ->option_text("N")
        ->type_name("N")
        ->check(CLI::Range(std::int64_t{0}, std::int64_t{9'000'000'000'000'000}));
    app.add_option("--out", out_, "write STEM.csv and STEM.svg; without it the CSV is printed")
        ->type_name("STEM");
  }

  Answer run(Console& console) override {
    const DeviceSpec device = load_device(name_);
    const std::string csv = out_ + ".csv", svg = out_ + ".svg";
    if (!out_.empty()) {
      OutputFiles outputs;
      outputs.keep(name_);
      outputs.add("--out", csv, {"the table of a curve", "pulses,direction,"});
      outputs.add("--out", svg, {"the plot of a curve", "<svg"});
    }
    const auto pulses = pulses_ > 0 ? static_cast<std::size_t>(pulses_) : pulses_for_curve(device);
    const Curve curve = simulate_curve(device, static_cast<std::size_t>(cells_), pulses, pulses,
                                       static_cast<std::uint64_t>(seed_));
    Answer answer;
    answer.json["device"] = device.name;
    answer.json["cells"] = curve.cells;
    answer.json["faulty"] = curve.faulty;
    answer.json["pulses"] = pulses;
    const double below = part_below_zero(device);
    answer.json["part_below_zero"] = below;
    if (out_.empty()) {
      answer.text = curve_csv(curve);
      answer.json["curve"] = points_of(curve);
      return answer;
    }
    io::write_file_atomically(csv, curve_csv(curve));
    io::write_file_atomically(svg, curve_svg(curve));
    answer.json["csv"] = csv;
    answer.json["svg"] = svg;
    const Look& look = console.out();
    answer.text = fmt::format(
        "{}: {} pulses {} on {} cells{}, mean from {} to {}\n  {}\n  {}\n", device.name,
        count(static_cast<std::int64_t>(pulses)), device.cell.one_sided ? "up" : "up and down",
        count(static_cast<std::int64_t>(curve.cells)),
        curve.faulty == 0 ? "" : fmt::format(" (without {} that are stuck or dead)", curve.faulty),
        quantity(lowest_S(curve), "S", look), quantity(highest_S(curve), "S", look), csv, svg);
    if (pulses_ == 0 && pulses >= kMostCurvePulses)
      answer.text += fmt::format(
          "  the curve ends after {} pulses, before the end of the window; --pulses N goes on\n",
          count(static_cast<std::int64_t>(pulses)));
    if (below > 0)
      answer.text += fmt::format(
          "  {} of the cells would conduct less than nothing at the bottom of their own windows, "
          "and are drawn at 0 S\n",
          percent(below, 2));
    return answer;
  }

 private:
  static Tree points_of(const Curve& curve) {
    Tree points = Tree::array();
    for (const CurvePoint& point : curve.points)
      points.push_back({{"pulses", point.pulses},
                        {"direction", point.up ? "up" : "down"},
                        {"g_mean_S", point.g_mean_S},
                        {"g_p10_S", point.g_p10_S},
                        {"g_p90_S", point.g_p90_S}});
    return points;
  }
  static double lowest_S(const Curve& curve) {
    double lowest_S = curve.points.empty() ? 0 : curve.points.front().g_mean_S;
    for (const CurvePoint& point : curve.points) lowest_S = std::min(lowest_S, point.g_mean_S);
    return lowest_S;
  }
  static double highest_S(const Curve& curve) {
    double highest_S = 0;
    for (const CurvePoint& point : curve.points) highest_S = std::max(highest_S, point.g_mean_S);
    return highest_S;
  }

  std::string name_, out_;
  std::int64_t cells_ = 200, pulses_ = 0, seed_ = 1;
};

}  // namespace nernst
