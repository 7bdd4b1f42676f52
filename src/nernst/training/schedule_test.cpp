// SPDX-License-Identifier: Apache-2.0
#include "nernst/training/learner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "nernst/chip/simulated_chip.h"
#include "nernst/training/digital/float_network.h"

namespace nernst {
namespace {

constexpr std::uint64_t kSeed = 3;

NetworkSpec small_network() {
  NetworkSpec spec;
  spec.inputs = 9;
  for (const auto& [units, activation] :
       {std::pair{7, Activation::sigmoid}, {8, Activation::tanh}, {5, Activation::softmax}}) {
    LayerSpec layer;
    layer.units = units;
    layer.activation = activation;
    spec.layers.push_back(layer);
  }
  return spec;
}

Matrix<double> samples(std::size_t count, std::size_t width) {
  const NoiseStream stream(5, 1, Purpose::shuffle);
  Matrix<double> inputs(count, width);
  for (std::size_t k = 0; k < inputs.values().size(); ++k)
    inputs.values()[k] = stream.uniform<double>(k, 0);
  return inputs;
}

std::vector<std::uint32_t> classes(std::size_t count, std::uint32_t number) {
  std::vector<std::uint32_t> labels(count);
  for (std::size_t k = 0; k < count; ++k)
    labels[k] = static_cast<std::uint32_t>((k * 7 + 1) % number);
  return labels;
}

// An ideal chip, exact to rounding, unless the test says otherwise.
struct Bench {
  explicit Bench(const NetworkSpec& network_spec, Backend backend = Backend::reference,
                 Coding coding = Coding::exact, const std::string& device = "ideal")
      : spec(network_spec) {
    ChipSpec chip_spec;
    chip_spec.device = device;
    chip_spec.coding.coding = coding;
    chip_spec.periphery.dac_bits = chip_spec.periphery.adc_bits = 0;
    chip_spec.periphery.adc_bound = 1e9;
    std::vector<ArraySpec> arrays;
    for (std::size_t l = 0; l < spec.layers.size(); ++l)
      arrays.push_back({{spec.rows(l), spec.columns(l)}, 2.0});
    chip = std::make_unique<SimulatedChip>(chip_spec, load_device(device), arrays, kSeed, backend,
                                           Threads(1));
    for (std::size_t l = 0; l < spec.layers.size(); ++l)
      chip->fabricate(l, initial_weights(spec, l, kSeed).view());
    network = std::make_unique<Network>(spec, *chip, NeuronSpec{}, ErrorCircuitSpec{}, kSeed);
  }

  BatchResult train(const std::string& schedule, double rate, const Matrix<double>& inputs,
                    const std::vector<std::uint32_t>& labels, bool accumulate = false) {
    auto [found, is_new] = learners.try_emplace({schedule, accumulate});
    if (is_new)
      found->second = std::make_unique<Learner>(
          *network,
          LearnerSetup{.schedule = make_schedule(schedule),
                       .rule = make_update_rule("pulsed"),
                       .loss = resolve_loss(LossKind::automatic, spec.layers.back().activation),
                       .accumulate = accumulate,
                       .seed = kSeed});
    return found->second->train(inputs.view(), labels, rate, step++);
  }

