// SPDX-License-Identifier: Apache-2.0
// A tile round another: does what that one does, but for what a circuit round it changes.
#pragma once

#include <memory>
#include <utility>

#include "nernst/tile/tile.h"

namespace nernst {

class TileDecorator : public Tile {
 public:
  explicit TileDecorator(std::unique_ptr<Tile> cells) : cells_(std::move(cells)) {}

  void mvm(MatrixView<const double> x, MatrixView<double> y,
           std::span<const std::uint64_t> events) const override {
    cells_->mvm(x, y, events);
  }
  void mvm_transposed(MatrixView<const double> y, MatrixView<double> x,
                      std::span<const std::uint64_t> events) const override {
    cells_->mvm_transposed(y, x, events);
  }
  void add_read_noise(ReadDirection direction, MatrixView<const double> driven,
                      MatrixView<double> sums,
                      std::span<const std::uint64_t> events) const override {
    cells_->add_read_noise(direction, driven, sums, events);
  }
  PulseCounts outer_update(const UpdatePulses& pulses, std::uint64_t event) override {
    return cells_->outer_update(pulses, event);
  }
  PulseCounts write_row(std::size_t row, std::span<const double> doses,
                        std::uint64_t event) override {
    return cells_->write_row(row, doses, event);
  }
  PulseCounts pulse(std::size_t row, std::size_t column, double dose,
                    std::uint64_t event) override {
    return cells_->pulse(row, column, dose, event);
  }
  void read_row(std::size_t row, std::span<double> net, std::uint64_t event) const override {
    cells_->read_row(row, net, event);
  }
  void reset_row(std::size_t row, std::uint64_t event) override { cells_->reset_row(row, event); }
  void zero_references(std::uint64_t event) override { cells_->zero_references(event); }
  void fabricate(MatrixView<const double> net) override { cells_->fabricate(net); }
  bool advance_to(double time_s) override { return cells_->advance_to(time_s); }
  void copy_net(MatrixView<double> net) const override { cells_->copy_net(net); }
  void copy_read_net(std::size_t first_row, MatrixView<double> net) const override {
    cells_->copy_read_net(first_row, net);
  }
  void copy_cells(MatrixView<double> cell, MatrixView<double> other) const override {
    cells_->copy_cells(cell, other);
  }
  std::uint32_t most_pulses() const override { return cells_->most_pulses(); }
  std::vector<PlaneView> state() override { return cells_->state(); }
  double net_step() const override { return cells_->net_step(); }

 protected:
  Tile& cells() const { return *cells_; }

 private:
  std::unique_ptr<Tile> cells_;
};

}  // namespace nernst
