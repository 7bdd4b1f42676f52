// SPDX-License-Identifier: Apache-2.0
// Zero shifting (Kim et al. 2019, arXiv:1907.10228): pulses up and down in turn bring every cell to
// its symmetry point, which then becomes its reference, so that what asymmetry draws a weight to is
// 0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "nernst/chip/chip.h"

namespace nernst {

// `pairs` of single pulses to all cells of every part at once; then the references are written.
// The weights are those of the symmetry points afterwards: 0. `told(done)` hears now and then what
// part of the pulses was sent.
void zero_shift(Chip& chip, std::int64_t pairs, const std::function<void(double done)>& told = {});

}  // namespace nernst
