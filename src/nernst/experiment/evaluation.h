// SPDX-License-Identifier: Apache-2.0
// How well a network classifies some samples.
#pragma once

#include <cstdint>
#include <functional>

#include "nernst/base/matrix_view.h"
#include "nernst/experiment/data_set.h"
#include "nernst/network/network.h"
#include "nernst/training/digital/float_network.h"
#include "nernst/training/loss.h"

namespace nernst {

struct Evaluation {
  double accuracy = 0;             // fraction right
  double loss = 0;                 // mean
  Matrix<std::int64_t> confusion;  // true class x predicted class
  // samples where several units share the largest output, as those of a coarse ADC do: the first
  // of their classes counts as the answer
  std::int64_t undecided = 0;
  // Of each sample the class, and the output of each unit, where these were asked for.
  std::vector<std::uint32_t> predicted;
  Matrix<double> outputs;
};

// "7 of 59 samples (11.9 %) have several units of the same largest output; the first of their
// classes is taken"; "" where these are few.
std::string undecided_remark(std::int64_t undecided, std::size_t samples);

// Called now and then with the number of samples done; returns true to stop.
using SamplesDone = std::function<bool(std::size_t done)>;

enum class KeepOutputs : bool { no, yes };

// Forward passes of all samples on the chip, entered in the ledger like any other work. Samples
// without labels have neither accuracy nor loss nor confusion. Throws Interrupted when `done` asks
// to stop.
Evaluation evaluate(Network& network, LossKind loss, const Samples& samples, std::size_t classes,
                    const SamplesDone& done, KeepOutputs keep = KeepOutputs::no);

// The same for the float twin.
Evaluation evaluate(FloatNetwork& network, LossKind loss, const Samples& samples,
                    std::size_t classes, const SamplesDone& done);

// Somebody asked to stop (Ctrl-C).
class Interrupted : public std::exception {
 public:
  const char* what() const noexcept override { return "interrupted"; }
};

}  // namespace nernst
