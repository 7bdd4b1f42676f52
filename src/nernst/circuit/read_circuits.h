// SPDX-License-Identifier: Apache-2.0
// The circuits that a signal passes on its way through one side of a tile: the DAC of its input
// line, then amplifier, sample-and-hold and ADC of each output line, with their errors.
//
// Parts that are not enabled are ideal. Signals are in units of a full input on a cell with w = 1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "nernst/circuit/amplifier.h"
#include "nernst/circuit/converter.h"
#include "nernst/circuit/sample_hold.h"
#include "nernst/circuit/technology.h"

namespace nernst {

struct ReadCircuitSpec {
  ConverterErrors dac, adc;    // [chip.dac], [chip.adc]
  AmplifierSpec amplifier;     // [chip.amplifier]
  SampleHoldSpec sample_hold;  // [chip.sample_hold]

  // Throws ConfigError where a converter with errors has no bits.
  void check(std::int64_t dac_bits, std::int64_t adc_bits) const;
  bool any() const {
    return dac.enabled || adc.enabled || amplifier.enabled || sample_hold.enabled;
  }
};

// One side of a tile, as its circuits see it.
struct ReadSide {
  std::size_t inputs = 0, outputs = 0;
  double unit_A = 0;        // current of a full input on a cell with w = 1
  double g_crossing_S = 0;  // of a crossing with an output line: a cell and its reference
  std::int64_t dac_bits = 0, adc_bits = 0;
  std::vector<double> full_scales = {20};  // of the ADC that will be asked for
  std::int64_t lines_per_adc = 1;
  double t_conversion_s = 0;  // of one line by its ADC
  std::uint64_t seed = 0;
  std::uint32_t owner = 0;
  std::uint32_t number = 0;  // 0 forward, 1 transposed
};

// Time and energy of one read of a side.
struct ReadCost {
  double t_s = 0;
  double e_dac_J = 0;        // of an input line
  double e_adc_J = 0;        // of an output line
  double e_amplifier_J = 0;  // of an output line, what holds it included
};

class ReadCircuits {
 public:
  // Throws what check throws.
  ReadCircuits(const ReadCircuitSpec& spec, const ReadSide& side);

  // What the lines carry for the inputs in / scale, clipped to full scale.
  void drive(std::span<const double> in, double scale, std::uint64_t event,
             std::span<double> lines) const;
  // The same of one line alone, for an input of `in`.
  double drive_line(std::size_t line, double in, std::uint64_t event) const;
  // Takes the sums of the output lines from `first_line` on to what the ADCs of full scale `bound`
  // give for them, times `scale`, in place; `bound` is one of side.full_scales. Returns how many
  // were clipped, by amplifier or ADC.
  std::uint64_t take(std::span<double> sums, double bound, double scale, std::uint64_t event,
                     std::size_t first_line = 0) const;

  // The amplifier of a line, at this full scale of the ADC.
  AmplifierLoop loop(double bound) const;
  double t_settle_s(double bound) const;
  // Without an amplifier enabled, the technology's own figures.
  ReadCost cost(double bound, const TechnologySpec& technology) const;

 private:
  // What follows from a full scale.
  struct Range {
    double full_scale = 0;
    double t_settle_s = 0;
    double gain = 1;      // of the output, as far as it has settled
    double offset_V = 0;  // at the output, for one volt of offset
    double noise_V = 0;   // at the output
  };
  Range range_of(double full_scale) const;
  const Range& range(double full_scale) const;

  ReadCircuitSpec spec_;
  ReadSide side_;
  ConverterBank dac_, adc_;                 // full scale 1; empty where not enabled
  std::vector<double> amplifier_offset_V_;  // of each output line
  std::vector<Range> ranges_;               // of side.full_scales
};

}  // namespace nernst