  NetworkSpec spec;
  std::unique_ptr<SimulatedChip> chip;
  std::unique_ptr<Network> network;
  // after the chip: rules give what they hold back to its ledger
  std::map<std::pair<std::string, bool>, std::unique_ptr<Learner>> learners;
  std::uint64_t step = 0;
};

// Largest difference between the weights of two chips.
double distance(const Bench& a, const Bench& b) {
  double largest = 0;
  for (std::size_t l = 0; l < a.spec.layers.size(); ++l) {
    const Matrix<double> left = a.chip->weights(l), right = b.chip->weights(l);
    for (std::size_t k = 0; k < left.values().size(); ++k)
      largest = std::max(largest, std::abs(left.values()[k] - right.values()[k]));
  }
  return largest;
}

class ManySizes : public testing::TestWithParam<std::size_t> {};

TEST_P(ManySizes, TheCompensatedErrorIsTheConventionalOne) {
  const Matrix<double> inputs = samples(GetParam(), 9);
  const auto labels = classes(GetParam(), 5);
  // errors decide the updates, so equal weights after a large step mean equal errors
  Bench conventional(small_network()), compensated(small_network()), progressive(small_network());
  for (int k = 0; k < 3; ++k) {
    conventional.train("conventional", 1.5, inputs, labels);
    compensated.train("progressive_compensated", 1.5, inputs, labels);
    progressive.train("progressive", 1.5, inputs, labels);
  }
  EXPECT_LT(distance(conventional, compensated), 1e-12);
  EXPECT_GT(distance(conventional, progressive), 1e-3);
}

TEST_P(ManySizes, PropagateThenUpdateIsConventional) {
  const Matrix<double> inputs = samples(GetParam(), 9);
  const auto labels = classes(GetParam(), 5);
  Bench conventional(small_network()), other(small_network());
  for (int k = 0; k < 3; ++k) {
    conventional.train("conventional", 1.5, inputs, labels);
    other.train("propagate_then_update", 1.5, inputs, labels);
  }
  EXPECT_LT(distance(conventional, other), 1e-13);
}

TEST_P(ManySizes, EveryScheduleTendsToTheGradientAsTheRateFalls) {
  const Matrix<double> inputs = samples(GetParam(), 9);
  const auto labels = classes(GetParam(), 5);
  for (const NamedHelp& schedule : schedules()) {
    if (!make_schedule(std::string(schedule.name))->follows_gradient()) continue;
    const auto gap = [&](double rate) {
      Bench conventional(small_network()), other(small_network());
      conventional.train("conventional", rate, inputs, labels);
      other.train(std::string(schedule.name), rate, inputs, labels);
      return distance(conventional, other);
    };
    // second order in the rate, or equal
    EXPECT_LT(gap(1e-3), 1.2e-4 * gap(1e-1) + 1e-13) << schedule.name;
  }
}

INSTANTIATE_TEST_SUITE_P(Batches, ManySizes, testing::Values(1, 2, 7));

TEST(Schedule, ConventionalFollowsTheNumericalGradient) {
  const Matrix<double> inputs = samples(1, 9);
  const auto labels = classes(1, 5);
  const double rate = 1e-4, h = 1e-5;
  Bench trained(small_network());
  const Bench start(small_network());
  trained.train("conventional", rate, inputs, labels);
  for (std::size_t l = 0; l < 3; ++l) {
    const Matrix<double> before = start.chip->weights(l), after = trained.chip->weights(l);
    for (std::size_t k = 0; k < before.values().size(); k += 5) {
      double loss[2];
      for (const int side : {0, 1}) {
        Bench probe(small_network());
        Matrix<double> moved = before;
        moved.values()[k] += side == 0 ? -h : h;
        probe.chip->fabricate(l, moved.view());
        loss[side] = probe.train("conventional", 0, inputs, labels).loss;
      }
      const double gradient = (loss[1] - loss[0]) / (2 * h);
      EXPECT_NEAR((before.values()[k] - after.values()[k]) / rate, gradient, 1e-5) << l << " " << k;
    }
  }
}

TEST(Schedule, AnIdealChipTrainsAsTheFloatTwin) {
  const NetworkSpec spec = small_network();
  for (const std::size_t batch : {std::size_t{1}, std::size_t{4}}) {
    const Matrix<double> inputs = samples(batch, 9);
    const auto labels = classes(batch, 5);
    Bench chip(spec, Backend::fast);
    FloatNetwork twin(spec, LossKind::cross_entropy, kSeed);
    Matrix<float> float_inputs(batch, 9);
    std::copy(inputs.values().begin(), inputs.values().end(), float_inputs.values().begin());
    for (int k = 0; k < 50; ++k) {
      const double on_chip = chip.train("conventional", 0.3, inputs, labels).loss;
      const double in_float = twin.train(float_inputs.view(), labels, 0.3);
      EXPECT_NEAR(on_chip, in_float, 1e-4);
    }
    for (std::size_t l = 0; l < 3; ++l) {
      const Matrix<double> weights = chip.chip->weights(l);
      for (std::size_t r = 0; r < weights.rows(); ++r)
        for (std::size_t c = 0; c < weights.columns(); ++c)
          EXPECT_NEAR(weights(r, c), twin.weights(l).row(r)[c], 1e-4);
    }
  }
}

NetworkSpec deep(std::size_t depth) {
  NetworkSpec spec;
  spec.inputs = 12;
  for (std::size_t l = 0; l < depth; ++l) {
    LayerSpec layer;
    layer.units = l + 1 == depth ? 3 : 10;
    layer.activation = l + 1 == depth ? Activation::softmax : Activation::sigmoid;
    spec.layers.push_back(layer);
  }
  return spec;
}

TEST(Schedule, ProgressiveHoldsOneErrorAndNoWeightAtAnyDepth) {
  for (const std::size_t depth : {2, 3, 6, 11}) {
    Bench bench(deep(depth), Backend::fast, Coding::stochastic, "organic_ecram_li2021");
    for (int k = 0; k < 5; ++k) bench.train("progressive", 0.05, samples(1, 12), classes(1, 3));
    const Ledger& ledger = bench.chip->ledger();
    const auto hidden = static_cast<std::int64_t>(10 * (depth - 1));
    EXPECT_EQ(ledger.signal_words_peak(), 12 + hidden + 3 + 10);
    EXPECT_EQ(ledger.signal_words(), 0);
    EXPECT_EQ(ledger.weight_words_peak(), 0);
    EXPECT_EQ(ledger.counts.cell_reads, 0);
    EXPECT_EQ(ledger.counts.verifies, 0);
    EXPECT_EQ(ledger.counts.cell_writes, 0);
    EXPECT_GT(ledger.counts.pulses, 0);
  }
}

TEST(Schedule, ConventionalHoldsEverySamplesFactorsOrTheGradient) {
  const auto peak = [](bool accumulate) {
    Bench bench(deep(3));
    bench.train("conventional", 0.05, samples(8, 12), classes(8, 3), accumulate);
    return std::pair(bench.chip->ledger().signal_words_peak(),
                     bench.chip->ledger().weight_words_peak());
  };
  const std::int64_t activations = 12 + 10 + 10 + 3, errors = 10 + 10 + 3;
  EXPECT_EQ(peak(false), std::pair(8 * (activations + errors), std::int64_t{0}));
  EXPECT_EQ(peak(true), std::pair(activations + errors, std::int64_t{10 * 13 + 10 * 11 + 3 * 11}));
}

TEST(Schedule, AnAccumulatedGradientIsWrittenToTheNearestPulses) {
  Bench held(deep(2)), accumulated(deep(2));
  held.train("conventional", 0.5, samples(8, 12), classes(8, 3));
  accumulated.train("conventional", 0.5, samples(8, 12), classes(8, 3), true);
  // stochastic rounding: within one pulse
  EXPECT_LT(distance(held, accumulated), accumulated.chip->weight_step(0) * 1.001);
  EXPECT_GT(accumulated.chip->ledger().counts.cell_writes, 0);
  EXPECT_EQ(accumulated.chip->ledger().counts.cell_reads, 0);
}

TEST(Schedule, RefreshCostsAForwardPassForEachLayer) {
  Bench progressive(deep(4)), refresh(deep(4));
  progressive.train("progressive", 0.1, samples(1, 12), classes(1, 3));
  refresh.train("progressive_refresh", 0.1, samples(1, 12), classes(1, 3));
  EXPECT_EQ(progressive.chip->ledger().counts.mvm, 4);
  EXPECT_EQ(refresh.chip->ledger().counts.mvm, 16);
  EXPECT_EQ(refresh.chip->ledger().signal_words_peak(),
            progressive.chip->ledger().signal_words_peak());
}

TEST(Schedule, TheMonitorIsTheShareOfTheUpdateInTheError) {
  // one linear layer behind another: rho can be written down
  Bench bench(small_network());
  const Matrix<double> inputs = samples(1, 9);
  for (int k = 0; k < 200; ++k) bench.train("progressive", 0.2, inputs, classes(1, 5));
  EXPECT_EQ(bench.learners.at({"progressive", false})->monitor().rho()[0], 0);
  EXPECT_GT(bench.learners.at({"progressive", false})->monitor().rho()[2], 0);
  EXPECT_LT(bench.learners.at({"progressive", false})->monitor().rho()[2], 1);
}

// Errors by fixed random matrices, written down for one sample of a sigmoid-softmax network.
void expect_random_feedback(const std::string& schedule) {
  const NetworkSpec spec = deep(3);
  const double rate = 0.3;
  const Matrix<double> inputs = samples(1, 12);
  Bench bench(spec), start(spec);
  bench.train(schedule, rate, inputs, classes(1, 3));

  std::vector<std::vector<double>> a = {{inputs.row(0).begin(), inputs.row(0).end()}};
  for (std::size_t l = 0; l < 3; ++l) {
    const Matrix<double> w = start.chip->weights(l);
    std::vector<double> z(w.rows());
    for (std::size_t r = 0; r < w.rows(); ++r) {
      z[r] = w(r, w.columns() - 1);
      for (std::size_t c = 0; c < a[l].size(); ++c) z[r] += w(r, c) * a[l][c];
    }
    double sum = 0;
    for (const double v : z) sum += std::exp(v);
    for (double& v : z) v = l == 2 ? std::exp(v) / sum : 1 / (1 + std::exp(-v));
    a.push_back(z);
  }
  std::vector<double> d = a[3];
  d[classes(1, 3)[0]] -= 1;
  const std::vector<double> output_error = d;
  for (std::size_t l = 3; l-- > 0;) {
    const Matrix<double> before = start.chip->weights(l), after = bench.chip->weights(l);
    for (std::size_t r = 0; r < before.rows(); ++r)
      for (std::size_t c = 0; c < before.columns(); ++c) {
        const double x = c < a[l].size() ? a[l][c] : 1;
        EXPECT_NEAR(after(r, c), before(r, c) - rate * d[r] * x, 1e-9) << l << " " << r << " " << c;
      }
    if (l == 0) break;
    const bool direct = schedule == "direct_feedback_alignment";
    const std::vector<double> from = direct ? output_error : d;
    d.assign(a[l].size(), 0.0);
    const double bound = std::sqrt(6 / static_cast<double>(from.size() + d.size()));
    const NoiseStream stream(kSeed, static_cast<std::uint32_t>(l), Purpose::feedback);
    for (std::size_t c = 0; c < d.size(); ++c) {
      for (std::size_t r = 0; r < from.size(); ++r)
        d[c] += from[r] * bound * (2 * stream.uniform<double>(r * d.size() + c, 0) - 1);
      d[c] *= a[l][c] * (1 - a[l][c]);
    }
  }
  const std::int64_t words = bench.chip->ledger().weight_words_peak();
  EXPECT_EQ(words, schedule == "feedback_alignment" ? 10 * 10 + 3 * 10 : 2 * 3 * 10);
  EXPECT_EQ(bench.chip->ledger().counts.mvm_transposed, 0);
}

TEST(Schedule, FeedbackAlignmentIsItsEquations) { expect_random_feedback("feedback_alignment"); }
TEST(Schedule, DirectFeedbackAlignmentIsItsEquations) {
  expect_random_feedback("direct_feedback_alignment");
}

TEST(Schedule, AnUnknownNameIsAnsweredWithTheNearest) {
  try {
    make_schedule("progresive");
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean \"progressive\"?"), std::string::npos);
  }
}

}  // namespace
}  // namespace nernst
