// SPDX-License-Identifier: Apache-2.0
// What the Tiki-Taka family shares (Gokmen and Haensch 2020): gradients go to a fast array A (part
// 1), and every so many updates one column of A is read, column after column, for the slow array C
// (part 0). A read of the compound array is gamma A + C.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "nernst/base/error.h"
#include "nernst/training/update_rule.h"

namespace nernst {

class FastArray : public UpdateRule {
 public:
  void describe(Fields& f) override {
    f.real("gamma", gamma_,
           {.min = 0, .max = 1e3, .help = "what A counts in the weight gamma A + C"});
    f.real("fast_factor", fast_factor_,
           {.min = 0, .max = 1e9, .help = "rate of A over the learning rate"});
    f.real("transfer_rate", transfer_rate_,
           {.min = 0, .max = 1e9, .help = "share of a column of A that goes on to C"});
    f.integer("transfer_every", transfer_every_,
              {.min = 1, .max = 1e9, .help = "updates between transfers"});
    f.integer("transfer_columns", transfer_columns_,
              {.min = 1,
               .max = 1 << 20,
               .help = "columns of A that a transfer reads, at most all of an array"});
  }

  bool needs_symmetry_point() const override { return true; }
  std::vector<double> gains() const override { return {1.0, gamma_}; }
  double read_rate(double rate) const override { return gamma_ * fast_factor_ * rate; }
  void prepare(Chip& chip, std::uint64_t) override {
    updates_.assign(chip.arrays(), 0);
    std::size_t most = 0;
    for (std::size_t array = 0; array < chip.arrays(); ++array)
      most = std::max(most, chip.shape(array).columns);
    if (static_cast<std::uint64_t>(transfer_columns_) > most)
      throw ConfigError(
          "transfer_columns", static_cast<double>(transfer_columns_),
          "the largest array has " + std::to_string(most) + " columns: give so many or fewer");
  }
  std::vector<PlaneView> state() override { return {{"rule/updates", std::span(updates_)}}; }

  // A -= fast_factor rate / B d x^T for every sample; then, where it is time, the next column.
  void update(Chip& chip, std::size_t array, const OuterProducts& products, double rate) override {
    const auto& [x, d, samples] = products;
    const double share = fast_factor_ * rate / static_cast<double>(samples);
    const auto every = static_cast<std::uint64_t>(transfer_every_);
    for (std::size_t b = 0; b < x.rows(); ++b) {
      chip.outer_update({array, 1}, driven(array, x.row(b)), d.row(b), share);
      for (std::size_t ended = products.samples_ending_with(b); ended-- > 0;)
        if (++updates_[array] % every == 0) transfer_columns(chip, array, updates_[array] / every);
    }
  }

 protected:
  FastArray(double gamma, double transfer_rate) : gamma_(gamma), transfer_rate_(transfer_rate) {}

  // Takes what was read of a column of A, one value for each row.
  virtual void transfer(Chip& chip, std::size_t array, std::size_t column,
                        const std::vector<double>& read) = 0;
  // The column lines of A, as they are driven in an update.
  virtual std::vector<double> driven(std::size_t, std::span<const double> x) const {
    return {x.begin(), x.end()};
  }

  static std::vector<double> unit(std::size_t size, std::size_t column) {
    std::vector<double> vector(size, 0.0);
    vector[column] = 1;
    return vector;
  }
  static std::vector<double> read_column(Chip& chip, ArrayPart part, std::size_t column) {
    const ArrayShape shape = chip.shape(part.array);
    const std::vector<double> line = unit(shape.columns, column);
    std::vector<double> values(shape.rows);
    chip.mvm_part(part, {line.data(), 1, line.size()}, {values.data(), 1, values.size()});
    return values;
  }
  double transfer_rate() const { return transfer_rate_; }

 private:
  // Transfer number `transfers`, from 1: the columns after those of the one before.
  void transfer_columns(Chip& chip, std::size_t array, std::uint64_t transfers) {
    const std::uint64_t all = chip.shape(array).columns;
    const std::uint64_t columns = std::min(static_cast<std::uint64_t>(transfer_columns_), all);
    const std::uint64_t first = (transfers - 1) * columns;
    for (std::uint64_t k = first; k < first + columns; ++k)
      transfer(chip, array, k % all, read_column(chip, {array, 1}, k % all));
  }

  double gamma_, fast_factor_ = 1, transfer_rate_;
  std::int64_t transfer_every_ = 1, transfer_columns_ = 1;
  std::vector<std::uint64_t> updates_;  // samples taken by each array
};

}  // namespace nernst
