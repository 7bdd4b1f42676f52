// SPDX-License-Identifier: Apache-2.0
#include "nernst/device/cell_spec.h"

#include "nernst/base/math.h"

namespace nernst {

namespace {
constexpr double kBoltzmann_J_per_K = 1.380649e-23;
}

void CellSpec::describe(Fields& f) {
  f.real(
      "dw_min", dw_min,
      {.min = 1e-12, .max = 2, .help = "change of w by one nominal pulse (the window is 2 wide)"});
  f.real(
      "up_down", up_down,
      {.min = -1,
       .max = 1,
       .help = "asymmetry, more than -1 and less than 1: steps up are dw_min (1 + up_down), down "
               "(1 - up_down)"});
  f.real("w_min", w_min, {.min = -1e6, .max = 0, .help = "lower bound of w"});
  f.real("w_max", w_max, {.min = 0, .max = 1e6, .help = "upper bound of w"});
  f.real("c2c", c2c,
         {.min = 0, .max = 100, .help = "cycle-to-cycle spread of a pulse, relative to its step"});
  f.real("write_noise", write_noise,
         {.min = 0, .max = 1e4, .help = "spread of the read value after a pulse, in steps dw_min"});
  f.real("read_noise", read_noise,
         {.min = 0, .max = 10, .help = "spread of one read of a cell, in w"});
  f.real("w_reset", w_reset, {.min = -1e6, .max = 1e6, .help = "where a reset leaves a cell"})
      .where(is_not_zero("training.refresh_every"));
  f.real("reset_spread", reset_spread, {.min = 0, .max = 10, .help = "spread of w after a reset"})
      .where(is_not_zero("training.refresh_every"));
  f.flag("one_sided", one_sided,
         "the cell can only be potentiated (needs weight = \"differential_pair\")");
  f.choice("reference", reference, {"nominal", "symmetry_point", "rest"},
           "what the cell's own reference is set to: w = 0, the symmetry point of the cell, or "
           "retention.w_rest, from where it does not move");
}

void SpreadSpec::describe(Fields& f) {
  f.real("step", step,
         {.min = 0, .max = 10, .help = "device-to-device spread of the step, relative"});
  f.choice("step_shape", step_shape, {"normal", "log_normal"},
           "distribution of the step over devices");
  f.real("up_down", up_down, {.min = 0, .max = 1, .help = "device-to-device spread of up_down"});
  f.real("w_min", w_min,
         {.min = 0, .max = 10, .help = "device-to-device spread of w_min, relative"});
  f.real("w_max", w_max,
         {.min = 0, .max = 10, .help = "device-to-device spread of w_max, relative"});
  f.real("gain", gain,
         {.min = 0, .max = 10, .help = "one device-to-device gain for step and bounds, relative"});
  f.real("offset", offset,
         {.min = 0, .max = 10, .help = "spread of w against the cell's own reference cell"})
      .where(is("chip.weight", {"reference_cell"}));
  f.real("offset_shared", offset_shared,
         {.min = 0, .max = 10, .help = "spread of w against a reference shared by a column"})
      .where(is("chip.weight", {"reference_column"}));
  f.real("reference", reference,
         {.min = 0, .help = "of w against a reference that was programmed (zero shifting)"})
      .where(is_not_zero("training.zero_shift"));
}

void FaultSpec::describe(Fields& f) {
  f.real("stuck", stuck, {.min = 0, .max = 1, .help = "fraction of cells that never change"});
  f.real("dead", dead, {.min = 0, .max = 1, .help = "fraction of cells that conduct nothing"});
}

void RetentionSpec::describe(Fields& f) {
  f.real("tau_s", tau_s,
         {.unit = "s", .min = 0, .help = "retention time constant; 0 = keeps for ever"});
  f.real("beta", beta,
         {.min = 0.05, .max = 1, .help = "exponent of the stretched exponential; 1 = leak"})
      .where(is_not_zero("tau_s"));
  f.real("w_rest", w_rest, {.min = -1e6, .max = 1e6, .help = "where w relaxes to"})
      .where(is_not_zero("tau_s"));
  f.real("e_activation_J", e_activation_J,
         {.unit = "J",
          .min = 0,
          .max = 1e-18,
          .help = "Arrhenius activation energy of the relaxation"})
      .where(is_not_zero("tau_s"));
  f.real("reference_temperature_K", reference_temperature_K,
         {.unit = "K", .min = 1, .max = 2000, .help = "temperature at which tau_s holds"})
      .where(is_not_zero("tau_s"));
  f.real("temperature_K", temperature_K,
         {.unit = "K", .min = 1, .max = 2000, .help = "temperature of the cells"})
      .where(is_not_zero("tau_s"));
  f.choice(
       "references", references, {"cells", "resistors"},
       "what the references of single cells are: cells, which relax as all do from when they were "
       "set, or fixed resistors")
      .where(is_not_zero("tau_s"))
      .where(is_not("chip.weight", {"differential_pair"}));
}

double RetentionSpec::tau_at_temperature_s() const {
  const double inverse_K = 1 / temperature_K - 1 / reference_temperature_K;
  return tau_s * math::exp(e_activation_J / kBoltzmann_J_per_K * inverse_K);
}

void PhysicalSpec::describe(Fields& f) {
  f.real("g_min_S", g_min_S,
         {.unit = "S",
          .min = -1e3,
          .max = 1e3,
          .help = "conductance at w = -1 (less than 0 only where w_min is above -1)"});
  f.real("g_max_S", g_max_S,
         {.unit = "S", .min = 1e-15, .max = 1e3, .help = "conductance at w = +1"});
  f.real("v_read_V", v_read_V,
         {.unit = "V", .min = 0, .max = 1e3, .help = "read voltage at full input"});
  f.real("v_write_V", v_write_V,
         {.unit = "V", .min = 0, .max = 1e3, .help = "voltage of a nominal pulse"})
      .where(is_on("chip.wires.enabled"));
  f.real("t_pulse_s", t_pulse_s,
         {.unit = "s", .min = 0, .max = 1e6, .help = "one slot of a pulse train, pause included"});
  f.real("e_pulse_J", e_pulse_J,
         {.unit = "J", .min = 0, .max = 1, .help = "energy of one nominal pulse on one cell"});
}

}  // namespace nernst
