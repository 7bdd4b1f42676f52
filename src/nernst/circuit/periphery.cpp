// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/periphery.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace nernst {

void PeripherySpec::describe(Fields& f) {
  f.integer("dac_bits", dac_bits,
            {.min = 0, .max = 24, .help = "bits of the input converters; 0 = ideal"});
  f.integer("adc_bits", adc_bits,
            {.min = 0, .max = 24, .help = "bits of the output converters; 0 = ideal"});
  f.real("adc_bound", adc_bound,
         {.min = 1e-6,
          .max = 1e12,
          .help = "full scale of the output converters, in full inputs on full cells"});
  f.real("input_noise", input_noise, {.min = 0, .max = 100, .help = "noise of each input line"});
  f.real("output_noise", output_noise, {.min = 0, .max = 100, .help = "noise of each output line"});
  f.choice("noise_management", noise_management, {"none", "abs_max"},
           "scale inputs by their largest magnitude");
  f.choice("bound_management", bound_management, {"none", "iterative"},
           "repeat a saturated read with half the inputs");
}

ReadCounts& ReadCounts::operator+=(const ReadCounts& other) {
  reads += other.reads;
  dac_conversions += other.dac_conversions;
  adc_conversions += other.adc_conversions;
  saturated += other.saturated;
  repeats += other.repeats;
  drive += other.drive;
  return *this;
}

ReadCounts read_through(
    const PeripherySpec& spec, std::span<const double> in, std::span<double> out,
    std::uint64_t seed, std::uint32_t owner, std::uint64_t event,
    const std::function<void(std::span<const double>, std::span<double>)>& array) {
  ReadCounts counts;
  double largest = 0;
  for (const double v : in) largest = std::max(largest, std::abs(v));
  if (largest == 0) {
    // nothing is driven and nothing flows; the converters still run
    std::fill(out.begin(), out.end(), 0.0);
    counts.reads = 1;
    counts.dac_conversions = in.size();
    counts.adc_conversions = out.size();
    return counts;
  }

  const Converter dac(spec.dac_bits, 1.0), adc(spec.adc_bits, spec.adc_bound);
  const NoiseStream input_noise(seed, owner, Purpose::input_noise);
  const NoiseStream output_noise(seed, owner, Purpose::output_noise);
  const bool managed = spec.noise_management == NoiseManagement::abs_max;
  const int tries = spec.bound_management == BoundManagement::iterative ? 10 : 1;
  double scale = managed ? largest : 1.0;
  std::vector<double> driven(in.size());

  for (int attempt = 0; attempt < tries; ++attempt, scale *= 2) {
    // a repeated read meets new noise
    const std::uint64_t draw = (event << 4) + static_cast<std::uint64_t>(attempt);
    double drive = 0;
    for (std::size_t k = 0; k < in.size(); ++k) {
      driven[k] = dac.convert(in[k] / scale);
      if (spec.input_noise > 0) driven[k] += spec.input_noise * input_noise.normal<double>(k, draw);
      drive += driven[k] * driven[k];
    }
    array(driven, out);

    std::uint64_t saturated = 0;
    for (std::size_t k = 0; k < out.size(); ++k) {
      double current = out[k];
      if (spec.output_noise > 0)
        current += spec.output_noise * output_noise.normal<double>(k, draw);
      saturated += adc.saturates(current) ? 1 : 0;
      out[k] = adc.convert(current) * scale;
    }
    counts.reads += 1;
    counts.dac_conversions += in.size();
    counts.adc_conversions += out.size();
    counts.drive += drive;
    if (saturated == 0 || attempt + 1 == tries) {
      counts.saturated = saturated;
      counts.repeats = static_cast<std::uint64_t>(attempt);
      break;
    }
  }
  return counts;
}

}  // namespace nernst
