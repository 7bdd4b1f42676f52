// SPDX-License-Identifier: Apache-2.0
// Chooses the class of a tile from the device's law and the back-end.
#include <type_traits>

#include "nernst/tile/float_tile.h"
#include "nernst/tile/reference.h"

namespace nernst {

std::unique_ptr<Tile> make_tile(const DeviceSpec& device, const TileSpec& spec, Backend backend,
                                const Threads& threads) {
  return std::visit(
      [&](const auto& law) -> std::unique_ptr<Tile> {
        using Law = std::decay_t<decltype(law)>;
        if (backend == Backend::reference)
          return std::make_unique<ReferenceTile<Law>>(law, device, spec);
        return std::make_unique<FloatTile<Law>>(law, device, spec, backend, threads);
      },
      device.law);
}

std::uint64_t tile_bytes(const DeviceSpec& device, const TileSpec& spec, Backend backend) {
  return std::visit(
      [&](const auto& law) {
        using Law = std::decay_t<decltype(law)>;
        return backend == Backend::reference ? Cells<Law, double>::bytes(law, device, spec)
                                             : Cells<Law, float>::bytes(law, device, spec);
      },
      device.law);
}

}  // namespace nernst
