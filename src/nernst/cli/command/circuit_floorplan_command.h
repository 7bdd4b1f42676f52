// SPDX-License-Identifier: Apache-2.0
// `nernst circuit floorplan`: how a network lies on a chip, and what each part costs.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nernst/chip/floorplan.h"
#include "nernst/chip/tile_blocks.h"
#include "nernst/cli/command.h"
#include "nernst/cli/quantity.h"
#include "nernst/cli/real_range.h"
#include "nernst/cli/run_options.h"
#include "nernst/cli/text_table.h"
#include "nernst/experiment/data_set.h"
#include "nernst/experiment/experiment_file.h"
#include "nernst/experiment/report.h"
#include "nernst/experiment/run_folder.h"
#include "nernst/io/file.h"
#include "nernst/io/json.h"

namespace nernst {

class CircuitFloorplanCommand final : public Command {
 public:
  static constexpr std::string_view kName = "circuit floorplan";
  static constexpr std::string_view kHelp =
      "how a network lies on tiles: area, time and energy of each part, samples per second";
  static constexpr std::string_view kExamples =
      "nernst circuit floorplan examples/two_layer.toml\n"
      "nernst circuit floorplan runs/two_layer --out floorplan.html\n"
      "nernst circuit floorplan examples/two_layer.toml --inputs 784 --set 'chip.tile=[128,128]'";

  void options(CLI::App& app) override {
    app.add_option("FILE", file_, "an experiment in TOML, or the folder of a run")
        ->type_name("")
        ->required();
    app.add_option("--inputs", inputs_, "of the network; default: those of the data set")
        ->option_text("N")
        ->check(CLI::Range(1, 1 << 24));
    app.add_option("--mean-square", activity_.mean_square_input,
                   "of the signals on input lines, default 1/3 (all sizes alike)")
        ->option_text("X")
        ->check(RealRange(0.0, 1.0));
    app.add_option("--slots", slots_,
                   "of an update's pulse trains, default 1; of these three a run has its own means")
        ->option_text("N")
        ->check(RealRange(0.0, 1e6));
    app.add_option("--line-pulses", line_pulses_, "on a line in an update, default 0.1")
        ->option_text("N")
        ->check(RealRange(0.0, 1e6));
    app.add_option("--cell-pulses", cell_pulses_, "on a cell in an update, default 0.0035")
        ->option_text("N")
        ->check(RealRange(0.0, 1e6));
    app.add_option("--out", out_, "a page with the picture of the chip")->type_name("FILE");
    add_set_option(app, settings_);
    add_strict_option(app, strict_);
  }

  Answer run(Console& console) override {
    Config config = read(console);
    const DeviceSpec device = device_.value_or(resolve_device(config));
    const std::vector<ArraySpec> arrays = array_specs(config);
    for (const ArraySpec& array : arrays)
      if (tile_blocks(config.chip, array.shape).size() > 4096)
        throw ConfigError("chip.tile",
                          fmt::format("[{}, {}]", config.chip.tile[0], config.chip.tile[1]),
                          fmt::format("cuts {} x {} weights into more than 4096 tiles; give larger "
                                      "ones",
                                      array.shape.rows, array.shape.columns));
    if (slots_) activity_.slots = *slots_;
    if (line_pulses_) activity_.line_pulses = *line_pulses_;
    if (cell_pulses_) activity_.cell_pulses = *cell_pulses_;
    const Floorplan plan = make_floorplan(config.chip, device, arrays, activity_);

    const std::string title =
        fmt::format("{} on {}{}", title_of(config), device.name,
                    config.chip.wires.enabled ? ", its wires taken as ideal" : "");
    Answer answer;
    answer.json = json_of(plan);
    answer.json["figures"] = figures_of(config.chip);
    answer.text = text_of(plan, title, console.out());
    if (!out_.empty()) {
      Tree data = Tree::object();
      data["title"] = title;
      data["runs"] = Tree::array();
      data["floorplan"] = answer.json;
      data["floorplan"]["title"] = title;
      write_report(out_, report_html(std::move(data)));
      answer.json["out"] = out_;
      answer.text += fmt::format("  {}\n", out_);
    }
    return answer;
  }

 private:
  // The figures of circuits and areas: {key, help, value, unit, assumed}, the last where nobody has
  // given another in the place of one without a source.
  static Tree figures_of(ChipSpec chip) {
    ChipSpec published;
    Tree figures = Tree::array();
    const auto add = [&](const char* table, const Fields& fields, const Fields& defaults) {
      for (std::size_t k = 0; k < fields.all().size(); ++k) {
        const Field& field = fields.all()[k];
        const bool own = field.value() != defaults.all()[k].value();
        figures.push_back(
            {{"key", fmt::format("chip.{}.{}", table, field.name)},
             {"help", field.note.help},
             {"value", field.value()},
             {"unit", field.note.unit},
             {"assumed", !own && field.note.help.find("assumed") != std::string_view::npos}});
      }
    };
    add("technology", fields_of(chip.technology), fields_of(published.technology));
    add("area", fields_of(chip.area), fields_of(published.area));
    return figures;
  }

