// SPDX-License-Identifier: Apache-2.0
// What every device has, whatever its law: window, nominal step, spreads, faults, retention, units.
//
// Inside Nernst a conductance is the pure number w: w = -1 at g_min_S and w = +1 at g_max_S.
#pragma once

#include <cstdint>

#include "nernst/base/parameters.h"

namespace nernst {

// What w = 0 of a cell with a reference of its own is: the middle of the nominal window, the cell's
// own symmetry point (zero shifting), or where w relaxes to, so that the reference stays.
enum class Reference { nominal, symmetry_point, rest };

// The nominal cell and the noise of its pulses.
struct CellSpec {
  double dw_min = 0.001;  // change of w by one nominal pulse where the law calls it nominal
  double up_down = 0;     // beta: steps up are dw_min (1 + beta), steps down dw_min (1 - beta)
  double w_min = -1, w_max = 1;  // the window of the nominal cell
  double c2c = 0;                // cycle-to-cycle spread of one pulse, relative to its step
  double write_noise = 0;        // spread of what is read after a pulse, in units of dw_min
  double read_noise = 0;         // spread of one read of a cell, in units of w
  double w_reset = 0;            // where a reset leaves a cell
  double reset_spread = 0;       // and its spread
  bool one_sided = false;        // the cell can only be potentiated; it needs a differential pair
  Reference reference = Reference::nominal;
  void describe(Fields& f);
};

enum class SpreadShape { normal, log_normal };

// Device-to-device spreads: one draw for each cell when it is fabricated.
struct SpreadSpec {
  double step = 0;  // relative, one draw for up and down alike
  SpreadShape step_shape = SpreadShape::normal;
  double up_down = 0;           // of beta, absolute
  double w_min = 0, w_max = 0;  // relative to the bound
  double gain = 0;              // relative, one draw for step and bounds together
  double offset = 0;            // of w against the cell's own reference cell
  double offset_shared = 0;     // of w against a reference that many cells share
  double reference = 0;         // of a reference that is programmed (zero shifting), in w
  void describe(Fields& f);
};

struct FaultSpec {
  double stuck = 0;  // fraction of cells that keep one conductance of their window for ever
  double dead = 0;   // fraction of cells that conduct nothing
  bool possible() const { return stuck > 0 || dead > 0; }
  void describe(Fields& f);
};

// What references of single cells are: cells like the others, which relax from when they were set,
// or resistors, which stay.
enum class References { cells, resistors };

// w relaxes to w_rest as exp(-(age / tau)^beta), what each pulse wrote with an age of its own (see
// Relaxation). beta = 1 is a plain leak. tau follows Arrhenius: tau(T) = tau_s exp(e_activation_J /
// k (1 / T - 1 / reference_temperature_K)).
struct RetentionSpec {
  double tau_s = 0;  // 0 = keeps for ever
  double beta = 1;
  double w_rest = 0;
  double e_activation_J = 0;
  double reference_temperature_K = 300;
  double temperature_K = 300;
  References references = References::cells;
  void describe(Fields& f);

  bool enabled() const { return tau_s > 0; }
  double tau_at_temperature_s() const;
};

// The units of the border.
struct PhysicalSpec {
  double g_min_S = 1e-6, g_max_S = 2e-6;
  double v_read_V = 0.1;
  double v_write_V = 1;
  double t_pulse_s = 1e-6;   // one slot of a pulse train, with its pause
  double e_pulse_J = 1e-12;  // energy of one nominal pulse on one cell
  void describe(Fields& f);

  double g_S(double w) const { return g_min_S + (w + 1) / 2 * (g_max_S - g_min_S); }
  // The same of a cell that is there: not below nothing.
  double cell_S(double w) const { return g_S(w) > 0 ? g_S(w) : 0; }
  // dG/dw
  double slope_S() const { return (g_max_S - g_min_S) / 2; }
  // The w at which nothing is conducted.
  double w_open() const { return -(g_max_S + g_min_S) / (g_max_S - g_min_S); }
};

}  // namespace nernst
