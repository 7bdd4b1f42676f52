// SPDX-License-Identifier: Apache-2.0
// Devices for tests: every law with its default parameters, and GoogleTest's list of the laws.
#pragma once

#include <gtest/gtest.h>

#include "nernst/device/device_spec.h"
#include "nernst/device/fabricate.h"

namespace nernst {

template <class List>
struct TestTypesOf;
template <class... Laws>
struct TestTypesOf<LawList<Laws...>> {
  using type = testing::Types<Laws...>;
};
using EveryLaw = TestTypesOf<AllLaws>::type;

// A typical cell of the law, noisy pulses, nothing that differs from cell to cell.
template <class Law>
DeviceSpec typical_device() {
  DeviceSpec device;
  device.name = std::string(Law::kName);
  device.law = Law{};
  device.cell.dw_min = 0.002;
  device.cell.up_down = 0.1;
  device.cell.c2c = 0.3;
  device.cell = cell_spec_of(device, Law{});
  return device;
}

// The same with every spread that a cell can have.
template <class Law>
DeviceSpec scattered_device() {
  DeviceSpec device = typical_device<Law>();
  device.spread = {.step = 0.2,
                   .up_down = 0.05,
                   .w_min = 0.3,
                   .w_max = 0.4,
                   .gain = 0.1,
                   .offset = 0.2,
                   .offset_shared = 0.5};
  return device;
}

}  // namespace nernst
