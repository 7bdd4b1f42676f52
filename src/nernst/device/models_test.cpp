// SPDX-License-Identifier: Apache-2.0
// Each law against its own equation.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "nernst/base/error.h"
#include "nernst/device/fabricate.h"
#include "nernst/device/some_device_test.h"

namespace nernst {
namespace {

template <class Law>
CellOf<Law, double> cell_of(const DeviceSpec& device, const Law& law) {
  const NoiseStream stream(1, 0, Purpose::fabrication);
  return fabricate_cell(device, law, CellDraws(stream, 0)).cell;
}

template <class Law>
Change<double> change(const Law& law, const CellOf<Law, double>& cell, double w, bool up,
                      double c2c = 0.3) {
  StateOf<Law, double> state{};
  state.w = w;
  return law.pulse(cell, state, up, c2c);
}

DeviceSpec device_with(double w_min, double w_max) {
  DeviceSpec device;
  device.cell.dw_min = 0.01;
  device.cell.up_down = 0.2;
  device.cell.w_min = w_min;
  device.cell.w_max = w_max;
  return device;
}

TEST(ConstantStep, IsTheSameEverywhere) {
  const DeviceSpec device = device_with(-1, 1);
  const ConstantStep law;
  const auto cell = cell_of(device, law);
  for (const double w : {-1.0, 0.0, 0.7}) {
    EXPECT_DOUBLE_EQ(change(law, cell, w, true).mean, 0.012);
    EXPECT_DOUBLE_EQ(change(law, cell, w, false).mean, -0.008);
    EXPECT_DOUBLE_EQ(change(law, cell, w, true).spread, 0.3 * 0.012);
  }
}

TEST(Ideal, GoesOnForEver) {
  DeviceSpec device = device_with(-1, 1);
  const Ideal law;
  const auto cell = cell_of(device, law);
  WeightState<double> state{0};
  for (int k = 0; k < 1000; ++k) state = apply_dose(law, cell, state, 1.0, true, 0.0, 0.0);
  EXPECT_NEAR(state.w, 12, 1e-12);
}

TEST(LinearStep, ShrinksAsItsEquationSays) {
  const DeviceSpec device = device_with(-0.8, 1.2);
  LinearStep law{.gamma_up = 0.3, .gamma_down = 0.5, .noise = StepNoise::additive};
  const auto cell = cell_of(device, law);
  for (const double w : {-0.8, -0.1, 0.0, 0.6, 1.2}) {
    EXPECT_NEAR(change(law, cell, w, true).mean, 0.012 * (1 - 0.3 * w / 1.2), 1e-15);
    EXPECT_NEAR(change(law, cell, w, false).mean, -0.008 * (1 + 0.5 * w / 0.8), 1e-15);
    EXPECT_NEAR(change(law, cell, w, true).spread, 0.3 * 0.012, 1e-15);
  }
  law.noise = StepNoise::multiplicative;
  EXPECT_NEAR(change(law, cell, 0.6, true).spread, 0.3 * 0.012 * (1 - 0.3 * 0.6 / 1.2), 1e-15);
}

// w* = (a+ - a-) / (a+ gamma_up / b_max - a- gamma_down / b_min)
TEST(LinearStep, SymmetryPointIsTheFormula) {
  DeviceSpec device = device_with(-0.8, 1.2);
  const LinearStep law{.gamma_up = 0.3, .gamma_down = 0.5};
  EXPECT_NEAR(symmetry_point(law, cell_of(device, law)),
              (0.012 - 0.008) / (0.012 * 0.3 / 1.2 + 0.008 * 0.5 / 0.8), 1e-12);
}

TEST(SoftBounds, SymmetryPointIsTheFormulaAndAlternatingPulsesLeadThere) {
  DeviceSpec device = device_with(-0.8, 1.2);
  const SoftBounds law;
  const auto cell = cell_of(device, law);
  const double expected = (0.012 - 0.008) / (0.012 / 1.2 + 0.008 / 0.8);
  EXPECT_NEAR(symmetry_point(law, cell), expected, 1e-12);

  WeightState<double> state{-0.7};
  for (int k = 0; k < 5000; ++k) {
    state = apply_dose(law, cell, state, 1.0, true, 0.0, 0.0);
    state = apply_dose(law, cell, state, 1.0, false, 0.0, 0.0);
  }
  // the step down starts where the step up has ended, so the pair ends within a step of it
  EXPECT_NEAR(state.w, expected, 0.012);
}

TEST(SoftBounds, LeaveNoStepAtTheBoundTheyMoveTo) {
  const DeviceSpec device = device_with(-0.8, 1.2);
  const SoftBounds law;
  const auto cell = cell_of(device, law);
  EXPECT_NEAR(change(law, cell, 1.2, true).mean, 0, 1e-17);
  EXPECT_NEAR(change(law, cell, -0.8, false).mean, 0, 1e-17);
  EXPECT_NEAR(change(law, cell, 0, true).mean, 0.012, 1e-15);
  EXPECT_NEAR(change(law, cell, -0.8, true).mean, 0.012 * (1 + 0.8 / 1.2), 1e-15);
}

TEST(ExponentialStep, IsItsEquation) {
  const DeviceSpec device = device_with(-1, 1);
  const ExponentialStep law{.amplitude_up = -1.2,
                            .amplitude_down = -0.1,
                            .gamma_up = 5,
                            .gamma_down = 4,
                            .a = -0.5,
                            .b = -0.4,
                            .noise_floor = 0.002,
                            .noise_slope = 0.003};
  const auto cell = cell_of(device, law);
  for (const double w : {-1.0, -0.3, 0.0, 0.8}) {
    const double z = 2 * -0.5 * w / 2 - 0.4;
    const double up = 0.012 * (1 + 1.2 * std::exp(5 * z));
    const double down = 0.008 * (1 + 0.1 * std::exp(-4 * z));
    EXPECT_NEAR(change(law, cell, w, true).mean, up, 1e-14);
    EXPECT_NEAR(change(law, cell, w, false).mean, -down, 1e-14);
    EXPECT_NEAR(change(law, cell, w, true).spread, 0.3 * (up + 0.002 + 0.003 * std::abs(w)), 1e-14);
  }
}

TEST(ExponentialStep, OfAOneSidedCellOnlyRises) {
  DeviceSpec device = device_with(0, 2);
  device.cell.one_sided = true;
  const ExponentialStep law{
      .amplitude_up = -27, .gamma_up = 2.5, .a = -1, .b = 0, .noise_floor = 0.04};
  const auto cell = cell_of(device, law);
  EXPECT_GT(change(law, cell, 1, true).mean, 0);
  EXPECT_EQ(change(law, cell, 1, false).mean, 0);
  EXPECT_EQ(change(law, cell, 1, false).spread, 0);
}

TEST(PowerStep, IsItsEquation) {
  const DeviceSpec device = device_with(-1, 1.5);
  const PowerStep law{.gamma_up = 1.7, .gamma_down = 0.6};
  const auto cell = cell_of(device, law);
  for (const double w : {-1.0, -0.3, 0.0, 1.4}) {
    const double omega = (1.5 - w) / 2.5;
    EXPECT_NEAR(change(law, cell, w, true).mean, 0.012 * std::pow(omega, 1.7), 1e-14);
    EXPECT_NEAR(change(law, cell, w, false).mean, -0.008 * std::pow(1 - omega, 0.6), 1e-14);
  }
}

TEST(PiecewiseStep, MeetsItsNodesAndIsStraightBetween) {
  const DeviceSpec device = device_with(-1, 1);
  PiecewiseStep law;
  law.nodes_up = {2, 1, 0.5};
  law.nodes_down = {0.25, 1, 4};
  const auto cell = cell_of(device, law);
  EXPECT_NEAR(change(law, cell, -1, true).mean, 0.024, 1e-15);
  EXPECT_NEAR(change(law, cell, -0.5, true).mean, 0.018, 1e-15);
  EXPECT_NEAR(change(law, cell, 0, true).mean, 0.012, 1e-15);
  EXPECT_NEAR(change(law, cell, 0.5, false).mean, -0.02, 1e-15);
  EXPECT_NEAR(change(law, cell, 1, false).mean, -0.032, 1e-15);
}

TEST(PiecewiseStep, RefusesTablesThatDoNotMatch) {
  PiecewiseStep law;
  law.nodes_up = {1};
  EXPECT_THROW(law.check({}, "x"), ConfigError);
  law.nodes_up = {1, 2, 3};
  EXPECT_THROW(law.check({}, "x"), ConfigError);
}

// dQ/dt = (V_G - Q / C) / R, integrated in small steps.
TEST(ChargeControlled, VoltagePulsesFollowTheCircuit) {
  ChargeControlled law;
  law.v_up_V = 1.5;
  law.v_down_V = -0.5;
  law.t_gate_s = 2e-6;
  law.r_gate_Ohm = 2e8;
  law.c_gate_F = 1e-13;
  law.charge_per_w_C = 2e-13;
  DeviceSpec device;
  device.cell.w_min = -2;
  device.cell.w_max = 2;
  const auto cell = cell_of(device, law);

  const auto circuit = [&](double w, double v_V, double time_s) {
    constexpr int parts = 20000;
    double q = w * law.charge_per_w_C;
    const double dt = time_s / parts;
    for (int k = 0; k < parts; ++k) {
      const double middle = q + (v_V - q / law.c_gate_F) / law.r_gate_Ohm * dt / 2;
      q += (v_V - middle / law.c_gate_F) / law.r_gate_Ohm * dt;
    }
    return q / law.charge_per_w_C;
  };
  for (const double w : {-0.2, 0.0, 0.6}) {
    const WeightState<double> state{w};
    EXPECT_NEAR(w + change(law, cell, w, true).mean, circuit(w, 1.5, 2e-6), 1e-9);
    EXPECT_NEAR(w + change(law, cell, w, false).mean, circuit(w, -0.5, 2e-6), 1e-9);
    for (const double dose : {0.3, 4.0, 50.0})
      EXPECT_NEAR(apply_dose(law, cell, state, dose, true, 0.0, 0.0).w,
                  circuit(w, 1.5, dose * 2e-6), 1e-8);
  }
  EXPECT_NEAR(law.nominal_step(), (circuit(0, 1.5, 2e-6) - circuit(0, -0.5, 2e-6)) / 2, 1e-9);
}

TEST(ChargeControlled, CurrentPulsesAreLinearInCharge) {
  ChargeControlled law;
  law.drive = GateDrive::current;
  law.i_gate_A = 2e-10;
  law.t_gate_s = 1e-6;
  law.charge_per_w_C = 1e-13;
  const auto cell = cell_of(DeviceSpec{}, law);
  EXPECT_NEAR(law.nominal_step(), 0.002, 1e-15);
  for (const double w : {-0.9, 0.0, 0.5}) {
    EXPECT_NEAR(change(law, cell, w, true).mean, 0.002, 1e-15);
    EXPECT_NEAR(apply_dose(law, cell, {w}, 30.0, false, 0.0, 0.0).w, w - 0.06 > -1 ? w - 0.06 : -1,
                1e-14);
  }
}

TEST(ChargeControlled, LeakIsTheRetention) {
  ChargeControlled law;
  law.c_gate_F = 1e-12;
  law.r_leak_Ohm = 1e15;
  EXPECT_DOUBLE_EQ(law.retention_tau_s(), 1000);
}

TEST(LinearStep, MayGrowAsLongAsItDoesNotVanishAtTheOtherEnd) {
  LinearStep law{.gamma_up = -0.28, .gamma_down = -0.28};
  const CellSpec cell;
  law.check(cell, "x");
  const auto made = law.fabricate(cell, {0.01, 0.01, -1, 1, 1}, CellDraws::fixed(0));
  for (const double w : {-1.0, 0.0, 0.5, 1.0}) {
    WeightState<double> state;
    state.w = w;
    // dw = step (1 + 0.28 w) up, (1 - 0.28 w) down, at every w of the window above 0
    EXPECT_DOUBLE_EQ(law.pulse(made, state, true, 0.0).mean, 0.01 * (1 + 0.28 * w));
    EXPECT_DOUBLE_EQ(law.pulse(made, state, false, 0.0).mean, -0.01 * (1 - 0.28 * w));
  }
  law.gamma_up = -1;
  EXPECT_THROW(law.check(cell, "x"), ConfigError);
  CellSpec lopsided;
  lopsided.w_min = -2;
  law = {.gamma_up = -0.6};
  EXPECT_THROW(law.check(lopsided, "x"), ConfigError);
  law = {.gamma_up = -0.4, .gamma_down = -1.9};
  law.check(lopsided, "x");
}

}  // namespace
}  // namespace nernst
