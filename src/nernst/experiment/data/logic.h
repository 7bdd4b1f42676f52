// SPDX-License-Identifier: Apache-2.0
// Logic gates of two inputs, as learned by Li et al. 2021 (Front. Neurosci. 15:636127); generated.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "nernst/experiment/raw_data.h"

namespace nernst {

struct Logic {
  static constexpr std::string_view kName = "logic";
  static constexpr std::string_view kHelp =
      "generated: the four combinations of two inputs through AND, OR, NAND or XOR (data.gate)";

  // Training and test have the same four samples: what counts is whether all come out right.
  static RawData load(const DataSpec& spec) {
    constexpr std::string_view titles[] = {"AND", "OR", "NAND", "XOR"};
    return {.title = std::string(titles[static_cast<std::size_t>(spec.gate)]),
            .classes = {"0", "1"},
            .train = combinations(spec.gate, static_cast<std::size_t>(spec.repeats)),
            .test = combinations(spec.gate, 1),
            .scaling = Scaling::none};
  }

  static Availability found() { return {true, "generated"}; }

 private:
  static bool output(Gate gate, bool a, bool b) {
    switch (gate) {
      case Gate::and_gate:
        return a && b;
      case Gate::or_gate:
        return a || b;
      case Gate::nand_gate:
        return !(a && b);
      case Gate::xor_gate:
        return a != b;
    }
    return false;
  }

  static RawSamples combinations(Gate gate, std::size_t repeats) {
    const std::size_t samples = 4 * repeats;
    refuse_too_large(samples, 2);
    Matrix<double> inputs(samples, 2);
    RawSamples result;
    for (std::size_t k = 0; k < samples; ++k) {
      const bool a = (k & 2) != 0, b = (k & 1) != 0;
      inputs(k, 0) = a ? 1 : 0;
      inputs(k, 1) = b ? 1 : 0;
      result.labels.push_back(output(gate, a, b) ? 1 : 0);
    }
    result.inputs = std::move(inputs);
    return result;
  }
};

}  // namespace nernst
