// SPDX-License-Identifier: Apache-2.0
// Data to learn: what the `[data]` table asks for, and what every kind of data set becomes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nernst/base/matrix_view.h"
#include "nernst/base/parameters.h"
#include "nernst/experiment/data_fit.h"

namespace nernst {

// What inputs become. automatic: as the kind of data set thinks best; none: as they are; range: to
// [0, 1] by each feature's smallest and largest training value, images by 0 and 255; standard: each
// feature to mean 0 and deviation 1 over the training samples. Validation and test samples are
// scaled with the numbers of the training samples, and a feature that never changes in training
// becomes 0.
enum class Scaling { automatic, none, range, standard };

// What a generated logic gate computes.
enum class Gate { and_gate, or_gate, nand_gate, xor_gate };

// What stands between the fields of a line of a CSV file.
enum class Separator { automatic, comma, semicolon, tab, blanks };

// What stands before the fraction of a number in a CSV file.
enum class Decimal { automatic, point, comma };

// What becomes of a row of a CSV file that lacks a value: it is refused, left out, or filled from
// the training samples (with the mean of numbers and the most frequent category; or with the most
// frequent of both).
enum class Missing { refuse, drop, mean, most_frequent };

// The `[data]` table.
struct DataSpec {
  std::string name = "fashion-mnist";  // one of data_sets()
  std::string path = {};               // a folder or a file, for the kinds that read one
  std::string test_path = {};          // csv: a file of its own for the test
  std::string label_column = "last";   // csv: "first", "last", a number from 0, or a name
  bool label_column_given = false;     // not a key: set where the user has named it for these data
  // csv: the inputs, by names or numbers; empty = all others
  std::vector<std::string> columns = {};
  std::vector<std::string> drop = {};        // csv: columns that are no inputs
  std::vector<std::string> categories = {};  // csv: columns of numbers that only name kinds
  Missing missing = Missing::refuse;         // csv
  Separator separator = Separator::automatic;
  Decimal decimal = Decimal::automatic;
  bool transpose = false;       // idx: images lie on their side, as those of EMNIST do
  std::int64_t skip_lines = 0;  // csv: lines before the table
  Gate gate = Gate::xor_gate;   // logic
  std::int64_t repeats = 1;     // logic: times the four combinations come in an epoch
  double test_fraction = 0.2;   // of each class, where the data have no test samples of their own
  double validation_fraction = 0;  // of each class of what is left for training
  std::int64_t split_seed = 1;     // which samples these are
  Scaling scaling = Scaling::automatic;
  std::int64_t train_limit = 0;  // the first N training samples after the split; 0 = all
  std::int64_t test_limit = 0;
  void describe(Fields& f);
};

// Reads the table `[data]`, in which numbers may stand for names of columns. Throws ConfigError.
void read_data_spec(const Tree& table, DataSpec& spec);

// Samples and their classes; inputs is samples x features.
struct Samples {
  Matrix<float> inputs;
  std::vector<std::uint32_t> labels;    // empty where they are not known
  std::vector<std::size_t> lines = {};  // of each in its file, from 1; empty where it has none
  std::size_t size() const { return inputs.rows(); }
  bool labelled() const { return labels.size() == size(); }
};

// Data ready to learn from. Every class has training samples, at least before data.train_limit;
// samples are in the order of the file.
struct DataSet {
  std::string title;
  std::vector<std::string> classes;  // their names, which are fit to be shown
  Samples train, validation, test;   // validation is empty unless asked for
  std::string checksum;  // hex digest of all samples as they are here, after limits and scaling
  DataFit fit;           // what training fitted to them
  std::vector<std::string> remarks = {};  // what was found in them that their owner should know

  std::size_t features() const { return train.inputs.columns(); }
};

// Loads what `spec` asks for: reads, splits, limits, scales, and takes the checksum. The result is
// a pure function of the spec and the files. Throws ConfigError; for a set that is not on this
// machine the sentence names the Debian package that has it.
DataSet load_data(const DataSpec& spec);

// Data that a chip which learned with `fit` is to be shown.
struct DataToEvaluate {
  std::string title;       // where they are from
  std::string part;        // "test samples" of a set that has others too, or "samples"
  Samples samples;         // scaled as in training; labels are classes of the fit
  double far_outside = 0;  // part of the inputs far from all training samples
  std::string remark;      // what was passed over, as a sentence
  std::string checksum;    // hex digest of the samples as they are here
};

// Every sample of what `spec` names (the test samples, where the set has such apart), scaled and
// with the classes of `fit`; only path, layout and data.test_limit of the spec count. Throws
// ConfigError for features or classes that the fit does not have.
DataToEvaluate load_given_data(const DataSpec& spec, const DataFit& fit);

// The first `test_limit` (0 = all) of the test samples of the data that a run was trained on.
// Throws ConfigError unless `checksum` is theirs: they are not what they were.
DataToEvaluate load_own_test(DataSpec spec, std::int64_t test_limit, const std::string& checksum);

struct DataSetInfo {
  std::string_view name, help;
  bool found;         // on this machine (or generated, or the user's own files)
  std::string where;  // the path looked at, or what to do to have it
};
std::vector<DataSetInfo> data_sets();

}  // namespace nernst
