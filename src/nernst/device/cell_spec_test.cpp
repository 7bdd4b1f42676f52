// SPDX-License-Identifier: Apache-2.0
#include "nernst/device/cell_spec.h"

#include <gtest/gtest.h>

#include <cmath>

namespace nernst {
namespace {

TEST(Retention, FollowsArrhenius) {
  constexpr double boltzmann_J_per_K = 1.380649e-23, electronvolt_J = 1.602176634e-19;
  RetentionSpec hot{.tau_s = 1e6, .e_activation_J = electronvolt_J, .temperature_K = 363};
  const double expected =
      1e6 * std::exp(electronvolt_J / boltzmann_J_per_K * (1.0 / 363 - 1.0 / 300));
  EXPECT_NEAR(hot.tau_at_temperature_s() / expected, 1, 1e-12);
  hot.temperature_K = hot.reference_temperature_K;
  EXPECT_DOUBLE_EQ(hot.tau_at_temperature_s(), 1e6);
}

TEST(Physical, MapsTheWindowToConductances) {
  const PhysicalSpec units{.g_min_S = 2e-6, .g_max_S = 10e-6};
  EXPECT_DOUBLE_EQ(units.g_S(-1), 2e-6);
  EXPECT_DOUBLE_EQ(units.g_S(1), 10e-6);
  EXPECT_NEAR(units.g_S(units.w_open()), 0, 1e-20);
}

}  // namespace
}  // namespace nernst
