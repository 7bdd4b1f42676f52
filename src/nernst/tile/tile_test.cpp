// SPDX-License-Identifier: Apache-2.0
// The laws that hold for every device and every back-end, and the bars between the back-ends.
#include "nernst/tile/tile.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "nernst/device/relaxation.h"
#include "nernst/tile/test_devices.h"

namespace nernst {
namespace {

std::vector<double> signals(std::size_t size, std::uint32_t owner) {
  const NoiseStream stream(11, owner, Purpose::shuffle);
  std::vector<double> values(size);
  for (std::size_t k = 0; k < size; ++k)
    values[k] = k % 5 == 3 ? 0.0 : 2 * stream.uniform<double>(k, owner) - 1;
  return values;
}

std::vector<double> product(const Tile& tile, const TileSpec& spec, std::uint64_t event) {
  const auto x = signals(spec.columns, 1);
  std::vector<double> y(spec.rows);
  tile.mvm({x.data(), 1, x.size()}, {y.data(), 1, y.size()}, {&event, 1});
  return y;
}

std::vector<double> product_transposed(const Tile& tile, const TileSpec& spec,
                                       std::uint64_t event) {
  const auto y = signals(spec.rows, 2);
  std::vector<double> x(spec.columns);
  tile.mvm_transposed({y.data(), 1, y.size()}, {x.data(), 1, x.size()}, {&event, 1});
  return x;
}

Matrix<double> net_of(const Tile& tile, const TileSpec& spec) {
  Matrix<double> net(spec.rows, spec.columns);
  tile.copy_net(net.view());
  return net;
}

// Updates in every coding, row writes and single pulses, time going on between them.
void exercise(Tile& tile, const TileSpec& spec) {
  std::uint64_t event = 1;
  double time_s = 0;
  for (int round = 0; round < 6; ++round) {
    for (const Coding coding :
         {Coding::stochastic, Coding::amplitude_duration, Coding::count, Coding::exact}) {
      CodingSpec how;
      how.coding = coding;
      const auto x = signals(spec.columns, 10 + static_cast<std::uint32_t>(event));
      const auto d = signals(spec.rows, 20 + static_cast<std::uint32_t>(event));
      tile.outer_update(
          encode_update(how, x, d, 5 * tile.net_step(), tile.net_step(), spec.seed, 9, event),
          event);
      ++event;
      tile.advance_to(time_s += 0.01);
    }
    // more pulses than any law takes at once
    CodingSpec long_pulses;
    long_pulses.coding = Coding::exact;
    const auto x = signals(spec.columns, 30 + static_cast<std::uint32_t>(event));
    const auto d = signals(spec.rows, 40 + static_cast<std::uint32_t>(event));
    tile.outer_update(encode_update(long_pulses, x, d, 150 * tile.net_step(), tile.net_step(),
                                    spec.seed, 9, event),
                      event);
    ++event;
    std::vector<double> pulses(spec.columns);
    for (std::size_t c = 0; c < pulses.size(); ++c) pulses[c] = static_cast<double>(c % 7) - 3;
    tile.write_row(static_cast<std::size_t>(round), pulses, event++);
    tile.pulse(3, 4, -5, event++);
  }
}

void expect_same_state(Tile& a, Tile& b) {
  const auto left = a.state(), right = b.state();
  ASSERT_EQ(left.size(), right.size());
  for (std::size_t k = 0; k < left.size(); ++k) {
    ASSERT_EQ(left[k].name, right[k].name);
    std::visit(
        [&](const auto& one) {
          const auto& other = std::get<std::decay_t<decltype(one)>>(right[k].values);
          ASSERT_EQ(one.size(), other.size());
          EXPECT_TRUE(std::equal(one.begin(), one.end(), other.begin())) << left[k].name;
        },
        left[k].values);
  }
}

class TileLaws : public testing::TestWithParam<DeviceSpec> {
 protected:
  const DeviceSpec& device() const { return GetParam(); }
  TileSpec spec() const { return test_tile(device()); }
};

class EveryBackend : public testing::TestWithParam<std::tuple<DeviceSpec, Backend>> {
 protected:
  const DeviceSpec& device() const { return std::get<0>(GetParam()); }
  TileSpec spec() const { return test_tile(device()); }
  std::unique_ptr<Tile> make(const TileSpec& tile) const {
    return make_tile(device(), tile, std::get<1>(GetParam()), Threads(1));
  }
};

TEST_P(TileLaws, FastScalarAndThreadsHaveTheSameBits) {
  const auto fast = make_tile(device(), spec(), Backend::fast, Threads(1));
  const auto scalar = make_tile(device(), spec(), Backend::scalar, Threads(1));
  const auto threads = make_tile(device(), spec(), Backend::fast, Threads(3));
  for (Tile* tile : {fast.get(), scalar.get(), threads.get()}) exercise(*tile, spec());
  expect_same_state(*fast, *scalar);
  expect_same_state(*fast, *threads);
  EXPECT_EQ(product(*fast, spec(), 77), product(*scalar, spec(), 77));
  EXPECT_EQ(product(*fast, spec(), 77), product(*threads, spec(), 77));
  EXPECT_EQ(product_transposed(*fast, spec(), 78), product_transposed(*scalar, spec(), 78));
}

TEST_P(TileLaws, FloatFollowsTheDoubleReferenceByRounding) {
  const auto fast = make_tile(device(), spec(), Backend::fast, Threads(1));
  const auto reference = make_tile(device(), spec(), Backend::reference, Threads(1));
  exercise(*fast, spec());
  exercise(*reference, spec());
  const Matrix<double> a = net_of(*fast, spec()), b = net_of(*reference, spec());
  for (std::size_t k = 0; k < a.values().size(); ++k)
    ASSERT_NEAR(a.values()[k], b.values()[k], 1e-5 * (2 + std::abs(b.values()[k])));
  const auto y = product(*fast, spec(), 77), z = product(*reference, spec(), 77);
  double size = 0;
  for (const double v : b.values()) size = std::max(size, std::abs(v));
  for (std::size_t r = 0; r < y.size(); ++r)
    EXPECT_NEAR(y[r], z[r], 1e-5 * size * static_cast<double>(spec().columns));
}

TEST_P(EveryBackend, NoPulsesIsTheIdentity) {
  const auto tile = make(spec());
  exercise(*tile, spec());
  const Matrix<double> before = net_of(*tile, spec());
  const std::vector<double> zero_rows(spec().rows), x = signals(spec().columns, 1);
  EXPECT_EQ(tile->outer_update(encode_update({}, x, zero_rows, 1, tile->net_step(), 5, 9, 500), 500)
                .pulses,
            0u);
  tile->write_row(2, std::vector<double>(spec().columns, 0), 501);
  const Matrix<double> after = net_of(*tile, spec());
  EXPECT_EQ(after.values(), before.values());
}

TEST_P(EveryBackend, AConductanceNeverLeavesItsWindow) {
  TileSpec tile_spec = spec();
  const auto tile = make(tile_spec);
  const auto far = [&](std::int32_t pulses) {
    for (std::size_t r = 0; r < tile_spec.rows; ++r)
      tile->write_row(r, std::vector<double>(tile_spec.columns, pulses),
                      900 + r + (pulses > 0 ? 0 : 100));
  };
  // twice as far as ten sigma of any bound
  const auto n = static_cast<std::int32_t>(std::min(40.0 / device().cell.dw_min, 3000.0));
  for (const std::int32_t pulses : {n, -n}) {
    far(pulses);
    for (const PlaneView& plane : tile->state()) {
      if (plane.name != "w") continue;
      std::visit(
          [&](const auto& values) {
            for (const auto w : values) {
              const auto value = static_cast<double>(w);
              ASSERT_TRUE(std::isfinite(value));
              const bool dead =
                  std::abs(value - device().physical.w_open()) < 1e-5 * std::abs(value);
              const double spread =
                  1 + 6 * (device().spread.w_max + device().spread.w_min + device().spread.gain);
              const bool bounded =
                  !device().law.index() || device().name.find("ideal") == std::string::npos;
              if (!dead && bounded) {
                ASSERT_LE(value, device().cell.w_max * spread * spread + 1e-9);
                ASSERT_GE(value, device().cell.w_min * spread * spread - 1e-9);
              }
            }
          },
          plane.values);
    }
  }
}

TEST_P(EveryBackend, SplittingAPulseTrainChangesNothing) {
  TileSpec tile_spec = spec();
  tile_spec.noise = NoiseMode::per_pulse;
  const auto whole = make(tile_spec), split = make(tile_spec);
  const auto row = [&](std::int32_t pulses) {
    return std::vector<double>(tile_spec.columns, pulses);
  };
  whole->write_row(4, row(7), 1);
  split->write_row(4, row(3), 2);
  split->write_row(4, row(4), 3);
  whole->write_row(5, row(-5), 4);
  for (int k = 0; k < 5; ++k) split->write_row(5, row(-1), 5 + static_cast<std::uint64_t>(k));
  expect_same_state(*whole, *split);
}

TEST_P(EveryBackend, TransposeIsTheAdjoint) {
  DeviceSpec quiet = device();
  quiet.cell.read_noise = 0;
  const auto tile = make_tile(quiet, spec(), std::get<1>(GetParam()), Threads(1));
  exercise(*tile, spec());
  const auto x = signals(spec().columns, 1), y = signals(spec().rows, 2);
  const auto wx = product(*tile, spec(), 1), wty = product_transposed(*tile, spec(), 2);
  const double left = std::inner_product(y.begin(), y.end(), wx.begin(), 0.0);
  const double right = std::inner_product(x.begin(), x.end(), wty.begin(), 0.0);
  double size = 1;
  const Matrix<double> net = net_of(*tile, spec());
  for (const double v : net.values()) size = std::max(size, std::abs(v));
  const double bound = std::get<1>(GetParam()) == Backend::reference ? 1e-12 : 1e-5;
  EXPECT_NEAR(left, right, bound * size * static_cast<double>(spec().rows * spec().columns));
}

TEST_P(EveryBackend, ARowOfABatchHasTheBitsOfTheSingleProduct) {
  DeviceSpec noisy = device();
  noisy.cell.read_noise = 0.02;
  const auto tile = make_tile(noisy, spec(), std::get<1>(GetParam()), Threads(1));
  exercise(*tile, spec());
  Matrix<double> x(3, spec().columns), y(3, spec().rows), single(1, spec().rows);
  for (std::size_t b = 0; b < 3; ++b) {
    const auto values = signals(spec().columns, 40 + static_cast<std::uint32_t>(b));
    std::copy(values.begin(), values.end(), x.row(b).begin());
  }
  const std::vector<std::uint64_t> events = {100, 116, 132};
  tile->mvm(x.view(), y.view(), events);
  for (std::size_t b = 0; b < 3; ++b) {
    tile->mvm(MatrixView<const double>(x.view()).block(b, 0, 1, spec().columns), single.view(),
              {&events[b], 1});
    for (std::size_t r = 0; r < spec().rows; ++r) EXPECT_EQ(single(0, r), y(b, r));
  }
}

std::string name_of(const DeviceSpec& device) { return device.name; }
std::string backend_text(Backend backend) {
  return backend == Backend::reference ? "reference"
         : backend == Backend::scalar  ? "scalar"
                                       : "fast";
}

INSTANTIATE_TEST_SUITE_P(Devices, TileLaws, testing::ValuesIn(test_devices()),
                         [](const auto& test) { return name_of(test.param); });
INSTANTIATE_TEST_SUITE_P(Devices, EveryBackend,
                         testing::Combine(testing::ValuesIn(test_devices()),
                                          testing::Values(Backend::reference, Backend::scalar,
                                                          Backend::fast)),
                         [](const auto& test) {
                           return name_of(std::get<0>(test.param)) + "_" +
                                  backend_text(std::get<1>(test.param));
                         });

DeviceSpec quiet_ideal() {
  DeviceSpec device = load_device("ideal");
  return device;
}

TEST(Tile, ExactUpdatesOfTheIdealDeviceAreGradientDescent) {
  const DeviceSpec device = quiet_ideal();
  const TileSpec spec{.rows = 7, .columns = 11, .seed = 1, .id = 1};
  const auto tile = make_tile(device, spec, Backend::reference, Threads(1));
  const auto x = signals(11, 1), d = signals(7, 2);
  CodingSpec exact;
  exact.coding = Coding::exact;
  tile->outer_update(encode_update(exact, x, d, 0.3, tile->net_step(), 1, 1, 1), 1);
  const Matrix<double> net = net_of(*tile, spec);
  for (std::size_t r = 0; r < 7; ++r)
    for (std::size_t c = 0; c < 11; ++c) EXPECT_NEAR(net(r, c), -0.3 * d[r] * x[c], 1e-15);
}

TEST(Tile, ReadNoiseHasTheVarianceOfItsCells) {
  DeviceSpec device = quiet_ideal();
  device.cell.read_noise = 0.1;
  for (const ReadNoiseMode mode : {ReadNoiseMode::per_output, ReadNoiseMode::per_cell}) {
    TileSpec spec{.rows = 3, .columns = 59, .seed = 1, .id = 1};
    spec.read_noise = mode;
    const auto tile = make_tile(device, spec, Backend::reference, Threads(1));
    const auto x = signals(59, 1);
    const double norm = std::sqrt(std::inner_product(x.begin(), x.end(), x.begin(), 0.0));
    constexpr int reads = 6000;
    double sum = 0, squares = 0;
    for (int k = 0; k < reads; ++k)
      for (const double y : product(*tile, spec, static_cast<std::uint64_t>(k))) {
        sum += y;
        squares += y * y;
      }
    const double n = 3.0 * reads, sigma = std::sqrt(squares / n);
    EXPECT_NEAR(sum / n, 0, 3 * 0.1 * norm / std::sqrt(n));
    // a spread from n draws is known to 1 / sqrt(2 n) = 0.5 %
    EXPECT_NEAR(sigma / (0.1 * norm), 1, 3 / std::sqrt(2 * n));
  }
}

TEST(Tile, WriteNoiseIsKeptUntilTheNextPulse) {
  DeviceSpec device = load_device("ideal");
  device.cell.write_noise = 3;
  const TileSpec spec{.rows = 5, .columns = 201, .seed = 1, .id = 1};
  const auto tile = make_tile(device, spec, Backend::fast, Threads(1));
  tile->write_row(2, std::vector<double>(201, 4), 1);
  const Matrix<double> first = net_of(*tile, spec), again = net_of(*tile, spec);
  EXPECT_EQ(first.values(), again.values());
  double squares = 0;
  for (const double w : first.row(2)) squares += std::pow(w / device.cell.dw_min - 4, 2);
  EXPECT_NEAR(std::sqrt(squares / 201), 3, 3 * 3 / std::sqrt(2.0 * 201));
  // up and down again: the hidden state is where it was, the noise is new
  tile->write_row(2, std::vector<double>(201, 4), 2);
  tile->write_row(2, std::vector<double>(201, -4), 3);
  const Matrix<double> later = net_of(*tile, spec);
  EXPECT_NE(first.values(), later.values());
  double mean = 0;
  for (const double w : later.row(2)) mean += w / device.cell.dw_min / 201;
  EXPECT_NEAR(mean, 4, 3 * 3 / std::sqrt(201.0));
}

TEST(Tile, WeightsDecayWithTheRetentionOfTheDevice) {
  DeviceSpec device = load_device("ideal");
  device.retention = {.tau_s = 2, .beta = 0.5, .w_rest = 0.1, .references = References::resistors};
  const TileSpec spec{.rows = 3, .columns = 5, .seed = 1, .id = 1};
  const auto tile = make_tile(device, spec, Backend::reference, Threads(1));
  Matrix<double> start(3, 5, 0.9);
  tile->fabricate(start.view());
  tile->advance_to(1);
  EXPECT_NEAR(net_of(*tile, spec)(1, 1), 0.1 + 0.8 * std::exp(-std::sqrt(0.5)), 1e-12);
  // what a pulse wrote is young, and the rest as old as it was
  const double before = net_of(*tile, spec)(1, 1);
  tile->pulse(1, 1, 100, 1);
  const double change = net_of(*tile, spec)(1, 1) - before;
  EXPECT_NEAR(change, 100 * device.cell.dw_min, 1e-12);
  tile->advance_to(3);
  const double old = 0.1 + 0.8 * std::exp(-std::sqrt(1.5));
  EXPECT_NEAR(net_of(*tile, spec)(1, 1), old + change * std::exp(-1.0), change * kRelaxationError);
  EXPECT_NEAR(net_of(*tile, spec)(0, 0), old, 1e-12);
}

TEST(Tile, ACellThatIsPulsedToAndFroKeepsWhatItHas) {
  // beta = 0.6, a pulse each millisecond, and a day: what was written is not younger for that
  DeviceSpec device = load_device("ideal");
  device.retention = {.tau_s = 86400, .beta = 0.6};
  const TileSpec spec{.rows = 1, .columns = 2, .seed = 1, .id = 1};
  const auto tile = make_tile(device, spec, Backend::reference, Threads(1));
  Matrix<double> start(1, 2, 0.5);
  tile->fabricate(start.view());
  constexpr int pulses = 60'000;
  for (int k = 1; k <= pulses; ++k) {
    tile->advance_to(1e-3 * k);
    tile->pulse(0, 0, k % 2 == 0 ? 10 : -10, static_cast<std::uint64_t>(k));
  }
  const Matrix<double> after = net_of(*tile, spec);
  EXPECT_GT(after(0, 1), 0.49);
  EXPECT_NEAR(after(0, 0), after(0, 1), 0.011);
}

TEST(Tile, ReferencesAreCellsThatRelaxFromWhenTheyWereSet) {
  // net(t) = (w - w_rest) k(age of w) - (ref - w_rest) k(age of ref)
  DeviceSpec device = load_device("ideal");
  device.retention = {.tau_s = 2, .beta = 0.5, .w_rest = -1};
  TileSpec spec{.rows = 1, .columns = 1, .seed = 1, .id = 1};
  Matrix<double> start(1, 1, 0.125);
  const auto k = [](double age) { return std::exp(-std::sqrt(age / 2)); };
  {
    // both of one age: what they have in common goes
    const auto tile = make_tile(device, spec, Backend::reference, Threads(1));
    tile->fabricate(start.view());
    tile->advance_to(2);
    EXPECT_NEAR(net_of(*tile, spec)(0, 0), 0.125 * k(2), 1e-12);
  }
  spec.writable_reference = true;
  {
    const auto tile = make_tile(device, spec, Backend::reference, Threads(1));
    tile->fabricate(start.view());
    tile->advance_to(1);
    tile->zero_references(1);
    const double w = -1 + 1.125 * k(1);
    EXPECT_NEAR(net_of(*tile, spec)(0, 0), 0, 1e-12);
    tile->advance_to(4);
    EXPECT_NEAR(net_of(*tile, spec)(0, 0), 1.125 * k(4) - (w + 1) * k(3), 1e-12);
  }
  spec.writable_reference = false;
  device.retention.references = References::resistors;
  const auto tile = make_tile(device, spec, Backend::reference, Threads(1));
  tile->fabricate(start.view());
  tile->advance_to(2);
  EXPECT_NEAR(net_of(*tile, spec)(0, 0), -1 + 1.125 * k(2), 1e-12);
}

// A reference that stands where cells relax to does not move: what is left is the cell's own
// relaxation, and no common shift.
TEST(Tile, AReferenceAtRestStays) {
  DeviceSpec device = load_device("ideal");
  device.retention = {.tau_s = 2, .beta = 0.5, .w_rest = -1};
  device.cell.reference = Reference::rest;
  const TileSpec spec{.rows = 1, .columns = 1, .seed = 1, .id = 1};
  const auto tile = make_tile(device, spec, Backend::reference, Threads(1));
  Matrix<double> start(1, 1, 0.125);
  tile->fabricate(start.view());
  EXPECT_NEAR(net_of(*tile, spec)(0, 0), 0.125, 1e-12);
  tile->advance_to(3);
  EXPECT_NEAR(net_of(*tile, spec)(0, 0), 0.125 * std::exp(-std::sqrt(1.5)), 1e-12);
}

TEST(Tile, HowTimeIsDividedDoesNotCount) {
  for (const double beta : {0.4, 1.0}) {
    DeviceSpec device = load_device("ideal");
    device.retention = {.tau_s = 1, .beta = beta, .w_rest = 0.2};
    const TileSpec spec{.rows = 1, .columns = 1, .seed = 1, .id = 1};
    std::vector<double> ends;
    for (const int parts : {1, 1000}) {
      const auto tile = make_tile(device, spec, Backend::reference, Threads(1));
      for (int stage = 0; stage < 3; ++stage) {
        tile->pulse(0, 0, 100, static_cast<std::uint64_t>(stage + 1));
        for (int part = 1; part <= parts; ++part) tile->advance_to(stage + 1.0 * part / parts);
      }
      ends.push_back(net_of(*tile, spec)(0, 0));
    }
    EXPECT_NEAR(ends[0], ends[1], 1e-12) << beta;
  }
}

TEST(Tile, APairAndAOneSidedPairMoveByTheirStep) {
  for (const bool one_sided : {false, true}) {
    DeviceSpec device = load_device("ideal");
    device.cell.one_sided = one_sided;
    const TileSpec spec{
        .rows = 2, .columns = 3, .weight = WeightCoding::differential_pair, .seed = 1, .id = 1};
    const auto tile = make_tile(device, spec, Backend::fast, Threads(1));
    tile->pulse(0, 0, 4, 1);
    tile->pulse(1, 2, -4, 2);
    EXPECT_NEAR(net_of(*tile, spec)(0, 0), 4 * tile->net_step(), 1e-6);
    EXPECT_NEAR(net_of(*tile, spec)(1, 2), -4 * tile->net_step(), 1e-6);
    EXPECT_EQ(net_of(*tile, spec)(0, 1), 0);
  }
}

TEST(Tile, OffsetsFollowTheReference) {
  DeviceSpec device = load_device("ideal");
  device.spread.offset = 0.16;
  device.spread.offset_shared = 1.07;
  for (const auto& [weight, spread] : {std::pair{WeightCoding::reference_cell, 0.16},
                                       std::pair{WeightCoding::reference_column, 1.07},
                                       std::pair{WeightCoding::differential_pair, 0.0}}) {
    const TileSpec spec{.rows = 53, .columns = 59, .weight = weight, .seed = 1, .id = 1};
    const auto tile = make_tile(device, spec, Backend::fast, Threads(1));
    tile->fabricate({});
    double squares = 0;
    const Matrix<double> net = net_of(*tile, spec);
    for (const double w : net.values()) squares += w * w;
    EXPECT_NEAR(std::sqrt(squares / (53 * 59)), spread, 0.05 * spread);
  }
}

}  // namespace
}  // namespace nernst