  static constexpr std::size_t kSamples = 200;  // of a pipeline, until it runs steadily

  // The config with the inputs of its network.
  Config read(Console& console) {
    Config config;
    const bool is_run = std::filesystem::is_directory(file_);
    if (is_run) {
      if (!settings_.empty())
        throw ConfigError("--set", settings_.front(),
                          "a run has the chip that it began with; give its config instead");
      const OpenedRun run = open_run(file_);
      config = run.config;
      device_ = run.device;
      if (const auto result = read_result(run.folder.file("result.json"), &run.identity))
        activity_of(*result, config);
    } else {
      const Tree tree = read_experiment(file_, settings_);
      config = read_config(tree);
      heed_unread(console, unread_keys(tree, config), strict_);
    }
    if (inputs_ > 0) {
      config.network.inputs = static_cast<std::size_t>(inputs_);
    } else if (!is_run) {
      fit_network(config, load_data(config.data));
    }
    return config;
  }

  // What the updates of a finished run had in the mean.
  void activity_of(const Tree& result, const Config& config) {
    const Tree& ledger = result.at("ledger");
    const auto layers = static_cast<double>(config.network.layers.size());
    const double updates = ledger.value("outer_updates", 0.0) / layers;
    if (!(updates > 0) || !ledger.contains("time_parts_s")) return;
    double lines = 0, weights = 0;
    for (const ArraySpec& array : array_specs(config)) {
      lines += static_cast<double>(array.shape.rows + array.shape.columns);
      weights += static_cast<double>(array.shape.rows * array.shape.columns);
    }
    activity_.slots = ledger["time_parts_s"].value("pulses_s", 0.0) /
                      (updates * layers * device_->physical.t_pulse_s);
    activity_.line_pulses = ledger.value("line_pulses", 0.0) / (updates * lines);
    activity_.cell_pulses = ledger.value("pulses", 0.0) / (updates * weights);
  }

  static std::string title_of(const Config& config) {
    std::string widths = fmt::format("{}", config.network.inputs);
    for (const LayerSpec& layer : config.network.layers) widths += fmt::format("-{}", layer.units);
    return widths;
  }

  static Tree pipeline_json(const std::vector<PipelineTask>& tasks) {
    Tree json = {{"serial_s", serial_time_s(tasks)}, {"bottleneck_s", bottleneck_s(tasks)}};
    json["tasks"] = Tree::array();
    for (const PipelineTask& task : tasks)
      json["tasks"].push_back({{"name", task.name}, {"layer", task.layer}, {"t_s", task.t_s}});
    json["in_flight"] = Tree::array();
    for (std::size_t in_flight = 1; in_flight <= tasks.size() + 1; ++in_flight) {
      const PipelineRun run = run_pipeline(tasks, kSamples, in_flight);
      Tree one = {{"samples", in_flight},
                  {"latency_s", run.latency_s},
                  {"interval_s", run.interval_s},
                  {"samples_per_s", 1 / run.interval_s}};
      json["in_flight"].push_back(std::move(one));
    }
    // the first samples of the fullest one, to look at
    json["slots"] = Tree::array();
    for (const PipelineSlot& slot : run_pipeline(tasks, kSamples, tasks.size() + 1).slots)
      if (slot.sample < 6)
        json["slots"].push_back({{"sample", slot.sample},
                                 {"task", slot.task},
                                 {"begin_s", slot.begin_s},
                                 {"end_s", slot.end_s}});
    return json;
  }

  static Tree json_of(const Floorplan& plan) {
    Tree json = {{"width_m", plan.width_m},
                 {"height_m", plan.height_m},
                 {"die_m2", plan.width_m * plan.height_m},
                 {"area_m2", plan.area_m2()},
                 {"forward_J", plan.forward_J()},
                 {"training_J", plan.training_J()}};
    json["parts"] = Tree::array();
    for (std::size_t k = 0; k < kChipParts; ++k) {
      const auto kind = static_cast<ChipPart>(k);
      const PartCost part = plan.part(kind);
      json["parts"].push_back({{"part", chip_part_name(kind)},
                               {"number", part.number},
                               {"area_m2", part.area_m2},
                               {"forward_J", part.forward_J},
                               {"backward_J", part.backward_J},
                               {"update_J", part.update_J}});
    }
    json["layers"] = Tree::array();
    for (const LayerCost& layer : plan.layers)
      json["layers"].push_back({{"rows", layer.rows},
                                {"columns", layer.columns},
                                {"tiles", layer.tiles},
                                {"used", layer.used},
                                {"forward_s", layer.forward_s},
                                {"backward_s", layer.backward_s},
                                {"update_s", layer.update_s}});
    json["inference"] = pipeline_json(plan.inference);
    json["training"] = pipeline_json(plan.training);
    json["macros"] = Tree::array();
    for (const ChipMacro& macro : plan.macros) {
      const auto rectangle = [](const ChipRectangle& r) {
        return Tree{{"part", chip_part_name(r.part)},
                    {"x_m", r.x_m},
                    {"y_m", r.y_m},
                    {"width_m", r.width_m},
                    {"height_m", r.height_m}};
      };
      Tree one = rectangle(macro.place);
      one["part"] = macro.neurons ? "neurons" : "tile";
      one["layer"] = macro.layer;
      if (!macro.neurons) {
        one["first_row"] = macro.first_row;
        one["first_column"] = macro.first_column;
        one["columns"] = macro.columns;
      }
      one["rows"] = macro.rows;
      one["parts"] = Tree::array();
      for (const ChipRectangle& part : macro.parts) one["parts"].push_back(rectangle(part));
      json["macros"].push_back(std::move(one));
    }
    return json;
  }

