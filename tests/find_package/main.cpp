// SPDX-License-Identifier: Apache-2.0
// A program of somebody else: a thousand cells of a published device, pulsed ten times.
#include <cstdio>

#include "nernst/device/population.h"
#include "nernst/version.h"

int main() {
  const auto cells = nernst::make_population(nernst::load_device("organic_ecram_li2021"), 1000, 1);
  cells->pulse(nernst::Direction::potentiate, 10);
  std::printf("nernst %s: cell 0 has %g S\n", nernst::kVersion.data(), cells->g_S()[0]);
}
