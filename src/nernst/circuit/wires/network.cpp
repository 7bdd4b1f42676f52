// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/wires/network.h"

#include <cmath>

#include "nernst/base/error.h"

namespace nernst {

void check_conductances(MatrixView<const double> g_S, OpenCells open_cells,
                        const std::string& where) {
  if (g_S.empty()) throw ConfigError(where, "no cells", "give at least one row and one column");
  for (std::size_t r = 0; r < g_S.rows(); ++r) {
    for (std::size_t c = 0; c < g_S.columns(); ++c) {
      const double g = g_S(r, c);
      const std::string cell =
          where + ", row " + std::to_string(r) + ", column " + std::to_string(c) + " (from 0)";
      if (!std::isfinite(g)) throw ConfigError(cell, g, "give a conductance in siemens");
      if (g < 0) throw ConfigError(cell, g, "a conductance is not negative");
      if (g == 0 && open_cells == OpenCells::refused)
        throw ConfigError(cell, g, "no conductance; declare it if it is stuck open (--open-cells)");
    }
  }
}

void check_resistance(double r_Ohm, const std::string& field) {
  if (r_Ohm == 0 || (r_Ohm >= 1e-6 && r_Ohm <= 1e9)) return;
  throw ConfigError(field, r_Ohm, "give 0, or from 1e-6 to 1e9 ohm");
}

}  // namespace nernst
