// SPDX-License-Identifier: Apache-2.0
// How one array takes an outer product. Each rule is one file in `update/`.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "nernst/base/matrix_view.h"
#include "nernst/chip/chip.h"

namespace nernst {

// A rule is a class with a static kName and kHelp; dropping its file in gives it its name in
// configs.
class UpdateRule {
 public:
  virtual ~UpdateRule() = default;

  // W -= rate / B * sum over samples of d[b] x[b]^T; x is B x columns (bias included), d is B x
  // rows.
  virtual void update(Chip& chip, std::size_t array, MatrixView<const double> x,
                      MatrixView<const double> d, double rate) = 0;
};

// Throws ConfigError("training.update", ...) that names the nearest rule.
std::unique_ptr<UpdateRule> make_update_rule(const std::string& name);

struct NamedHelp {
  std::string_view name, help;
};
std::vector<NamedHelp> update_rules();

}  // namespace nernst
