// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/program_trial.h"

#include "nernst/base/noise.h"
#include "nernst/chip/simulated_chip.h"

namespace nernst {

ProgramTrial try_programming(const DeviceSpec& device, std::int64_t cells, const VerifySpec& spec,
                             std::uint64_t seed) {
  constexpr std::size_t columns = 64;
  const std::size_t rows = (static_cast<std::size_t>(cells) + columns - 1) / columns;
  const bool pair = device.cell.one_sided;
  ChipSpec chip_spec;
  chip_spec.weight = pair ? WeightCoding::differential_pair : WeightCoding::reference_cell;
  SimulatedChip chip(chip_spec, device, {{.shape = {rows, columns}}}, seed, Backend::fast,
                     Threads(1));
  const double range = chip.weight_range(0);
  const double middle = pair ? 0 : (device.cell.w_max + device.cell.w_min) / 2;
  const NoiseStream stream(seed, 0, Purpose::initial_weight);
  Matrix<double> targets(rows, columns);
  for (std::size_t k = 0; k < targets.values().size(); ++k)
    targets.values()[k] = middle + 0.8 * range * (stream.uniform<double>(k, 0) - 0.5);
  ProgramTrial trial;
  trial.report = program_verify(chip, 0, targets.view(), spec);
  trial.weight_range = range;
  trial.ledger = chip.ledger().counts;
  return trial;
}

}  // namespace nernst
