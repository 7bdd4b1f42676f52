// SPDX-License-Identifier: Apache-2.0
// Each rule against a direct transcription of its equations in double precision, without noise.
#include "nernst/training/update_rule.h"

#include <gtest/gtest.h>

#include <cmath>
#include <tuple>

#include "nernst/chip/simulated_chip.h"

namespace nernst {
namespace {

constexpr std::uint64_t kSeed = 11;
constexpr std::size_t kRows = 5, kColumns = 7, kUpdates = 400;
constexpr double kRate = 0.02, kFullScale = 2;

Matrix<double> random_matrix(std::size_t rows, std::size_t columns, std::uint64_t event) {
  const NoiseStream stream(5, 1, Purpose::shuffle);
  Matrix<double> values(rows, columns);
  for (std::size_t k = 0; k < values.values().size(); ++k)
    values.values()[k] = 2 * stream.uniform<double>(k, event) - 1;
  return values;
}

// One array on ideal cells, exact to rounding, with a rule on it.
struct Bench {
  Bench(const std::string& name, const Tree& options = Tree::object(),
        Coding coding = Coding::exact)
      : rule(make_update_rule(name, options)) {
    ChipSpec spec;
    spec.device = "ideal";
    spec.coding.coding = coding;
    spec.periphery.dac_bits = spec.periphery.adc_bits = 0;
    spec.periphery.adc_bound = 1e9;
    DeviceSpec device = load_device("ideal");
    device.cell.dw_min = 0.01;
    chip = std::make_unique<SimulatedChip>(
        spec, device,
        std::vector<ArraySpec>{
            {.shape = {kRows, kColumns}, .full_scale_weight = kFullScale, .gains = rule->gains()}},
        kSeed, Backend::reference, Threads(1));
    Matrix<double> first = random_matrix(kRows, kColumns, 1000);
    for (double& w : first.values()) w *= 0.3;
    chip->fabricate(0, first.view());
    rule->prepare(*chip, kSeed);
  }
  Matrix<double> part(std::size_t p) const { return chip->part_weights({0, p}); }
  double step() const { return chip->weight_step(0); }
  // Update k, of `batch` samples.
  void update(std::size_t k, std::size_t batch = 1) {
    const Matrix<double> lines = x(k, batch), errors = d(k, batch);
    rule->update(*chip, 0, {lines.view(), errors.view(), batch}, kRate);
  }
  static Matrix<double> x(std::size_t k, std::size_t batch = 1) {
    return random_matrix(batch, kColumns, k);
  }
  static Matrix<double> d(std::size_t k, std::size_t batch = 1) {
    return random_matrix(batch, kRows, 10000 + k);
  }

