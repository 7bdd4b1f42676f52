// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/periphery.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "nernst/base/lane_math.h"

namespace nernst {

void PeripherySpec::describe(Fields& f) {
  f.integer(
      "dac_bits", dac_bits,
      {.min = 0,
       .max = 24,
       .help = "bits b of the input converters: 2^b - 1 levels, zero among them (8: 255); 1 = a "
               "sign phase and on or off, three levels as with 2; 0 = ideal, with the time and the "
               "energy of 12 bits"});
  f.integer(
      "adc_bits", adc_bits,
      {.min = 0,
       .max = 24,
       .help =
           "bits b of the output converters: 2^b - 1 levels, zero among them (9: 511); 1 = a "
           "comparator, two levels at plus and minus half of the full scale; 0 = ideal, with the "
           "time and the energy of 12 bits"});
  f.real("adc_bound", adc_bound,
         {.min = 1e-6,
          .max = 1e12,
          .help = "full scale of the output converters, in full inputs on full cells"});
  f.real("line_bound", line_bound,
         {.min = 1e-6,
          .max = 1e9,
          .help = "full scale of the ADC where single lines are read, at the most adc_bound "
                  "(assumed: an integrator with a smaller capacitor)"});
  f.choice(
      "cell_reads", cell_reads, {"calibrated", "through_circuits"},
      "how single cells are read, as by program-verify: by what they conduct, with read noise; or "
      "that through DAC, amplifier, sample-and-hold and ADC with full scale line_bound (ideal ones "
      "still round to their bits)");
  f.integer("lines_per_adc", lines_per_adc,
            {.min = 1,
             .max = 1 << 20,
             .help = "output lines that take turns at one ADC (8: assumed); their time counts "
                     "where amplifiers are enabled"});
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
  common_drive += other.common_drive;
  return *this;
}

std::vector<ReadCounts> read_through(const PeripherySpec& spec, MatrixView<const double> in,
                                     MatrixView<double> out, std::uint64_t seed,
                                     std::uint32_t owner, std::span<const std::uint64_t> events,
                                     const TileProduct& array, const ReadCircuits* circuits) {
  NERNST_CHECK(in.rows() == out.rows() && events.size() == in.rows());
  const std::size_t inputs = in.columns(), outputs = out.columns();
  const Converter dac = Converter::dac(spec.dac_bits, 1.0),
                  adc = Converter::adc(spec.adc_bits, spec.adc_bound);
  const NoiseStream input_noise(seed, owner, Purpose::input_noise);
  const NoiseStream output_noise(seed, owner, Purpose::output_noise);
  const bool managed = spec.noise_management == NoiseManagement::abs_max;
  const int tries = spec.bound_management == BoundManagement::iterative ? 10 : 1;

  // reads that are still to be done, and what their inputs are divided by
  std::vector<ReadCounts> counts(in.rows());
  std::vector<std::size_t> waiting;
  std::vector<double> scale(in.rows(), 1.0);
  for (std::size_t b = 0; b < in.rows(); ++b) {
    const double largest = largest_magnitude(in.row(b));
    if (managed) scale[b] = largest;
    if (largest > 0) {
      waiting.push_back(b);
      continue;
    }
    // nothing is driven and nothing flows; the converters still run (and a comparator has no zero)
    std::ranges::fill(out.row(b), scale[b] * adc.convert(0.0));
    counts[b] = {.reads = 1, .dac_conversions = inputs, .adc_conversions = outputs};
  }

  Matrix<double> driven(waiting.size(), inputs), sums(waiting.size(), outputs);
  std::vector<std::uint64_t> draws(waiting.size());
  std::vector<float> z(std::max(inputs, outputs));
  for (int attempt = 0; attempt < tries && !waiting.empty(); ++attempt) {
    const std::size_t reads = waiting.size();
    for (std::size_t k = 0; k < reads; ++k) {
      const std::size_t b = waiting[k];
      // a repeated read meets new noise
      draws[k] = (events[b] << 4) + static_cast<std::uint64_t>(attempt);
      const auto line = driven.row(k);
      if (circuits != nullptr) {
        circuits->drive(in.row(b), scale[b], draws[k], line);
      } else {
        quantise(in.row(b), scale[b], dac.bound(), dac.step(), line);
      }
      if (spec.input_noise > 0) {
        fill_normals(input_noise, draws[k], std::span(z).first(inputs));
        for (std::size_t c = 0; c < inputs; ++c)
          line[c] += spec.input_noise * static_cast<double>(z[c]);
      }
      counts[b].drive += square_norm(line);
      const double sum = sum_of(line);
      counts[b].common_drive += sum * sum / static_cast<double>(inputs);
    }
    array(MatrixView<const double>(driven.view()).block(0, 0, reads, inputs),
          sums.view().block(0, 0, reads, outputs), std::span(draws).first(reads));

    std::vector<std::size_t> again;
    for (std::size_t k = 0; k < reads; ++k) {
      const std::size_t b = waiting[k];
      if (spec.output_noise > 0) fill_normals(output_noise, draws[k], std::span(z).first(outputs));
      std::uint64_t saturated = 0;
      if (circuits != nullptr) {
        for (std::size_t i = 0; i < outputs && spec.output_noise > 0; ++i)
          sums(k, i) += spec.output_noise * static_cast<double>(z[i]);
        saturated = circuits->take(sums.row(k), spec.adc_bound, scale[b], draws[k]);
      } else if (adc.is_comparator()) {
        for (std::size_t i = 0; i < outputs; ++i)
          sums(k, i) =
              scale[b] * adc.convert(sums(k, i) + spec.output_noise * static_cast<double>(z[i]));
      } else {
        saturated =
            quantise_outputs(sums.row(k), z, spec.output_noise, adc.bound(), adc.step(), scale[b]);
      }
      counts[b].reads += 1;
      counts[b].dac_conversions += inputs;
      counts[b].adc_conversions += outputs;
      if (saturated > 0 && attempt + 1 < tries) {
        counts[b].repeats += 1;
        scale[b] *= 2;
        again.push_back(b);
        continue;
      }
      counts[b].saturated = saturated;
      std::ranges::copy(sums.row(k), out.row(b).begin());
    }
    waiting = std::move(again);
  }
  return counts;
}

std::uint64_t read_cells_through(const PeripherySpec& spec, const ReadCircuits& circuits,
                                 std::size_t input, std::size_t first_output, std::span<double> net,
                                 std::uint64_t seed, std::uint32_t owner, std::uint64_t event) {
  const std::uint64_t draw = event << 4;
  const auto normal = [&](Purpose purpose, std::size_t line) {
    const NoiseStream stream(seed, owner, purpose);
    return static_cast<double>(math::normal<float>(stream.line_word(line, draw)));
  };
  double driven = circuits.drive_line(input, 1.0, draw);
  if (spec.input_noise > 0) driven += spec.input_noise * normal(Purpose::input_noise, input);
  for (std::size_t k = 0; k < net.size(); ++k) {
    net[k] *= driven;
    if (spec.output_noise > 0)
      net[k] += spec.output_noise * normal(Purpose::output_noise, first_output + k);
  }
  return circuits.take(net, spec.single_line_bound(), 1.0, draw, first_output);
}

}  // namespace nernst
