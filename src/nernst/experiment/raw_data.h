// SPDX-License-Identifier: Apache-2.0
// What a kind of data set hands over: samples as they stand in its files, not yet split or scaled.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "nernst/base/error.h"
#include "nernst/base/matrix_view.h"
#include "nernst/experiment/data_set.h"

namespace nernst {

// Samples x features: numbers whose size a float can hold, or the pixels of images. Bytes stay
// bytes, so that a large set costs four times its memory only for the samples that are used.
using RawInputs = std::variant<Matrix<double>, Matrix<std::uint8_t>>;

struct RawSamples {
  RawInputs inputs;
  std::vector<std::uint32_t> labels;    // empty where they are not known
  std::vector<std::size_t> lines = {};  // of a table: the line of each in the file, from 1

  std::size_t size() const {
    return std::visit([](const auto& matrix) { return matrix.rows(); }, inputs);
  }
  std::size_t features() const {
    return std::visit([](const auto& matrix) { return matrix.columns(); }, inputs);
  }
};

// At least one training sample; each class occurs among the training samples, and each label, also
// of the test, is below classes.size(). Test and training samples have inputs of one type and size.
struct RawData {
  std::string title;
  std::vector<std::string> classes;
  RawSamples train;
  std::optional<RawSamples> test;    // none: part of the training samples is kept for it
  Scaling scaling = Scaling::range;  // what Scaling::automatic means here

  // as each class is called in the files; empty = as `classes`
  std::vector<std::string> labels = {};
  std::string label_name = {};                  // of the column of labels
  std::vector<std::string> feature_names = {};  // empty where they have none
  // Of a table; an input that is missing is NaN, as are all features of a category that is.
  std::vector<ColumnFit> columns = {};
  std::size_t table_columns = 0;
  std::vector<std::string> remarks = {};  // what was found that their owner should know
};

// Data for a chip that has learned already.
struct GivenData {
  std::string title;
  RawSamples samples;       // labels are classes of the fit; without any where the data have none
  bool test_part = false;   // these are the set's own test samples, and it has others
  std::string remark = {};  // what was passed over, as a sentence
};

// Whether a data set is on this machine, and where it is or how to get it.
struct Availability {
  bool found;
  std::string where;
};

// A kind of data set is a struct in a header of its own in data/, with these static members. Its
// load() throws ConfigError; it reads from the spec only what is its own, never splits, limits or
// scales.
template <class Kind>
concept DataSetKind = requires(const DataSpec& spec) {
  { Kind::kName } -> std::convertible_to<std::string_view>;
  { Kind::kHelp } -> std::convertible_to<std::string_view>;
  { Kind::load(spec) } -> std::same_as<RawData>;
  { Kind::found() } -> std::same_as<Availability>;
};

// A kind whose data may come without labels, or in another order than in training, also has this.
template <class Kind>
concept ReadsForAFit = requires(const DataSpec& spec, const DataFit& fit) {
  { Kind::load_given(spec, fit) } -> std::same_as<GivenData>;
};

// A text of the user's as errors show it: in quotes, fit for one line.
std::string in_quotes(std::string_view text);

// The error for a label in `where` that `fit` has no class for.
ConfigError unknown_class(const std::string& where, const std::string& label, const DataFit& fit);

// No set of samples is larger, as the floats that training uses.
inline constexpr std::size_t kMaxInputBytes = std::size_t{8} << 30;

// Throws ConfigError when the inputs of so many samples would need more than kMaxInputBytes as
// floats; called before they are allocated.
void refuse_too_large(std::size_t samples, std::size_t features);

}  // namespace nernst
