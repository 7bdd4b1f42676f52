// SPDX-License-Identifier: Apache-2.0
// The columns of a table of samples: which are inputs, and what each becomes.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nernst/base/matrix_view.h"
#include "nernst/experiment/data_fit.h"
#include "nernst/experiment/data_set.h"
#include "nernst/io/csv.h"

namespace nernst {

// No value: an empty field, "?", "NA", "N/A", "NaN" or "nan".
bool is_missing(std::string_view text);

// A column as errors call it: column 2 ("width").
std::string title_of(const io::CsvTable& table, std::size_t column);

// The column that `wanted` means: "first", "last", a number from 0, or a name. Throws
// ConfigError(field), which lists the columns that there are.
std::size_t find_column(const io::CsvTable& table, const std::string& field,
                        const std::string& wanted);

// All columns but that of the labels, in order.
std::vector<std::size_t> columns_but(const io::CsvTable& table, std::optional<std::size_t> label);

// Those of columns_but that data.columns and data.drop leave, as columns to be learned from.
// Columns of texts and those of data.categories become categories. Throws ConfigError, for a column
// that has both texts and numbers with the line.
std::vector<ColumnFit> fit_columns(const io::CsvTable& table, std::size_t label,
                                   const DataSpec& spec);

// A name for each feature; empty where the columns have none.
std::vector<std::string> feature_names(const std::vector<ColumnFit>& columns);

// What the owner of such columns should know, as sentences.
std::vector<std::string> remarks_on_columns(const io::CsvTable& table, std::size_t label,
                                            const std::vector<ColumnFit>& columns);

// The rows of the table that have all values in `sources`, or all rows where the policy is not to
// drop them.
std::vector<std::size_t> kept_rows(const io::CsvTable& table,
                                   const std::vector<std::size_t>& sources,
                                   std::optional<std::size_t> label, Missing missing);

// Whether what stands for gaps is still to be fitted, or was by a training.
enum class Fillings { can_be_chosen, are_fixed };

// The features of these rows: column k of the fit from column sources[k] of the table. What is
// missing is NaN where the policy is to fill it. Throws ConfigError with the line for anything that
// the fit does not know.
Matrix<double> features_of(const io::CsvTable& table, const std::vector<std::size_t>& rows,
                           const std::vector<std::size_t>& sources,
                           const std::vector<ColumnFit>& columns, Missing missing,
                           Fillings fillings = Fillings::can_be_chosen);

}  // namespace nernst
