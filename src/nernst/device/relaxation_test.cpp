// SPDX-License-Identifier: Apache-2.0
#include "nernst/device/relaxation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace nernst {
namespace {

double sum_of_modes(const Relaxation& relaxation, double age_s) {
  double sum = 0;
  for (std::size_t mode = 0; mode < relaxation.modes(); ++mode)
    sum += relaxation.weight(mode) * relaxation.left(mode, age_s);
  return sum;
}

TEST(Relaxation, TheModesAreTheLawToTheErrorThatIsStated) {
  for (const double beta : {0.05, 0.1, 0.2, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99}) {
    const Relaxation relaxation({.tau_s = 3, .beta = beta});
    EXPECT_NEAR(sum_of_modes(relaxation, 0), 1, 1e-12);
    double worst = 0;
    for (double x = -9 / beta; x < 4 / beta; x += 0.01 / beta) {
      const double age_s = 3 * std::exp(x);
      const double law = std::exp(-std::pow(age_s / 3, beta));
      EXPECT_NEAR(relaxation.kept(age_s), law, 1e-12);
      worst = std::max(worst, std::abs(sum_of_modes(relaxation, age_s) - law));
    }
    EXPECT_LT(worst, kRelaxationError) << beta;
    EXPECT_LE(relaxation.modes(), 250u);
  }
}

TEST(Relaxation, APlainLeakIsOneMode) {
  const Relaxation relaxation({.tau_s = 3});
  ASSERT_EQ(relaxation.modes(), 1u);
  EXPECT_EQ(relaxation.weight(0), 1);
  EXPECT_NEAR(relaxation.left(0, 6), std::exp(-2.0), 1e-15);
  EXPECT_FALSE(Relaxation({}).enabled());
}

TEST(Relaxation, TheResolutionIsAThousandthOfTheYoungest) {
  for (const double beta : {0.3, 0.6, 1.0}) {
    const Relaxation relaxation({.tau_s = 3, .beta = beta});
    EXPECT_NEAR(relaxation.kept(relaxation.resolution_s()), 0.999, 1e-5);
  }
}

}  // namespace
}  // namespace nernst
