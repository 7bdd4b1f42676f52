// SPDX-License-Identifier: Apache-2.0
// AGAD (Rasch et al. 2024): c-TTv2 whose reference is estimated on the way. What goes on to C is
// the difference between a read and the mean of the reads of the period before, when the chopper
// had the other sign; over a period that is the difference of the means of both.
#pragma once

#include <string_view>
#include <vector>

#include "nernst/training/buffered_transfer.h"
#include "nernst/training/chopper.h"

namespace nernst {

class Agad final : public BufferedTransfer {
 public:
  static constexpr std::string_view kName = "agad";
  static constexpr std::string_view kHelp =
      "c_ttv2 with the reference of A estimated on the way; three words for each weight";
  Agad() : BufferedTransfer(0.1) {}

  void describe(Fields& f) override {
    BufferedTransfer::describe(f);
    chopper_.describe(f);
  }
  void prepare(Chip& chip, std::uint64_t seed) override {
    BufferedTransfer::prepare(chip, seed);
    chopper_.prepare(chip, seed);
    mean_.clear();
    past_.clear();
    reads_.clear();
    for (std::size_t a = 0; a < chip.arrays(); ++a) {
      const ArrayShape shape = chip.shape(a);
      mean_.emplace_back(chip.ledger(), shape.rows, shape.columns);
      past_.emplace_back(chip.ledger(), shape.rows, shape.columns);
      reads_.emplace_back(shape.columns, 0);
    }
  }
  double read_rate(double) const override { return 0; }
  std::vector<PlaneView> state() override {
    auto planes = BufferedTransfer::state();
    chopper_.add_planes(planes);
    add_planes(planes, "rule/mean_", mean_);
    add_planes(planes, "rule/past_", past_);
    for (std::size_t a = 0; a < reads_.size(); ++a)
      planes.push_back({"rule/period_" + std::to_string(a), std::span(reads_[a])});
    return planes;
  }

 protected:
  std::vector<double> driven(std::size_t array, std::span<const double> x) const override {
    return chopper_.driven(array, x);
  }
  void transfer(Chip& chip, std::size_t array, std::size_t column,
                const std::vector<double>& read) override {
    Matrix<double>&mean = mean_[array].values(), &past = past_[array].values();
    const auto reads = static_cast<double>(++reads_[array][column]);
    std::vector<double> difference(read.size());
    for (std::size_t r = 0; r < read.size(); ++r) {
      difference[r] = chopper_.sign(array, column) * (read[r] - past(r, column));
      mean(r, column) += (read[r] - mean(r, column)) / reads;
    }
    const auto words = static_cast<std::int64_t>(read.size());
    chip.enter_digital(2 * words, 3 * words);
    buffer(chip, array, column, difference);
    if (!chopper_.turn(array, column)) return;
    for (std::size_t r = 0; r < read.size(); ++r) {
      past(r, column) = mean(r, column);
      mean(r, column) = 0;
    }
    reads_[array][column] = 0;
  }

 private:
  Chopper chopper_;
  std::vector<HeldWeights> mean_, past_;           // of the reads of this period, and the last
  std::vector<std::vector<std::uint64_t>> reads_;  // in this period, of each column
};

}  // namespace nernst
