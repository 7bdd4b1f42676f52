// SPDX-License-Identifier: Apache-2.0
// Coding of an update: how a vector of errors and a vector of inputs become pulses on the lines of
// a tile.
//
// The update asked for is W -= rate * d x^T. All codings send, for row r and column c, a signed
// dose whose mean is -rate * d[r] * x[c] / weight_step, weight_step being the change of a weight by
// one pulse.
#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "nernst/base/matrix_view.h"
#include "nernst/base/noise.h"
#include "nernst/base/parameters.h"

namespace nernst {

// exact: what is asked for, not quantised, for ideal devices and tests of laws.
enum class Coding { stochastic, amplitude_duration, count, exact };

// How the drivers code an update, and how finely.
struct CodingSpec {
  Coding coding = Coding::stochastic;
  std::int64_t train_length = 31;   // stochastic: slots of a pulse train at most
  bool update_management = true;    // stochastic: train length and probabilities follow the signals
  std::int64_t amplitude_bits = 8;  // amplitude_duration: levels of the amplitude (columns)
  std::int64_t duration_bits = 8;   // amplitude_duration: ticks of the duration (rows)
  std::int64_t count_max = 127;     // count: pulses that one update can give to a cell
  void describe(Fields& f);
};

// What the drivers of one outer product send; dose[r, c] =
//   stochastic           popcount(row_train[r] & column_train[c]) * row[r] * column[c],
//                        row and column being signs
//   count                row[r] * column[c], rounded stochastically for each cell
//   amplitude_duration   row[r] * column[c], each quantised
//   exact                row[r] * column[c]
struct UpdatePulses {
  Coding coding = Coding::exact;
  std::vector<double> row, column;
  std::vector<std::uint32_t> row_train, column_train;
  std::uint32_t slots = 0;        // time slots that the update takes
  std::int64_t count_max = 0;     // largest dose of `count`
  std::uint64_t line_pulses = 0;  // pulses sent on lines
  // What the drivers cannot send: cells that more is asked for than trains or counts hold, and the
  // doses (for trains in the mean) that these go without.
  std::uint64_t short_cells = 0;
  double unsent_doses = 0;
  // What the circuits leave of a dose at each cell (rows x columns); empty = all of it.
  MatrixView<const double> dose_scale;
  double largest_scale = 1;  // no factor of dose_scale is larger

  bool nothing() const { return slots == 0; }
};

// Codes W -= rate * d x^T, rate at least 0. `weight_step`, above 0, is in the units of W. The
// trains are drawn from the streams of (seed, owner) for `event`. Source of the stochastic coding:
// Gokmen and Vlasov 2016, with the update management of aihwkit.
UpdatePulses encode_update(const CodingSpec& spec, std::span<const double> x,
                           std::span<const double> d, double rate, double weight_step,
                           std::uint64_t seed, std::uint32_t owner, std::uint64_t event);

// The sum of the magnitudes of the doses that the drivers send to all cells, whatever dose_scale
// leaves of them; of `count`, the mean of what it is rounded to.
double sent_doses(const UpdatePulses& pulses);

// The part of an update that reaches the block of rows and columns that a tile holds; its
// line_pulses are not known.
UpdatePulses slice(const UpdatePulses& pulses, std::size_t first_row, std::size_t rows,
                   std::size_t first_column, std::size_t columns);

// `dose` rounded up or down to a count with the mean `dose`, by `uniform` in [0, 1); at most `most`
// either way.
inline double round_count(double dose, std::int64_t most, double uniform) {
  const double size = dose < 0 ? -dose : dose;
  const double whole = std::floor(size);
  const double count = whole + (uniform < size - whole ? 1 : 0);
  const double limited = count < static_cast<double>(most) ? count : static_cast<double>(most);
  return dose < 0 ? -limited : limited;
}

}  // namespace nernst
