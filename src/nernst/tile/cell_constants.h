// SPDX-License-Identifier: Apache-2.0
// What the cells of a tile keep for life, in half precision.
//
// A member of a law's Cell that is the same in every cell is one number, exact. One that varies is
// a plane of halves times a unit, the member of the nominal cell, so that what a half rounds is the
// spread and not the device; members that vary together (one gain for steps and bounds) share a
// plane. All back-ends, the double reference too, see the same rounded cells. The planes lie in
// blocks of 16 cells, one after the other, so that a cell's constants are near each other.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <mutex>
#include <utility>

#include "nernst/base/aligned.h"
#include "nernst/base/half.h"
#include "nernst/base/interruption.h"
#include "nernst/base/threads.h"
#include "nernst/device/fabricate.h"
#include "nernst/tile/tile.h"

namespace nernst {

// Where a constant is found: value = half * unit of plane `slot`, or `value` where slot < 0.
struct ConstantPlace {
  int slot = -1;
  double unit = 1;
  double value = 0;
};

// Position of a cell of side `side` in the planes of a tile.
struct CellLayout {
  std::size_t rows = 0, columns = 0, stride = 0;
  explicit CellLayout(const TileSpec& spec)
      : rows(spec.rows), columns(spec.columns), stride(padded(spec.columns)) {}
  std::size_t plane() const { return rows * stride; }
  std::size_t position(std::size_t side, std::size_t row, std::size_t column) const {
    return side * plane() + row * stride + column;
  }
  // Row in the noise of a cell: those of the second side follow the first's.
  std::size_t noise_row(std::size_t side, std::size_t row) const { return side * rows + row; }
};

template <class Law>
class CellConstants {
 public:
  static constexpr std::size_t kMembers = sizeof(CellOf<Law, float>) / sizeof(float);
  // after the members of Cell: what a read adds to w
  static constexpr std::size_t kOffset = kMembers;
  using Places = std::array<ConstantPlace, kMembers + 1>;

  // The place of a member among the numbers of a Cell.
  static std::size_t index_of(std::size_t CellOf<Law, std::size_t>::*member) {
    std::array<std::size_t, kMembers> indices;
    for (std::size_t k = 0; k < kMembers; ++k) indices[k] = k;
    return std::bit_cast<CellOf<Law, std::size_t>>(indices).*member;
  }
  static std::size_t w_min_member() { return index_of(&CellOf<Law, std::size_t>::w_min); }
  static std::size_t w_max_member() { return index_of(&CellOf<Law, std::size_t>::w_max); }

  CellConstants(const Law& law, const DeviceSpec& device, const TileSpec& spec,
                const Threads& threads)
      : maker_(law, device, spec), layout_(spec) {
    const std::size_t cells = maker_.cells();
    Census census;
    constexpr std::size_t sample = 4096;
    for (std::size_t cell = 0; cell < std::min(cells, sample); ++cell)
      census.add(maker_.make(cell), maker_.units());
    // the sample says which planes are needed; where the rest contradicts it, all is filled again
    for (bool done = false; !done;) {
      place(census);
      const Census all = fill(threads);
      done = all.same_planes(census);
      census = all;
    }
  }

  template <class T>
  CellOf<Law, T> cell(std::size_t position) const {
    std::array<T, kMembers> values;
    for (std::size_t k = 0; k < kMembers; ++k) values[k] = value<T>(k, position);
    return std::bit_cast<CellOf<Law, T>>(values);
  }
  template <class T>
  T offset(std::size_t position) const {
    return value<T>(kOffset, position);
  }
  bool has_offset() const { return places_[kOffset].slot >= 0 || places_[kOffset].value != 0; }

  // For kernels: half k of the cell at `position` is
  // data()[position / 16 * block() + slot * 16 + position % 16].
  const std::uint16_t* data() const { return halves_.data(); }
  std::size_t block() const { return slots_ * kLaneBlock; }
  const Places& places() const { return places_; }

  // Planes that a tile of this device needs, by a sample of its cells.
  static std::size_t planes(const Law& law, const DeviceSpec& device, const TileSpec& spec) {
    const Maker maker(law, device, spec);
    Census census;
    for (std::size_t cell = 0; cell < std::min<std::size_t>(maker.cells(), 512); ++cell)
      census.add(maker.make(cell), maker.units());
    std::size_t planes = 0;
    for (std::size_t k = 0; k <= kMembers; ++k)
      planes += census.varies[k] && census.twin(k) == k ? 1 : 0;
    return planes;
  }

 private:
  using Values = std::array<double, kMembers + 1>;

  // Makes the cells of a tile, with the offset of each as one more number.
  class Maker {
   public:
    Maker(const Law& law, const DeviceSpec& device, const TileSpec& spec)
        : law_(law),
          device_(device),
          stream_(spec.seed, spec.id, Purpose::fabrication),
          size_(spec.rows * spec.columns),
          pair_(spec.weight == WeightCoding::differential_pair),
          shared_(spec.weight == WeightCoding::reference_column) {
      const Values nominal = fixed(0), off = fixed(1);
      for (std::size_t k = 0; k <= kMembers; ++k) {
        units_[k] = nominal[k] != 0 ? nominal[k] : off[k];
        if (units_[k] == 0) units_[k] = 1;
      }
      if (!device_.faults.possible()) return;
      // a faulty cell has w_min = w_max, so both must round alike; a dead one is exact
      for (const std::size_t k : {w_min_member(), w_max_member()})
        units_[k] = device_.faults.dead > 0 ? device_.physical.w_open() : 1;
    }

