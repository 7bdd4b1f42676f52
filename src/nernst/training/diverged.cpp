// SPDX-License-Identifier: Apache-2.0
#include "nernst/training/diverged.h"

#include <fmt/format.h>

namespace nernst {

Diverged diverged_at(const TrainingPlace& place, const std::string& what,
                     const std::string& remedy) {
  return Diverged(
      fmt::format("{} diverged in epoch {} after {} samples, at a learning rate of {}: {}; {}",
                  place.training, place.epoch + 1, place.sample, place.rate, what, remedy));
}

bool is_bounded(double loss, std::size_t samples) {
  constexpr double hopeless = 1e6;
  return loss < hopeless * static_cast<double>(samples);
}

}  // namespace nernst