  static std::string square_mm(double area_m2) { return fmt::format("{:.4f} mm2", area_m2 * 1e6); }

  static std::string text_of(const Floorplan& plan, const std::string& title, const Look& look) {
    std::string text = shaded(title, Shade::strong, look) + "\n";
    TextTable parts(std::vector<Align>{Align::left, Align::right, Align::right, Align::right,
                                       Align::right, Align::right, Align::right});
    parts.row({"part", "number", "area", "", "forward", "backward", "update"},
              std::vector<Shade>(7, Shade::faint));
    const double area_m2 = plan.area_m2();
    const auto energy = [&](double energy_J) {
      return energy_J > 0 ? quantity(energy_J, "J", look) : "-";
    };
    PartCost sum;
    for (std::size_t k = 0; k < kChipParts; ++k) {
      const auto kind = static_cast<ChipPart>(k);
      const PartCost part = plan.part(kind);
      sum += part;
      parts.row({chip_part_name(kind), count(static_cast<std::int64_t>(part.number)),
                 square_mm(part.area_m2), percent(part.area_m2 / area_m2, 1),
                 energy(part.forward_J), energy(part.backward_J), energy(part.update_J)});
    }
    parts.row({"all", "", square_mm(area_m2), "", energy(sum.forward_J), energy(sum.backward_J),
               energy(sum.update_J)},
              std::vector<Shade>(7, Shade::strong));
    text += parts.text(look);
    text +=
        fmt::format("  chip {:.3f} x {:.3f} mm, {} of it these parts; energies of one sample\n\n",
                    plan.width_m * 1e3, plan.height_m * 1e3,
                    percent(area_m2 / (plan.width_m * plan.height_m), 0));

    TextTable layers({Align::left, Align::right, Align::right, Align::right, Align::right,
                      Align::right, Align::right});
    layers.row({"layer", "weights", "tiles", "used", "forward", "backward", "update"},
               std::vector<Shade>(7, Shade::faint));
    for (std::size_t l = 0; l < plan.layers.size(); ++l) {
      const LayerCost& layer = plan.layers[l];
      layers.row({std::to_string(l), fmt::format("{} x {}", layer.rows, layer.columns),
                  std::to_string(layer.tiles), percent(layer.used, 1),
                  quantity(layer.forward_s, "s", look),
                  layer.backward_s > 0 ? quantity(layer.backward_s, "s", look) : "-",
                  quantity(layer.update_s, "s", look)});
    }
    text += layers.text(look) + "\n";

    TextTable speed({Align::left, Align::right, Align::right, Align::right});
    speed.row({"samples on their way", "latency", "one every", "samples/s"},
              std::vector<Shade>(4, Shade::faint));
    for (const auto& [name, tasks] :
         {std::pair{"inference", &plan.inference}, std::pair{"training", &plan.training}}) {
      double before_s = 0;
      for (std::size_t in_flight = 1; in_flight <= tasks->size() + 1; ++in_flight) {
        const PipelineRun run = run_pipeline(*tasks, kSamples, in_flight);
        // more that bring nothing are left out
        if (in_flight > 1 && run.interval_s > before_s * (1 - 1e-9)) continue;
        before_s = run.interval_s;
        speed.row({fmt::format("{}, {}", name, in_flight), quantity(run.latency_s, "s", look),
                   quantity(run.interval_s, "s", look), rounded_count(1 / run.interval_s)});
      }
    }
    return text + speed.text(look);
  }

  std::string file_, out_;
  std::int64_t inputs_ = 0;
  ChipActivity activity_;
  std::optional<double> slots_, line_pulses_, cell_pulses_;
  std::vector<std::string> settings_;
  bool strict_ = false;
  std::optional<DeviceSpec> device_;
};

}  // namespace nernst
