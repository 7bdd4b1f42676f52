// SPDX-License-Identifier: Apache-2.0
// The devices that every test of a tile runs on: each law as it comes, with every spread, and each
// preset.
#pragma once

#include <string>
#include <vector>

#include "nernst/device/device_spec.h"
#include "nernst/tile/tile.h"

namespace nernst {

template <class... Laws>
std::vector<DeviceSpec> one_device_for_each(LawList<Laws...>) {
  std::vector<DeviceSpec> devices;
  const auto add = [&](auto law) {
    DeviceSpec device;
    device.name = "law_" + std::string(law.kName);
    device.law = law;
    device.cell.dw_min = 0.01;
    device.cell.up_down = 0.02;
    device.cell.c2c = 0.3;
    device.cell.write_noise = 0.5;
    device.spread = {
        .step = 0.2, .up_down = 0.05, .w_min = 0.1, .w_max = 0.1, .gain = 0.1, .offset = 0.05};
    device.faults = {.stuck = 0.02, .dead = 0.01};
    devices.push_back(device);
  };
  (add(Laws{}), ...);
  return devices;
}

inline std::vector<DeviceSpec> test_devices() {
  std::vector<DeviceSpec> devices = one_device_for_each(AllLaws());
  for (const std::string& name : device_presets()) devices.push_back(load_device(name));
  // memory of time: the last of them again, leaky
  DeviceSpec leaky = devices.front();
  leaky.name += "_leaky";
  leaky.retention.tau_s = 1;
  leaky.retention.beta = 0.6;
  devices.push_back(leaky);
  return devices;
}

inline TileSpec test_tile(const DeviceSpec& device) {
  return {.rows = 17,
          .columns = 211,
          .weight = device.cell.one_sided ? WeightCoding::differential_pair
                                          : WeightCoding::reference_cell,
          .seed = 5,
          .id = 3};
}

}  // namespace nernst
