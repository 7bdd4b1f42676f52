// SPDX-License-Identifier: Apache-2.0
// What TTv2 and its successors share (Gokmen 2021): between the fast and the slow array stands a
// digital buffer H, one word for each weight, that counts in pulses of C.
#pragma once

#include <vector>

#include "nernst/training/fast_array.h"

namespace nernst {

class BufferedTransfer : public FastArray {
 public:
  void prepare(Chip& chip, std::uint64_t seed) override {
    FastArray::prepare(chip, seed);
    buffers_.clear();
    for (std::size_t a = 0; a < chip.arrays(); ++a)
      buffers_.emplace_back(chip.ledger(), chip.shape(a).rows, chip.shape(a).columns);
  }
  std::vector<PlaneView> state() override {
    std::vector<PlaneView> planes = FastArray::state();
    add_planes(planes, "rule/h_", buffers_);
    return planes;
  }

 protected:
  explicit BufferedTransfer(double transfer_rate) : FastArray(0, transfer_rate) {}

  // H[:, column] += transfer_rate read / step of C; where |H| >= 1, C gets one pulse and H starts
  // again from 0, so that what a single pulse cannot pass on does not pile up.
  void buffer(Chip& chip, std::size_t array, std::size_t column, const std::vector<double>& read) {
    Matrix<double>& h = buffers_[array].values();
    const double step = chip.weight_step(array);
    std::vector<double> pulses(read.size(), 0.0);
    bool any = false;
    for (std::size_t r = 0; r < read.size(); ++r) {
      double& held = h(r, column);
      held += transfer_rate() * read[r] / step;
      if (held < 1 && held > -1) continue;
      any = true;
      pulses[r] = held > 0 ? 1 : -1;
      held = 0;
      // (an update takes d away)
      pulses[r] = -pulses[r];
    }
    const auto words = static_cast<std::int64_t>(read.size());
    chip.enter_digital(words, 2 * words);
    if (any) chip.outer_update(array, unit(h.columns(), column), pulses, step);
  }

  static void add_planes(std::vector<PlaneView>& planes, const std::string& name,
                         std::vector<HeldWeights>& held) {
    for (std::size_t a = 0; a < held.size(); ++a)
      planes.push_back({name + std::to_string(a), std::span(held[a].values().values())});
  }

 private:
  std::vector<HeldWeights> buffers_;
};

}  // namespace nernst
