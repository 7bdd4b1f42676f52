// SPDX-License-Identifier: Apache-2.0
// Tiki-Taka, TTv1 (Gokmen and Haensch 2020): columns of the fast array are added to the slow one as
// pulses, so that the asymmetry of the cells, which draws A to its symmetry point, does not draw
// the weights.
#pragma once

#include <string_view>

#include "nernst/training/fast_array.h"

namespace nernst {

class TikiTaka final : public FastArray {
 public:
  static constexpr std::string_view kName = "tiki_taka";
  static constexpr std::string_view kHelp =
      "gradients on a fast array A, read column by column and added to C; weights gamma A + C";
  TikiTaka() : FastArray(0.0, 0.1) {}

 protected:
  // C[:, column] += transfer_rate A[:, column]
  void transfer(Chip& chip, std::size_t array, std::size_t column,
                const std::vector<double>& read) override {
    std::vector<double> minus(read.size());
    for (std::size_t r = 0; r < read.size(); ++r) minus[r] = -read[r];
    chip.outer_update(array, unit(chip.shape(array).columns, column), minus, transfer_rate());
  }
};

}  // namespace nernst
