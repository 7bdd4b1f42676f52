// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/compare_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "nernst/base/statistics.h"

namespace nernst {

namespace {

Tree summary_of(const std::vector<double>& values) {
  Tree tree = Tree::object();
  tree["mean"] = values.empty() ? Tree(nullptr) : Tree(mean(values));
  tree["spread"] = values.size() < 2 ? Tree(nullptr) : Tree(deviation(values));
  tree["values"] = values;
  return tree;
}

// A number of a result: "ledger.time_s"; NaN where it is null.
double number_in(const Tree& result, const std::string& path) {
  const Tree* place = &result;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('.', begin), path.size());
    place = &place->at(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return place->is_null() ? std::nan("") : place->get<double>();
}

// The same, NaN also where it is not there.
double number_or(const Tree& result, const std::string& key) {
  return result.contains(key) ? number_in(result, key) : std::nan("");
}

Tree strategy_row(const CompareJob& first, const std::vector<Tree>& results) {
  static const std::vector<std::pair<const char*, const char*>> columns = {
      {"test_accuracy", "test_accuracy"},
      {"balanced_accuracy", "balanced_accuracy"},
      {"time_s", "ledger.time_s"},
      {"energy_J", "ledger.energy_J"},
      {"pulses_per_cell_max", "ledger.pulses_per_cell_max"},
      {"cell_reads", "ledger.cell_reads"},
      {"verifies", "ledger.verifies"},
      {"signal_words", "ledger.signal_words_peak"},
      {"weight_words", "ledger.weight_words_peak"},
      {"host_bytes", "ledger.host_bytes"},
      {"digital_operations", "ledger.digital_operations"},
      {"host_operations", "host_operations"}};
  Tree row = {{"name", first.strategy}, {"device", first.device}, {"seeds", results.size()}};
  std::int64_t failed = 0;
  std::vector<const Tree*> done;
  for (const Tree& result : results) {
    if (result.contains("diverged"))
      ++failed;
    else
      done.push_back(&result);
  }
  row["failed"] = failed;
  // what a reader must know beside the numbers, each sentence once
  row["remarks"] = Tree::array();
  const auto remark = [&](const Tree& sentence) {
    if (std::find(row["remarks"].begin(), row["remarks"].end(), sentence) == row["remarks"].end())
      row["remarks"].push_back(sentence);
  };
  for (const Tree& result : results) {
    if (result.contains("diverged")) remark(result["diverged"]);
    if (result.contains("remarks"))
      for (const Tree& sentence : result["remarks"]) remark(sentence);
  }
  for (const auto& [name, path] : columns) {
    std::vector<double> values;
    for (const Tree* result : done)
      if (const double value = number_in(*result, path); !std::isnan(value))
        values.push_back(value);
    row[name] = summary_of(values);
  }
  std::vector<double> per_weight;
  for (const Tree* result : done)
    per_weight.push_back(number_in(*result, "ledger.pulses") / number_in(*result, "weights"));
  row["pulses_per_weight"] = summary_of(per_weight);
  return row;
}

// What the same training costs on digital hardware, in arithmetic and memory alone.
Tree baselines(double operations, const std::vector<double>& accuracies) {
  struct Machine {
    const char* name;
    double e_operation_J;
    const char* source;
  };
  // a multiply-add is two floating-point operations
  static const Machine machines[] = {
      {"GPU at peak (H100)", 2 * 0.7e-12, "0.7 pJ per operation at peak, quoted"},
      {"GPU at peak (V100)", 2 * 2.4e-12, "2.4 pJ per operation at peak, quoted"},
      {"digital, 45 nm, weights in SRAM", 4.6e-12 + 5e-12,
       "3.7 + 0.9 pJ for a multiply-add, 10 pJ for 64 bit of SRAM; quoted from Horowitz 2014"},
      {"digital, 45 nm, weights in DRAM", 4.6e-12 + 975e-12,
       "as before, 1.3 to 2.6 nJ for 64 bit of DRAM; quoted from Horowitz 2014"}};
  Tree list = Tree::array();
  for (const Machine& machine : machines) {
    Tree entry = {{"name", machine.name},
                  {"energy_J", operations * machine.e_operation_J},
                  {"operations", operations},
                  {"source", machine.source}};
    if (!accuracies.empty()) entry["test_accuracy"] = mean(accuracies);
    list.push_back(entry);
  }
  return list;
}

std::string text_of_first(const std::vector<Tree>& results, const char* key) {
  for (const Tree& result : results)
    if (result.is_object() && result.contains(key)) return result[key].get<std::string>();
  return "";
}

}  // namespace

Tree comparison_table(const Comparison& comparison, const std::vector<Tree>& results,
                      const std::filesystem::path& folder) {
  const std::vector<std::int64_t>& seeds = comparison.spec.seeds;
  Tree answer = Tree::object();
  answer["title"] = comparison.spec.title;
  answer["data"] = text_of_first(results, "data");
  answer["strategies"] = Tree::array();
  for (std::size_t first = 0; first < comparison.jobs.size(); first += seeds.size()) {
    std::vector<Tree> of_strategy;
    for (std::size_t k = 0; k < seeds.size(); ++k)
      if (const Tree& result = results[seeds.size() + first + k]; result.is_object())
        of_strategy.push_back(result);
    if (!of_strategy.empty())
      answer["strategies"].push_back(strategy_row(comparison.jobs[first], of_strategy));
  }
  std::vector<double> accuracies;
  std::vector<double> balanced;
  answer["float_remarks"] = Tree::array();
  for (std::size_t k = 0; k < seeds.size(); ++k) {
    if (!results[k].is_object()) continue;
    if (results[k].contains("diverged")) {
      answer["float_remarks"].push_back(results[k]["diverged"]);
      continue;
    }
    accuracies.push_back(results[k].at("test_accuracy").get<double>());
    balanced.push_back(number_or(results[k], "balanced_accuracy"));
  }
  answer["float_accuracy"] = summary_of(accuracies);
  answer["float_balanced_accuracy"] = summary_of(balanced);
  // of the samples, which are the same for all that did not diverge
  answer["largest_class_share"] = nullptr;
  answer["uneven_classes"] = false;
  for (const Tree& result : results) {
    if (!result.contains("largest_class_share")) continue;
    answer["largest_class_share"] = result["largest_class_share"];
    answer["uneven_classes"] = result["uneven_classes"];
    break;
  }
  const Tree& first = results.front();
  answer["baseline"] = first.is_object()
                           ? baselines(first.at("operations").get<double>(), accuracies)
                           : Tree::array();
  answer["folder"] = folder.string();
  return answer;
}

}  // namespace nernst