  std::unique_ptr<SimulatedChip> chip;
  std::unique_ptr<UpdateRule> rule;  // after the chip: it gives held words back to its ledger
};

void expect_equal(const Matrix<double>& got, const Matrix<double>& wanted, double tolerance) {
  for (std::size_t r = 0; r < wanted.rows(); ++r)
    for (std::size_t c = 0; c < wanted.columns(); ++c)
      EXPECT_NEAR(got(r, c), wanted(r, c), tolerance) << r << " " << c;
}

TEST(UpdateRule, TikiTakaIsItsEquations) {
  Bench bench(
      "tiki_taka",
      {{"gamma", 0.3}, {"transfer_rate", 0.25}, {"transfer_every", 3}, {"fast_factor", 2.0}});
  Matrix<double> a(kRows, kColumns), c = bench.part(0);
  std::size_t column = 0;
  for (std::size_t k = 0; k < kUpdates; ++k) {
    bench.update(k);
    const auto x = Bench::x(k), d = Bench::d(k);
    for (std::size_t i = 0; i < kRows; ++i)
      for (std::size_t j = 0; j < kColumns; ++j) a(i, j) -= 2 * kRate * d(0, i) * x(0, j);
    if (k % 3 != 2) continue;
    for (std::size_t i = 0; i < kRows; ++i) c(i, column) += 0.25 * a(i, column);
    column = (column + 1) % kColumns;
  }
  expect_equal(bench.part(1), a, 1e-9);
  expect_equal(bench.part(0), c, 1e-9);
  // a read of the compound array is gamma A + C
  const Matrix<double> x = Bench::x(7), d = Bench::d(7);
  Matrix<double> y(1, kRows), back(1, kColumns), wanted(1, kRows), wanted_back(1, kColumns);
  bench.chip->mvm(0, x.view(), y.view());
  bench.chip->mvm_transposed(0, d.view(), back.view());
  for (std::size_t i = 0; i < kRows; ++i)
    for (std::size_t j = 0; j < kColumns; ++j) {
      wanted(0, i) += (0.3 * a(i, j) + c(i, j)) * x(0, j);
      wanted_back(0, j) += (0.3 * a(i, j) + c(i, j)) * d(0, i);
    }
  expect_equal(y, wanted, 1e-9);
  expect_equal(back, wanted_back, 1e-9);
  EXPECT_EQ(bench.chip->ledger().weight_words_peak(), 0);
  EXPECT_DOUBLE_EQ(bench.rule->read_rate(kRate), 0.3 * 2 * kRate);
}

// A sample that drives the lines several times, as a convolution does, is one sample.
TEST(UpdateRule, MeansAndTransfersAreOverSamples) {
  for (const NamedHelp& named : update_rules()) {
    const std::string name(named.name);
    if (name == "sign") continue;  // whatever the size of the gradient
    const auto after = [&](std::size_t samples) {
      Bench bench(name, name == "residual" ? Tree{{"tiles", 2}} : Tree::object());
      const Matrix<double> x = Bench::x(3, 4), d = Bench::d(3, 4);
      bench.rule->update(*bench.chip, 0, {x.view(), d.view(), samples}, kRate);
      return std::tuple(bench.part(0), bench.part(bench.rule->gains().size() - 1),
                        bench.chip->ledger().counts.mvm);
    };
    const Bench start(name);
    const auto [c4, a4, reads4] = after(4);
    const auto [c2, a2, reads2] = after(2);
    EXPECT_EQ(2 * reads2, reads4) << name;
    if (reads4 != 0 || name == "cell_by_cell" || name == "mixed_precision") continue;
    const Matrix<double> first = start.part(0);
    for (std::size_t k = 0; k < first.values().size(); ++k)
      EXPECT_NEAR(c2.values()[k] - first.values()[k], 2 * (c4.values()[k] - first.values()[k]),
                  1e-9)
          << name;
  }
}

// TTv2, c-TTv2 and AGAD in one, as their papers have them.
struct BufferedModel {
  Matrix<double> a{kRows, kColumns}, c, h{kRows, kColumns}, mean{kRows, kColumns},
      past{kRows, kColumns};
  std::vector<double> sign = std::vector<double>(kColumns, 1.0);
  std::vector<std::uint64_t> reads = std::vector<std::uint64_t>(kColumns, 0), turned = reads;
  std::size_t column = 0;
  int pulses = 0;

