// SPDX-License-Identifier: Apache-2.0
// Residual learning on several tiles (Li et al. 2025, arXiv:2510.02516): the weight is a geometric
// sum W = sum over n of gamma^n W_n of tiles with few states. The finest tile takes the gradients;
// each tile is given, column by column and more rarely the coarser it is, what the next finer one
// holds, so that every tile learns what those before it leave.
#pragma once

#include <cmath>
#include <cstdint>
#include <string_view>
#include <vector>

#include "nernst/training/update_rule.h"

namespace nernst {

class Residual final : public UpdateRule {
 public:
  static constexpr std::string_view kName = "residual";
  static constexpr std::string_view kHelp =
      "weights as a geometric sum of tiles, each learning what the coarser ones leave";

  void describe(Fields& f) override {
    f.integer("tiles", tiles_, {.min = 2, .max = 16, .help = "tiles of the sum"});
    f.real("gamma", gamma_, {.min = 1e-3, .max = 1, .help = "ratio of the gains of two tiles"});
    f.real("fast_factor", fast_factor_,
           {.min = 0, .max = 1e9, .help = "rate of the finest tile over the learning rate"});
    f.real("transfer_rate", transfer_rate_,
           {.min = 0, .max = 1e9, .help = "share of a column that goes on to the coarser tile"});
    f.integer("transfer_every", transfer_every_,
              {.min = 1, .max = 1e9, .help = "updates between reads of a column of the finest"});
    f.integer("slower", slower_,
              {.min = 1, .max = 1e6, .help = "how much more rarely each coarser tile is given"});
  }

  bool needs_symmetry_point() const override { return true; }
  std::vector<double> gains() const override {
    std::vector<double> gains;
    for (std::int64_t n = 0; n < tiles_; ++n) gains.push_back(n == 0 ? 1.0 : gains.back() * gamma_);
    return gains;
  }
  double read_rate(double rate) const override { return gains().back() * fast_factor_ * rate; }
  void prepare(Chip& chip, std::uint64_t) override { updates_.assign(chip.arrays(), 0); }
  std::vector<PlaneView> state() override { return {{"rule/updates", std::span(updates_)}}; }

  // W_last -= fast_factor rate / B d x^T; every `transfer_every slower^k` updates
  // W_n[:, j] += transfer_rate W_{n+1}[:, j], k counting from the finest
  void update(Chip& chip, std::size_t array, const OuterProducts& products, double rate) override {
    const auto& [x, d, samples] = products;
    const auto last = static_cast<std::size_t>(tiles_ - 1);
    const double share = fast_factor_ * rate / static_cast<double>(samples);
    for (std::size_t b = 0; b < x.rows(); ++b) {
      chip.outer_update({array, last}, x.row(b), d.row(b), share);
      for (std::size_t ended = products.samples_ending_with(b); ended-- > 0;)
        pass_on_what_is_due(chip, array, ++updates_[array]);
    }
  }

 private:
  void pass_on_what_is_due(Chip& chip, std::size_t array, std::uint64_t samples) const {
    const std::size_t columns = chip.shape(array).columns;
    auto every = static_cast<std::uint64_t>(transfer_every_);
    for (auto n = static_cast<std::size_t>(tiles_ - 1); n-- > 0;
         every *= static_cast<std::uint64_t>(slower_)) {
      if (samples % every != 0) break;
      pass_on(chip, array, n, (samples / every - 1) % columns);
    }
  }
  void pass_on(Chip& chip, std::size_t array, std::size_t tile, std::size_t column) const {
    const ArrayShape shape = chip.shape(array);
    std::vector<double> line(shape.columns, 0.0), held(shape.rows);
    line[column] = 1;
    chip.mvm_part({array, tile + 1}, {line.data(), 1, line.size()}, {held.data(), 1, held.size()});
    for (double& value : held) value = -value;
    chip.outer_update({array, tile}, line, held, transfer_rate_);
  }

  std::int64_t tiles_ = 4, transfer_every_ = 1, slower_ = 3;
  double gamma_ = 0.4, fast_factor_ = 1, transfer_rate_ = 0.1;
  std::vector<std::uint64_t> updates_;
};

}  // namespace nernst