    std::size_t cells() const { return size_ * (pair_ ? 2 : 1); }
    const Values& units() const { return units_; }
    // Cell k of the tile: side by side, row by row.
    Values make(std::size_t k) const {
      const auto made = fabricate_cell(device_, law_, CellDraws(stream_, k));
      // a pair needs no reference: what its cells share cancels
      return flat(made.cell, pair_ ? 0 : shared_ ? made.offset_shared : made.offset_own);
    }

   private:
    static Values flat(const CellOf<Law, double>& cell, double offset) {
      Values values{};
      const auto members = std::bit_cast<std::array<double, kMembers>>(cell);
      std::copy(members.begin(), members.end(), values.begin());
      values[kOffset] = offset;
      return values;
    }
    // A cell that is off by `z` standard deviations in everything.
    Values fixed(double z) const {
      const auto draws = CellDraws::fixed(z);
      const CellSpec spec = cell_spec_of(device_, law_);
      const NominalCell nominal = draw_nominal_cell(spec, device_.spread, draws);
      const double spread = shared_ ? device_.spread.offset_shared : device_.spread.offset;
      return flat(law_.fabricate(spec, nominal, draws), z * spread);
    }
    Law law_;
    DeviceSpec device_;
    NoiseStream stream_;
    std::size_t size_;
    bool pair_, shared_;
    Values units_{};
  };

  static std::uint16_t half_of(double value, double unit) {
    return to_half(static_cast<float>(value / unit));
  }

  // What cells have in common: which numbers vary, and which vary together.
  struct Census {
    bool any = false;
    Values first{};
    std::array<bool, kMembers + 1> varies{};
    std::array<std::array<bool, kMembers + 1>, kMembers + 1> differ{};

    void add(const Values& values, const Values& units) {
      if (!any) first = values;
      any = true;
      std::array<std::uint16_t, kMembers + 1> halves;
      for (std::size_t k = 0; k <= kMembers; ++k) {
        varies[k] = varies[k] || values[k] != first[k];
        halves[k] = half_of(values[k], units[k]);
        for (std::size_t j = 0; j < k; ++j) differ[k][j] = differ[k][j] || halves[k] != halves[j];
      }
    }
    void merge(const Census& other) {
      if (!other.any) return;
      if (!any) first = other.first;
      any = true;
      for (std::size_t k = 0; k <= kMembers; ++k) {
        varies[k] = varies[k] || other.varies[k] || other.first[k] != first[k];
        for (std::size_t j = 0; j < k; ++j) differ[k][j] = differ[k][j] || other.differ[k][j];
      }
    }
    // The first number that has the same halves as number k.
    std::size_t twin(std::size_t k) const {
      for (std::size_t j = 0; j < k; ++j)
        if (varies[j] && !differ[k][j]) return j;
      return k;
    }
    bool same_planes(const Census& other) const {
      for (std::size_t k = 0; k <= kMembers; ++k)
        if (varies[k] != other.varies[k] || twin(k) != other.twin(k)) return false;
      return true;
    }
  };

  void place(const Census& census) {
    slots_ = 0;
    for (std::size_t k = 0; k <= kMembers; ++k) {
      places_[k] = {.slot = -1, .unit = maker_.units()[k], .value = census.first[k]};
      if (!census.varies[k]) continue;
      const std::size_t twin = census.twin(k);
      places_[k].slot = twin == k ? static_cast<int>(slots_++) : places_[twin].slot;
    }
    const std::size_t sides = maker_.cells() / (layout_.rows * layout_.columns);
    halves_ = {};
    halves_.resize(sides * layout_.plane() * slots_);
  }

  Census fill(const Threads& threads) {
    Census all;
    std::mutex merging;
    const std::size_t columns = layout_.columns, lines = maker_.cells() / columns;
    threads.for_each_part(lines, 4096 / columns + 1, [&](std::size_t first, std::size_t last) {
      Census part;
      for (std::size_t line = first; line < last; ++line) {
        heed_interruption();
        for (std::size_t c = 0; c < columns; ++c) {
          const Values values = maker_.make(line * columns + c);
          part.add(values, maker_.units());
          const std::size_t position = line * layout_.stride + c;
          for (std::size_t k = 0; k <= kMembers; ++k)
            if (places_[k].slot >= 0)
              halves_[index(places_[k].slot, position)] = half_of(values[k], places_[k].unit);
        }
      }
      const std::lock_guard lock(merging);
      all.merge(part);
    });
    return all;
  }

  std::size_t index(int slot, std::size_t position) const {
    return position / kLaneBlock * block() + static_cast<std::size_t>(slot) * kLaneBlock +
           position % kLaneBlock;
  }
  template <class T>
  T value(std::size_t k, std::size_t position) const {
    const ConstantPlace& place = places_[k];
    if (place.slot < 0) return static_cast<T>(place.value);
    return static_cast<T>(from_half(halves_[index(place.slot, position)])) *
           static_cast<T>(place.unit);
  }

  Maker maker_;
  CellLayout layout_;
  Places places_{};
  std::size_t slots_ = 0;
  AlignedVector<std::uint16_t> halves_;
};

}  // namespace nernst
