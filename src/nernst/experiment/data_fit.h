// SPDX-License-Identifier: Apache-2.0
// What a run learned of its data besides the weights: its features, their scale, and its classes.
// Later data meet the chip through it. All texts in it are UTF-8.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nernst/base/matrix_view.h"
#include "nernst/base/parameters.h"

namespace nernst {

// One feature becomes (x - offset) / width, or 0 where width is 0.
struct FeatureScale {
  double offset = 0, width = 1;
  double smallest = 0, largest = 0;  // of the training samples
};

// A column of a table and the features that it becomes.
struct ColumnFit {
  std::string name;                          // "" where the columns have none
  std::size_t place = 0;                     // among all columns but that of the labels
  std::vector<std::string> categories = {};  // a feature of 0 or 1 for each; empty = a number
  // What a missing value is taken for: a number, or the number of a category.
  std::optional<double> fill = {};

  std::size_t features() const { return categories.empty() ? 1 : categories.size(); }
};

struct DataFit {
  std::string kind;                        // of data set: data.name
  std::vector<std::string> classes;        // their names, which are fit to be shown
  std::vector<std::string> labels;         // as each class is called in the files
  std::string label_name;                  // of the column of labels; "" where it has no name
  std::vector<std::string> feature_names;  // empty where the features have none
  std::vector<FeatureScale> scales;        // one of each feature
  std::vector<ColumnFit> columns = {};     // of a table; empty for other data
  std::size_t table_columns = 0;           // all that the table had, but for the labels

  std::size_t features() const { return scales.size(); }
  // The class of a label, by the name in the files or the one that is shown, numbers by their
  // value; classes.size() where there is none.
  std::size_t class_of(const std::string& label) const;
};

// As the file data.json of a run folder. Reading throws ConfigError(name) for what is not such a
// fit.
Tree write_data_fit(const DataFit& fit);
DataFit read_data_fit(const Tree& tree, const std::string& name);

}  // namespace nernst
