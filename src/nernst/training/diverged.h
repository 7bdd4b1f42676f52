// SPDX-License-Identifier: Apache-2.0
// How a training ends that is no longer finite.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace nernst {

// A loss, an error or a weight of a training is out of all bounds or no number at all. It is thrown
// before anything that is not finite is written to a cell, a file or a counter.
class Diverged : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Where a training was.
struct TrainingPlace {
  std::string training;     // "the training on the chip"
  std::uint64_t epoch = 0;  // from 0
  std::uint64_t sample = 0;
  double rate = 0;
};

// "the training in float diverged in epoch 1 after 200 samples, at a learning rate of 0.1: the loss
// is out of all bounds; REMEDY".
Diverged diverged_at(const TrainingPlace& place, const std::string& what,
                     const std::string& remedy);

// False where the mean loss of so many samples is no number, or far beyond what any network has
// that still learns, however large its outputs.
bool is_bounded(double loss, std::size_t samples);

}  // namespace nernst
