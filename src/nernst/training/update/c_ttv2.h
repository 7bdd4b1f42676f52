// SPDX-License-Identifier: Apache-2.0
// c-TTv2 (Rasch et al. 2024): TTv2 with choppers. The sign of an input line goes into what A is
// given and out of what is read, so that a wrong reference of A cancels from period to period.
#pragma once

#include <string_view>

#include "nernst/training/buffered_transfer.h"
#include "nernst/training/chopper.h"

namespace nernst {

class CTtv2 final : public BufferedTransfer {
 public:
  static constexpr std::string_view kName = "c_ttv2";
  static constexpr std::string_view kHelp = "ttv2 with choppers, against wrong references of A";
  CTtv2() : BufferedTransfer(0.1) {}

  void describe(Fields& f) override {
    BufferedTransfer::describe(f);
    chopper_.describe(f);
  }
  void prepare(Chip& chip, std::uint64_t seed) override {
    BufferedTransfer::prepare(chip, seed);
    chopper_.prepare(chip, seed);
  }
  double read_rate(double) const override { return 0; }  // A's share carries the choppers' signs
  std::vector<PlaneView> state() override {
    auto planes = BufferedTransfer::state();
    chopper_.add_planes(planes);
    return planes;
  }

 protected:
  std::vector<double> driven(std::size_t array, std::span<const double> x) const override {
    return chopper_.driven(array, x);
  }
  void transfer(Chip& chip, std::size_t array, std::size_t column,
                const std::vector<double>& read) override {
    std::vector<double> straight = read;
    for (double& value : straight) value *= chopper_.sign(array, column);
    buffer(chip, array, column, straight);
    chopper_.turn(array, column);
  }

 private:
  Chopper chopper_;
};

}  // namespace nernst
