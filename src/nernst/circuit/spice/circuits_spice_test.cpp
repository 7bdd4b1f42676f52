// SPDX-License-Identifier: Apache-2.0
// The circuits round a tile against ngspice: amplifier, sample-and-hold, difference amplifier,
// neurons. Passed over where there is no ngspice.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "nernst/circuit/amplifier.h"
#include "nernst/circuit/constants.h"
#include "nernst/circuit/error_circuit.h"
#include "nernst/circuit/neuron.h"
#include "nernst/circuit/sample_hold.h"
#include "nernst/circuit/spice/ngspice.h"

namespace nernst {

namespace {

class SpiceCircuits : public testing::Test {
 protected:
  void SetUp() override {
    try {
      ngspice_ = make_ngspice(SpiceEngine::automatic);
    } catch (const ConfigError& error) {
      GTEST_SKIP() << error.what();
    }
  }
  SpiceValues run(const std::string& title, std::vector<std::string> lines,
                  const std::string& analysis) {
    lines.emplace_back(".options reltol=1e-6 abstol=1e-16 vntol=1e-10 chgtol=1e-20");
    return ngspice_->run({title, std::move(lines), analysis});
  }
  static std::string transient(double t_s) {
    return fmt::format("tran {:.17g} {:.17g} 0 {:.17g} uic", t_s / 100, t_s, t_s / 2000);
  }
  std::unique_ptr<Ngspice> ngspice_;
};

// An op-amp of one pole as elements: input `plus` - `minus`, output `out`.
std::vector<std::string> op_amp(double gain, double bandwidth_Hz) {
  const double c_F = gain / (2 * std::numbers::pi * bandwidth_Hz) / 1e3;
  return {fmt::format("e1 in 0 plus minus {:.17g}", gain), "r1 in pole 1e3",
          fmt::format("c1 pole 0 {:.17g} ic=0", c_F), "e2 out 0 pole 0 1"};
}

TEST_F(SpiceCircuits, TransimpedanceAmplifierSettlesOnALoadedLine) {
  for (const double c_feedback_F : {2e-15, 10e-15, 200e-15})
    for (const double offset_V : {0.0, 1e-3}) {
      const AmplifierLoop loop{.g_line_S = 128e-6,
                               .c_line_F = 20e-15,
                               .r_feedback_Ohm = 100e3,
                               .c_feedback_F = c_feedback_F,
                               .open_loop_gain = 1e4,
                               .gain_bandwidth_Hz = 2e9};
      std::vector<std::string> lines = op_amp(loop.open_loop_gain, loop.gain_bandwidth_Hz);
      const auto add = [&]<class... Args>(fmt::format_string<Args...> text, Args&&... args) {
        lines.push_back(fmt::format(text, std::forward<Args>(args)...));
      };
      const double current_A = 2e-6;
      // drawn out of the virtual ground, so that the output rises
      add("i1 minus 0 {:.17g}", current_A);
      add("vos plus 0 {:.17g}", offset_V);
      add("rline minus 0 {:.17g}", 1 / loop.g_line_S);
      add("cline minus 0 {:.17g} ic=0", loop.c_line_F);
      add("rf minus out {:.17g}", loop.r_feedback_Ohm);
      add("cf minus out {:.17g} ic=0", loop.c_feedback_F);
      const double final_V =
          current_A * loop.r_feedback_Ohm * loop.gain() + offset_V * loop.noise_gain();
      const double long_s = 1e-6;
      EXPECT_NEAR(run("tia", lines, transient(long_s)).at("out"), final_V, 1e-5 * final_V);
      if (offset_V != 0) continue;
      for (const double t_s : {0.3e-9, 1e-9, 4e-9, 20e-9})
        EXPECT_NEAR(run("tia", lines, transient(t_s)).at("out"), final_V * loop.settled(t_s),
                    2e-4 * final_V)
            << c_feedback_F << " " << t_s;
    }
}

TEST_F(SpiceCircuits, SampleAndHoldAcquiresAndDroops) {
  SampleHoldSpec hold;
  hold.t_acquire_s = 1e-9;
  hold.leak_A = 1e-9;
  const auto circuit = [&](bool closed) {
    return std::vector<std::string>{
        "v1 in 0 0.5", fmt::format("r1 in out {:.17g}", closed ? hold.r_switch_Ohm : 1e15),
        fmt::format("c1 out 0 {:.17g} ic={:.17g}", hold.c_hold_F, closed ? 0.0 : 0.5),
        fmt::format("i1 out 0 {:.17g}", closed ? 0.0 : hold.leak_A)};
  };
  EXPECT_NEAR(run("acquire", circuit(true), transient(hold.t_acquire_s)).at("out"),
              0.5 * hold.acquired(), 1e-5);
  EXPECT_NEAR(run("hold", circuit(false), transient(1e-6)).at("out"), 0.5 - hold.droop_V(1e-6),
              1e-6);
}

TEST_F(SpiceCircuits, DifferenceAmplifierWithUnequalResistors) {
  const DifferenceAmplifier amplifier{
      .resistors_Ohm = {1e5, 1.02e5, 0.97e5, 1.01e5}, .open_loop_gain = 2e3, .offset_V = 2e-3};
  for (const auto& [output_V, target_V] : {std::pair{0.4, 0.0}, {0.1, 0.5}, {0.5, 0.5}}) {
    const auto& r = amplifier.resistors_Ohm;
    const SpiceValues values = run(
        "difference",
        {fmt::format("e1 out 0 plus minus {:.17g}", amplifier.open_loop_gain),
         fmt::format("vo output 0 {:.17g}", output_V), fmt::format("vt target 0 {:.17g}", target_V),
         fmt::format("r1 target minus {:.17g}", r[0]), fmt::format("r2 minus out {:.17g}", r[1]),
         fmt::format("r3 output divider {:.17g}", r[2]), fmt::format("r4 divider 0 {:.17g}", r[3]),
         fmt::format("vos plus divider {:.17g}", amplifier.offset_V)},
        "op");
    EXPECT_NEAR(values.at("out"), amplifier.output_V(output_V, target_V), 1e-9);
  }
}

// 27 C, at which ngspice computes
constexpr double kSpice_K = 300.15;

TEST_F(SpiceCircuits, EmittersOnOneTailAreASoftmax) {
  NeuronSpec spec;
  spec.enabled = true;
  spec.temperature_K = kSpice_K;
  spec.current_gain = 80;
  const double v_T = thermal_V(kSpice_K);
  // a pair is the sigmoid
  for (const std::vector<double>& z :
       {std::vector<double>{1.3, 0}, {-2.5, 0}, {0.4, 0}, {0.5, -1, 2, 0, 1.5}}) {
    std::vector<std::string> lines = {
        fmt::format(".model ideal npn(is=1e-16 bf={:.17g} br=1)", spec.current_gain),
        fmt::format("i1 tail 0 {:.17g}", spec.bias_A), "vcc supply 0 1"};
    for (std::size_t k = 0; k < z.size(); ++k) {
      lines.push_back(fmt::format("vb{0} b{0} 0 {1:.17g}", k, z[k] * v_T));
      lines.push_back(fmt::format("vm{0} supply c{0} 0", k));
      lines.push_back(fmt::format("q{0} c{0} b{0} tail ideal", k));
    }
    const SpiceValues values = run("softmax", lines, "op");
    std::vector<double> a = z;
    activate(Activation::softmax, a);
    for (std::size_t k = 0; k < z.size(); ++k)
      EXPECT_NEAR(values.at(fmt::format("vm{}#branch", k)) / spec.bias_A,
                  a[k] * spec.current_share(), 2e-5);
    if (z.size() > 2) continue;
    std::vector<double> sigmoid = {z[0]};
    activate(Activation::sigmoid, sigmoid);
    EXPECT_NEAR(sigmoid[0], a[0], 1e-12);
  }
}

TEST_F(SpiceCircuits, ATransistorThatIsLargerIsAnOffset) {
  // V_BE spread as a spread of the saturation current: offset / V_T = ln(Is' / Is)
  const double v_T = thermal_V(kSpice_K), offset_V = 2e-3, bias_A = 1e-6;
  const SpiceValues values =
      run("pair",
          {".model one npn(is=1e-16 bf=1e6 br=1)",
           fmt::format(".model two npn(is={:.17g} bf=1e6 br=1)", 1e-16 * std::exp(offset_V / v_T)),
           fmt::format("i1 tail 0 {:.17g}", bias_A), "vcc supply 0 1",
           fmt::format("vb b 0 {:.17g}", 0.7 * v_T), "vm supply c 0", "q1 c b tail two",
           "q2 supply 0 tail one"},
          "op");
  std::vector<double> a = {0.7 + offset_V / v_T};
  activate(Activation::sigmoid, a);
  EXPECT_NEAR(values.at("vm#branch") / bias_A, a[0], 2e-5);
}

TEST_F(SpiceCircuits, ATranslinearLoopMakesTheDerivative) {
  // I_1 I_2 / I of a pair's two currents is I f (1 - f)
  const double bias_A = 1e-6;
  for (const double a : {0.1, 0.5, 0.83}) {
    const SpiceValues values =
        run("translinear",
            {".model ideal npn(is=1e-16 bf=1e6 br=1)", "vcc supply 0 1",
             fmt::format("i1 0 d1 {:.17g}", a * bias_A), "q1 d1 d1 0 ideal",
             fmt::format("i2 0 d2 {:.17g}", (1 - a) * bias_A), "q2 d2 d2 0 ideal",
             fmt::format("i3 0 d3 {:.17g}", bias_A), "q3 d3 d3 0 ideal",
             "b1 base 0 v=v(d1)+v(d2)-v(d3)", "vm supply c 0", "q4 c base 0 ideal"},
            "op");
    EXPECT_NEAR(values.at("vm#branch") / bias_A, derivative_from_activation(Activation::sigmoid, a),
                2e-5);
  }
}

}  // namespace

}  // namespace nernst
