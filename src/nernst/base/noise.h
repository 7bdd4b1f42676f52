// SPDX-License-Identifier: Apache-2.0
// Noise as a pure function of (seed, stream, cell, event): nothing is remembered between two draws.
//
// Philox4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC
// 2011). The seed is the key; the counter is (block, event low, event high, stream); the four words
// of a block serve four cells.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "nernst/base/math.h"

namespace nernst {

using PhiloxBlock = std::array<std::uint32_t, 4>;

inline PhiloxBlock philox4x32(PhiloxBlock counter, std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53} * counter[0];
    const std::uint64_t b = std::uint64_t{0xCD9E8D57} * counter[2];
    counter = {
        static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(b),
        static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(a)};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return counter;
}

// What a number is drawn for. Two purposes never share a draw; new ones are added at the end.
enum class Purpose : std::uint8_t {
  fabrication,        // device-to-device draws; the event is the index of the parameter
  initial_weight,     // where a cell starts
  cycle_to_cycle,     // the noise of a pulse
  write_noise,        // the noise kept with what was written
  read_noise,         // noise of an output line in a read (cell noise, folded)
  output_noise,       // noise of the amplifier of an output line
  input_noise,        // noise of the driver of an input line
  row_train,          // stochastic pulse trains of the rows
  column_train,       // stochastic pulse trains of the columns
  count_rounding,     // stochastic rounding of a count of pulses
  cell_read,          // noise of the read of single cells
  neuron,             // gain and offset errors of neurons
  shuffle,            // order of the samples of an epoch
  split,              // which samples are for training, validation and test
  reset_spread,       // where a reset leaves a cell
  gradient_rounding,  // stochastic rounding of an accumulated gradient
  reference,          // how exactly a reference is programmed
  chopper,            // when a line changes its sign
  feedback,           // fixed random matrices that carry errors
  injected,           // noise on the weights of a network trained in float
  current_noise,      // thermal, shot, 1/f and telegraph noise of the current of a line
  converter,          // errors of converters, fixed at fabrication
  amplifier,          // offsets of amplifiers, fixed at fabrication
  converter_noise,    // noise of a conversion
  amplifier_noise,    // noise of amplifiers and of what holds their output
  error_circuit,      // errors of the circuits that subtract outputs from targets
  error_noise,        // their noise
  driver,             // when the edges of a pulse come
};

// One named source of numbers: a seed, an owner (a tile, a layer, a data set) and a purpose.
class NoiseStream {
 public:
  NoiseStream() = default;
  NoiseStream(std::uint64_t seed, std::uint32_t owner, Purpose purpose)
      : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)},
        stream_((owner << 8) | static_cast<std::uint32_t>(purpose)) {}

  // The four words of a block.
  PhiloxBlock words(std::uint32_t block, std::uint64_t event) const {
    return philox4x32({block, static_cast<std::uint32_t>(event),
                       static_cast<std::uint32_t>(event >> 32), stream_},
                      key_);
  }
  // Four neighbouring cells share a block.
  std::uint32_t word(std::uint64_t cell, std::uint64_t event) const {
    return words(static_cast<std::uint32_t>(cell >> 2), event)[cell & 3];
  }
  // The word of an input or output line. 64 neighbouring lines share 16 blocks, line k word k / 16
  // of block k mod 16: lanes over blocks are lanes over lines.
  std::uint32_t line_word(std::uint64_t line, std::uint64_t event) const {
    const std::uint64_t block = line / 64 * 16 + line % 16;
    return words(static_cast<std::uint32_t>(block), event)[line / 16 % 4];
  }

  // The word of a cell of an array with `columns` columns. 128 neighbouring columns of a row share
  // 16 blocks, lane by lane; each of the four words of a block goes to two columns, to the second
  // with its halves exchanged, so that each sees 16 bits of its own first and the other's as its
  // fine bits. The correlation that this leaves between the two is 2^-15.
  std::uint32_t array_word(std::size_t row, std::size_t column, std::size_t columns,
                           std::uint64_t event) const {
    const std::size_t part = column / 16 % 8;
    const auto block =
        static_cast<std::uint32_t>(first_array_block(row, columns) + array_block(column));
    return std::rotl(words(block, event)[part / 2], part % 2 == 0 ? 0 : 16);
  }
  // Block of the first column of a row, and of a column after it.
  static constexpr std::size_t first_array_block(std::size_t row, std::size_t columns) {
    return row * ((columns + 127) / 128 * 16);
  }
  static constexpr std::size_t array_block(std::size_t column) {
    return column / 128 * 16 + column % 16;
  }

  template <class T>
  T normal(std::uint64_t cell, std::uint64_t event) const {
    return math::normal<T>(word(cell, event));
  }
  template <class T>
  T uniform(std::uint64_t cell, std::uint64_t event) const {
    return math::uniform<T>(word(cell, event));
  }

  // What a vector form of `words` needs.
  std::array<std::uint32_t, 2> key() const { return key_; }
  std::uint32_t stream() const { return stream_; }

 private:
  std::array<std::uint32_t, 2> key_{};
  std::uint32_t stream_ = 0;
};

}  // namespace nernst