  void update(std::size_t k, double step, double chop, bool agad) {
    const auto x = Bench::x(k), d = Bench::d(k);
    for (std::size_t i = 0; i < kRows; ++i)
      for (std::size_t j = 0; j < kColumns; ++j) a(i, j) -= kRate * d(0, i) * sign[j] * x(0, j);
    const std::size_t j = column;
    column = (column + 1) % kColumns;
    ++turned[j];
    for (std::size_t i = 0; i < kRows; ++i) {
      const double given = agad ? a(i, j) - past(i, j) : a(i, j);
      mean(i, j) += a(i, j);
      h(i, j) += 0.2 * sign[j] * given / step;
      if (std::abs(h(i, j)) >= 1) {
        const double pulse = h(i, j) > 0 ? 1 : -1;
        c(i, j) += pulse * step;
        h(i, j) = 0;
        ++pulses;
      }
    }
    const double draw = NoiseStream(kSeed, 0, Purpose::chopper).uniform<double>(j, reads[j]++);
    if (draw >= chop) return;
    sign[j] = -sign[j];
    for (std::size_t i = 0; i < kRows; ++i) {
      past(i, j) = mean(i, j) / static_cast<double>(turned[j]);
      mean(i, j) = 0;
    }
    turned[j] = 0;
  }
};

void expect_buffered(const std::string& name, double chop, bool agad, std::int64_t words) {
  Tree options = {{"transfer_rate", 0.2}};
  if (name != "ttv2") options["chopper_probability"] = chop;
  Bench bench(name, options);
  BufferedModel model;
  model.c = bench.part(0);
  for (std::size_t k = 0; k < kUpdates; ++k) {
    bench.update(k);
    model.update(k, bench.step(), chop, agad);
  }
  EXPECT_GT(model.pulses, 100);
  expect_equal(bench.part(1), model.a, 1e-9);
  expect_equal(bench.part(0), model.c, 1e-9);
  EXPECT_EQ(bench.chip->ledger().weight_words_peak(),
            words * static_cast<std::int64_t>(kRows * kColumns));
  EXPECT_EQ(bench.rule->read_rate(kRate), 0);
  // A is not connected to the lines of a read
  Matrix<double> y(1, kRows);
  bench.chip->mvm(0, Bench::x(3).view(), y.view());
  double wanted = 0;
  for (std::size_t j = 0; j < kColumns; ++j) wanted += model.c(2, j) * Bench::x(3)(0, j);
  EXPECT_NEAR(y(0, 2), wanted, 1e-9);
}

TEST(UpdateRule, Ttv2IsItsEquations) { expect_buffered("ttv2", 0, false, 1); }
TEST(UpdateRule, CTtv2IsItsEquations) { expect_buffered("c_ttv2", 0.3, false, 1); }
TEST(UpdateRule, AgadIsItsEquations) { expect_buffered("agad", 0.3, true, 3); }

TEST(UpdateRule, MixedPrecisionIsItsEquations) {
  for (const std::size_t batch : {1, 3}) {
    Bench bench("mixed_precision", {{"granularity", 1.5}});
    Matrix<double> chi(kRows, kColumns), w = bench.part(0);
    const double epsilon = 1.5 * bench.step();
    for (std::size_t k = 0; k < kUpdates; ++k) {
      bench.update(k, batch);
      const auto x = Bench::x(k, batch), d = Bench::d(k, batch);
      for (std::size_t i = 0; i < kRows; ++i)
        for (std::size_t j = 0; j < kColumns; ++j) {
          for (std::size_t b = 0; b < batch; ++b)
            chi(i, j) += kRate / static_cast<double>(batch) * d(b, i) * x(b, j);
          const double pulses = std::trunc(chi(i, j) / epsilon);
          chi(i, j) -= pulses * epsilon;
          w(i, j) -= pulses * bench.step();
        }
    }
    expect_equal(bench.part(0), w, 1e-9);
    EXPECT_EQ(bench.chip->ledger().weight_words_peak(),
              static_cast<std::int64_t>(kRows * kColumns));
    EXPECT_GT(bench.chip->ledger().counts.cell_writes, 100);
  }
}

TEST(UpdateRule, TheManhattanRuleIsItsEquations) {
  for (const Coding coding : {Coding::exact, Coding::stochastic, Coding::count})
    for (const std::size_t batch : {1, 3}) {
      Bench bench("sign", Tree::object(), coding);
      Matrix<double> w = bench.part(0);
      for (std::size_t k = 0; k < 20; ++k) {
        bench.update(k, batch);
        const auto x = Bench::x(k, batch), d = Bench::d(k, batch);
        for (std::size_t i = 0; i < kRows; ++i)
          for (std::size_t j = 0; j < kColumns; ++j) {
            double sum = 0;
            for (std::size_t b = 0; b < batch; ++b) sum += d(b, i) * x(b, j);
            w(i, j) -= sum > 0 ? bench.step() : sum < 0 ? -bench.step() : 0;
          }
      }
      expect_equal(bench.part(0), w, 1e-9);
    }
}

TEST(UpdateRule, ResidualIsItsEquations) {
  Bench bench("residual", {{"tiles", 3}, {"gamma", 0.5}, {"slower", 2}, {"transfer_rate", 0.2}});
  std::vector<Matrix<double>> w = {bench.part(0), bench.part(1), bench.part(2)};
  for (std::size_t k = 0; k < kUpdates; ++k) {
    bench.update(k);
    const auto x = Bench::x(k), d = Bench::d(k);
    for (std::size_t i = 0; i < kRows; ++i)
      for (std::size_t j = 0; j < kColumns; ++j) w[2](i, j) -= kRate * d(0, i) * x(0, j);
    // the finest passes a column on at every update, the middle one at every second
    for (std::size_t i = 0; i < kRows; ++i) w[1](i, k % kColumns) += 0.2 * w[2](i, k % kColumns);
    if (k % 2 == 0) continue;
    for (std::size_t i = 0; i < kRows; ++i)
      w[0](i, k / 2 % kColumns) += 0.2 * w[1](i, k / 2 % kColumns);
  }
  for (std::size_t p = 0; p < 3; ++p) expect_equal(bench.part(p), w[p], 1e-9);
  const Matrix<double> sum = bench.chip->weights(0);
  for (std::size_t i = 0; i < kRows; ++i)
    EXPECT_NEAR(sum(i, 3), w[0](i, 3) + 0.5 * w[1](i, 3) + 0.25 * w[2](i, 3), 1e-9);
}

TEST(UpdateRule, CellByCellReachesTheMeanGradientInWholePulses) {
  for (const char* by : {"row", "cell"}) {
    Bench bench("cell_by_cell", {{"verify_by", by}});
    const Matrix<double> before = bench.part(0);
    Matrix<double> wanted = before;
    constexpr std::size_t updates = 400;
    for (std::size_t k = 0; k < updates; ++k) {
      const Matrix<double> x = Bench::x(3, 2), d = Bench::d(3, 2);
      bench.rule->update(*bench.chip, 0, {x.view(), d.view(), 2}, 5e-3);
      for (std::size_t i = 0; i < kRows; ++i)
        for (std::size_t j = 0; j < kColumns; ++j)
          for (std::size_t b = 0; b < 2; ++b) wanted(i, j) -= 2.5e-3 * d(b, i) * x(b, j);
    }
    // rounding is fair: the spread of 400 draws of a part of a pulse, at most a quarter of one
    const double sigma = bench.step() * std::sqrt(updates * 0.25 * 0.75);
    expect_equal(bench.part(0), wanted, 4 * sigma);
    double sum = 0;
    const Matrix<double> got = bench.part(0);
    for (std::size_t k = 0; k < wanted.values().size(); ++k)
      sum += got.values()[k] - wanted.values()[k];
    EXPECT_LT(std::abs(sum), 4 * sigma * std::sqrt(kRows * kColumns));
    const LedgerCounts& counts = bench.chip->ledger().counts;
    EXPECT_GT(counts.verifies, 1000);
    EXPECT_GT(counts.pulses, 50);
    EXPECT_EQ(counts.outer_updates, 0);
  }
}

TEST(UpdateRule, EveryRuleGoesDownAndRemembersInPlanesOnly) {
  // a copy of all planes into a fresh rule and chip goes on to the same bits
  for (const NamedHelp& named : update_rules()) {
    const std::string name(named.name);
    Bench one(name), other(name);
    const auto planes = [](Bench& bench) {
      std::vector<PlaneView> all = bench.chip->state();
      for (PlaneView& plane : bench.rule->state()) all.push_back(std::move(plane));
      return all;
    };
    for (std::size_t k = 0; k < 100; ++k) one.update(k, 2);
    const auto from = planes(one), to = planes(other);
    ASSERT_EQ(from.size(), to.size());
    for (std::size_t p = 0; p < from.size(); ++p)
      std::visit(
          [&](auto source) {
            const auto target = std::get<decltype(source)>(to[p].values);
            std::copy(source.begin(), source.end(), target.begin());
          },
          from[p].values);
    for (std::size_t k = 100; k < 150; ++k) {
      one.update(k, 2);
      other.update(k, 2);
    }
    for (std::size_t p = 0; p < one.chip->parts(0); ++p)
      expect_equal(one.part(p), other.part(p), 0);
  }
}

TEST(UpdateRule, AnUnknownOptionIsAnsweredWithTheNearest) {
  try {
    make_update_rule("ttv2", {{"transfer_evry", 2}});
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what()).find("training.ttv2.transfer_evry"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("transfer_every"), std::string::npos);
  }
}

}  // namespace
}  // namespace nernst
