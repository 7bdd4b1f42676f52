// SPDX-License-Identifier: Apache-2.0
// How one array takes an outer product. Each rule is one file in `update/`.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "nernst/base/matrix_view.h"
#include "nernst/base/parameters.h"
#include "nernst/base/planes.h"
#include "nernst/chip/chip.h"

namespace nernst {

// Outer products that an array is to take, one for each time that its lines were driven: x is
// K x columns (bias included), d is K x rows. A mean is over samples, of which each may have driven
// the lines many times.
struct OuterProducts {
  MatrixView<const double> x, d;
  std::size_t samples = 0;

  // Samples whose last product is number k: 1 where each sample has one product.
  std::size_t samples_ending_with(std::size_t k) const {
    return (k + 1) * samples / x.rows() - k * samples / x.rows();
  }
};

// A rule is a class with a static kName and kHelp; dropping its file in gives it its name in
// configs.
class UpdateRule {
 public:
  virtual ~UpdateRule() = default;

  // Its options: the table [training.NAME].
  virtual void describe(Fields&) {}

  // The parts of the compound array that it needs for each layer, by what they count in a read;
  // the first holds the weights that training starts from.
  virtual std::vector<double> gains() const { return {1.0}; }

  // Before the first update: takes what it holds for each weight from the chip's ledger, and gives
  // it back when it ends, so the chip must outlive the rule. `seed` is for its own draws.
  virtual void prepare(Chip&, std::uint64_t /*seed*/) {}

  // W -= rate / samples * sum over k of d[k] x[k]^T.
  virtual void update(Chip& chip, std::size_t array, const OuterProducts& products,
                      double rate) = 0;

  // How much of d x^T an update of `rate` takes at once from the weights that a read sees, which is
  // what progressive_compensated adds back; 0 where it changes them later, or otherwise.
  virtual double read_rate(double /*rate*/) const { return 0; }

  // Whether it relies on pulses up and down leading cells to their symmetry point.
  virtual bool needs_symmetry_point() const { return false; }

  // All that it remembers.
  virtual std::vector<PlaneView> state() { return {}; }
};

// Throws ConfigError("training.update", ...) that names the nearest rule, or one that names an
// option, such as training.ttv2.transfer_every.
std::unique_ptr<UpdateRule> make_update_rule(const std::string& name,
                                             const Tree& options = Tree::object());

struct NamedHelp {
  std::string_view name, help;
};
std::vector<NamedHelp> update_rules();

}  // namespace nernst
