// SPDX-License-Identifier: Apache-2.0
// Choppers: a random sign for each input line of the fast array, changed now and then, so that what
// the array adds of its own has no sign in the mean (Rasch et al. 2024).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nernst/base/noise.h"
#include "nernst/base/parameters.h"
#include "nernst/base/planes.h"
#include "nernst/chip/chip.h"

namespace nernst {

class Chopper {
 public:
  void describe(Fields& f) {
    f.real("chopper_probability", probability_,
           {.min = 0, .max = 1, .help = "that a line changes its sign after its column was read"});
  }

  void prepare(const Chip& chip, std::uint64_t seed) {
    seed_ = seed;
    signs_.clear();
    reads_.clear();
    for (std::size_t a = 0; a < chip.arrays(); ++a) {
      signs_.emplace_back(chip.shape(a).columns, 1.0);
      reads_.emplace_back(chip.shape(a).columns, 0);
    }
  }

  double sign(std::size_t array, std::size_t column) const { return signs_[array][column]; }
  std::vector<double> driven(std::size_t array, std::span<const double> x) const {
    std::vector<double> lines(x.begin(), x.end());
    for (std::size_t c = 0; c < lines.size(); ++c) lines[c] *= signs_[array][c];
    return lines;
  }

  // After a read of a column: true where its sign was changed.
  bool turn(std::size_t array, std::size_t column) {
    const NoiseStream stream(seed_, static_cast<std::uint32_t>(array), Purpose::chopper);
    if (stream.uniform<double>(column, reads_[array][column]++) >= probability_) return false;
    signs_[array][column] = -signs_[array][column];
    return true;
  }

  void add_planes(std::vector<PlaneView>& planes) {
    for (std::size_t a = 0; a < signs_.size(); ++a) {
      planes.push_back({"rule/chopper_" + std::to_string(a), std::span(signs_[a])});
      planes.push_back({"rule/reads_" + std::to_string(a), std::span(reads_[a])});
    }
  }

 private:
  double probability_ = 0.1;
  std::uint64_t seed_ = 0;
  std::vector<std::vector<double>> signs_;
  std::vector<std::vector<std::uint64_t>> reads_;
};

}  // namespace nernst
