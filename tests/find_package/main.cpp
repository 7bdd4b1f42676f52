// SPDX-License-Identifier: Apache-2.0
// A program of somebody else: which Nernst it found, and the devices that came with it.
#include <cstdio>

#include "nernst/device/preset_texts.h"
#include "nernst/version.h"

int main() {
  std::printf("nernst %s\n", nernst::kVersion.data());
  for (const auto& [name, text] : nernst::preset_texts()) std::printf("  %s\n", name.data());
}
