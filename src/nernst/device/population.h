// SPDX-License-Identifier: Apache-2.0
// Some cells of one device on the bench: pulsed one by one with the noise of every pulse, in double
// precision, whatever their law is. Characterisation uses it (curves, figures); training uses
// tiles.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "nernst/device/device_spec.h"

namespace nernst {

enum class Direction { potentiate, depress };

// What a read is compared with: nothing, the cell's own reference cell, or one that many cells
// share.
enum class ReadAgainst { nothing, own_reference, shared_reference };

class Population {
 public:
  virtual ~Population() = default;
  virtual const DeviceSpec& device() const = 0;

  // The hidden state of every cell, as it is now.
  virtual std::span<const double> w() const = 0;

  // Gives every cell `count` nominal pulses one after the other, each with a draw of its own.
  virtual void pulse(Direction direction, std::uint64_t count) = 0;

  // Gives every cell a dose in as few parts as the law allows, with one draw for each part.
  virtual void dose(Direction direction, double dose) = 0;

  // Puts every cell to its place, or to the bound of its window that is nearest to that. (No device
  // can do this at once; it stands for a search of which only the end matters.)
  virtual void place(std::span<const double> w) = 0;
  virtual void reset() = 0;

  // Lets time pass: w relaxes (see Relaxation).
  virtual void relax(double seconds) = 0;

  // What a read without read noise shows: w and the kept write noise, against a reference.
  virtual std::vector<double> read(ReadAgainst against) const = 0;

  std::size_t size() const { return w().size(); }
  void place_all(double w);
  std::vector<double> g_S() const;  // conductances, write noise included, none below 0
};

// `count` cells of `device`; cell k has the draws of cell k of the first tile of a chip with this
// seed.
std::unique_ptr<Population> make_population(const DeviceSpec& device, std::size_t count,
                                            std::uint64_t seed);

// Where steps up and down are equal: a point that pulses up and down in turn lead to (steps shrink
// on their way); none, as with steps that are the same everywhere; or one that they lead away from
// (steps grow).
enum class SymmetryPoint { attracts, nowhere, repels };
// Of the nominal cell, from its steps a quarter and three quarters up its window.
SymmetryPoint symmetry_point_of(const DeviceSpec& device);

// Of 20,000 working cells, each at the bottom of its own window and with its write noise, the part
// that would conduct less than nothing, and ends at 0 S instead; 0 for a law without bounds.
double part_below_zero(const DeviceSpec& device);
// The same as a sentence for whoever looks at the device; "" where there are none.
std::string below_zero_sentence(const DeviceSpec& device);

// `device` without what differs from cell to cell (spreads, faults, the offset of a reference).
DeviceSpec without_spread(DeviceSpec device);

// `device` without what differs from pulse to pulse (cycle-to-cycle noise, write noise, read
// noise).
DeviceSpec without_noise(DeviceSpec device);

}  // namespace nernst
