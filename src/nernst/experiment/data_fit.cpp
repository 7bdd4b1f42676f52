// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/data_fit.h"

#include <algorithm>
#include <cmath>

#include "nernst/base/error.h"
#include "nernst/io/text.h"

namespace nernst {

namespace {

[[noreturn]] void damaged(const std::string& name, const std::string& key) {
  throw ConfigError(name, key,
                    "is missing or not what a run writes there; the file is damaged, or an earlier "
                    "Nernst made the run: train it anew");
}

const Tree& list_in(const Tree& tree, const char* key, const std::string& name) {
  if (!tree.is_object() || !tree.contains(key) || !tree[key].is_array()) damaged(name, key);
  return tree[key];
}

std::vector<std::string> texts_in(const Tree& tree, const char* key, const std::string& name) {
  std::vector<std::string> texts;
  for (const Tree& text : list_in(tree, key, name)) {
    if (!text.is_string()) damaged(name, key);
    texts.push_back(text);
  }
  return texts;
}

std::string need_text(const Tree& tree, const char* key, const std::string& name) {
  if (!tree.is_object() || !tree.contains(key) || !tree[key].is_string()) damaged(name, key);
  return tree[key];
}

std::vector<double> numbers_in(const Tree& tree, const char* key, const std::string& name) {
  std::vector<double> numbers;
  for (const Tree& number : list_in(tree, key, name)) {
    if (!number.is_number() || !std::isfinite(number.get<double>())) damaged(name, key);
    numbers.push_back(number);
  }
  return numbers;
}

std::size_t size_in(const Tree& tree, const char* key, const std::string& name) {
  if (!tree.is_object() || !tree.contains(key) || !tree[key].is_number_unsigned())
    damaged(name, key);
  return tree[key];
}

std::vector<ColumnFit> columns_in(const Tree& tree, const std::string& name) {
  std::vector<ColumnFit> columns;
  for (const Tree& one : list_in(tree, "columns", name)) {
    ColumnFit column{.name = need_text(one, "name", name),
                     .place = size_in(one, "place", name),
                     .categories = texts_in(one, "categories", name)};
    if (!one.contains("fill")) damaged(name, "fill");
    if (!one["fill"].is_null()) {
      if (!one["fill"].is_number()) damaged(name, "fill");
      column.fill = one["fill"].get<double>();
      const bool fits =
          std::isfinite(*column.fill) &&
          (column.categories.empty() ||
           (*column.fill >= 0 && *column.fill < static_cast<double>(column.categories.size())));
      if (!fits) damaged(name, "fill");
    }
    columns.push_back(std::move(column));
  }
  return columns;
}

}  // namespace

std::size_t DataFit::class_of(const std::string& label) const {
  const auto exact = std::find(labels.begin(), labels.end(), label);
  if (exact != labels.end()) return static_cast<std::size_t>(exact - labels.begin());
  const auto shown = std::find(classes.begin(), classes.end(), label);
  if (shown != classes.end()) return static_cast<std::size_t>(shown - classes.begin());
  if (const auto number = io::parse_number(label))
    for (std::size_t k = 0; k < labels.size(); ++k)
      if (io::parse_number(labels[k]) == number) return k;
  return classes.size();
}

Tree write_data_fit(const DataFit& fit) {
  Tree tree = Tree::object();
  tree["kind"] = fit.kind;
  tree["classes"] = fit.classes;
  tree["labels"] = fit.labels;
  tree["label_name"] = fit.label_name;
  tree["feature_names"] = fit.feature_names;
  tree["table_columns"] = fit.table_columns;
  tree["columns"] = Tree::array();
  for (const ColumnFit& column : fit.columns) {
    Tree one = Tree::object();
    one["name"] = column.name;
    one["place"] = column.place;
    one["categories"] = column.categories;
    one["fill"] = column.fill ? Tree(*column.fill) : Tree(nullptr);
    tree["columns"].push_back(one);
  }
  for (const char* key : {"offsets", "widths", "smallest", "largest"}) tree[key] = Tree::array();
  for (const FeatureScale& scale : fit.scales) {
    tree["offsets"].push_back(scale.offset);
    tree["widths"].push_back(scale.width);
    tree["smallest"].push_back(scale.smallest);
    tree["largest"].push_back(scale.largest);
  }
  return tree;
}

DataFit read_data_fit(const Tree& tree, const std::string& name) {
  DataFit fit;
  fit.kind = need_text(tree, "kind", name);
  fit.classes = texts_in(tree, "classes", name);
  fit.labels = texts_in(tree, "labels", name);
  fit.label_name = need_text(tree, "label_name", name);
  fit.feature_names = texts_in(tree, "feature_names", name);
  const auto offsets = numbers_in(tree, "offsets", name), widths = numbers_in(tree, "widths", name),
             smallest = numbers_in(tree, "smallest", name),
             largest = numbers_in(tree, "largest", name);
  if (offsets.empty()) damaged(name, "offsets");
  if (widths.size() != offsets.size()) damaged(name, "widths");
  if (smallest.size() != offsets.size()) damaged(name, "smallest");
  if (largest.size() != offsets.size()) damaged(name, "largest");
  if (!fit.feature_names.empty() && fit.feature_names.size() != offsets.size())
    damaged(name, "feature_names");
  fit.columns = columns_in(tree, name);
  std::size_t features = 0;
  for (const ColumnFit& column : fit.columns) features += column.features();
  if (!fit.columns.empty() && features != offsets.size()) damaged(name, "columns");
  fit.table_columns = size_in(tree, "table_columns", name);
  for (const ColumnFit& column : fit.columns)
    if (column.place >= fit.table_columns) damaged(name, "table_columns");
  if (fit.classes.size() < 2) damaged(name, "classes");
  if (fit.labels.size() != fit.classes.size()) damaged(name, "labels");
  for (std::size_t k = 0; k < offsets.size(); ++k) {
    if (widths[k] < 0) damaged(name, "widths");
    fit.scales.push_back({offsets[k], widths[k], smallest[k], largest[k]});
  }
  return fit;
}

}  // namespace nernst
