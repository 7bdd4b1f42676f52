// SPDX-License-Identifier: Apache-2.0
#include "nernst/training/transfer/zero_shift.h"

#include <vector>

namespace nernst {

void zero_shift(Chip& chip, std::int64_t pairs, const std::function<void(double done)>& told) {
  std::size_t all_parts = 0, parts_done = 0;
  for (std::size_t a = 0; a < chip.arrays(); ++a) all_parts += chip.parts(a);
  for (std::size_t a = 0; a < chip.arrays(); ++a) {
    const ArrayShape shape = chip.shape(a);
    const std::vector<double> all(shape.columns, 1.0), up(shape.rows, -1.0), down(shape.rows, 1.0);
    for (std::size_t p = 0; p < chip.parts(a); ++p) {
      const ArrayPart part(a, p);
      for (std::int64_t k = 0; k < pairs; ++k) {
        chip.outer_update(part, all, up, chip.weight_step(part));
        chip.outer_update(part, all, down, chip.weight_step(part));
        if (told)
          told((static_cast<double>(parts_done) +
                static_cast<double>(k + 1) / static_cast<double>(pairs)) /
               static_cast<double>(all_parts));
      }
      chip.zero_references(part);
      ++parts_done;
    }
  }
}

}  // namespace nernst
