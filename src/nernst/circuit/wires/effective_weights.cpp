// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/wires/effective_weights.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "nernst/base/aligned.h"
#include "nernst/base/lane_math.h"
#include "nernst/base/matrix_product.h"
#include "nernst/circuit/wires/crossbar_reads.h"
#include "nernst/circuit/wires/effective_kernels.h"
#include "nernst/circuit/wires/line_kernels.h"
#include "nernst/tile/kernels/matvec.h"

namespace nernst {

double WireReport::rms_effect() const { return cells > 0 ? std::sqrt(square_effect / cells) : 0; }
double WireReport::rms_error() const {
  return compared > 0 ? std::sqrt(square_error / compared) : 0;
}
WireReport& WireReport::operator+=(const WireReport& other) {
  solutions += other.solutions;
  cells += other.cells;
  square_effect += other.square_effect;
  compared += other.compared;
  square_error += other.square_error;
  largest_error = std::max(largest_error, other.largest_error);
  solver_error = std::max(solver_error, other.solver_error);
  return *this;
}

namespace {

// The smallest conductance that counts as one: below it a cell shows what the one beside it shows.
constexpr double kOpen = 1e-18;

}  // namespace

struct EffectiveWeights::Kept {
  // Reads in one direction, or in both where their wires are the same.
  struct Map {
    WireNetwork network;
    Matrix<double> factor, shift;
    PaddedMatrix<float> factors, shifts, effective;  // the same, and the product, for the kernels
    // of crossbars of references alone, as they were last
    Matrix<double> reference_S;
    std::array<CrossbarPower, 2> reference_power;
  };

  Kept(std::vector<TileOnLines> tiles_on_lines, const DeviceSpec& tile_device, const TileSpec& spec,
       const WireSpec& wire_spec, Backend backend, const Threads& some_threads)
      : tiles(std::move(tiles_on_lines)),
        device(tile_device),
        wires(wire_spec),
        coding(spec.weight),
        plain(backend == Backend::reference),
        kernels(backend == Backend::scalar ? scalar_matmul() : fast_matmul()),
        threads(some_threads),
        rows(spec.rows),
        columns(spec.columns),
        net(rows, columns),
        solved_net(rows, columns),
        square_change(rows),
        changed_row(rows, 1) {
    const WireNetwork forward = wires.read_network(ReadDirection::forward);
    const WireNetwork transposed = wires.read_network(ReadDirection::transposed);
    maps.resize(forward == transposed ? 1 : 2);
    maps.front().network = forward;
    maps.back().network = transposed;
    for (Map& map : maps) {
      for (Matrix<double>* plane : {&map.factor, &map.shift})
        *plane = Matrix<double>(rows, columns);
      if (plain) continue;
      for (PaddedMatrix<float>* plane : {&map.factors, &map.shifts, &map.effective})
        *plane = PaddedMatrix<float>(rows, columns);
    }
    power.fill(1);
  }

  WireSolverSpec spec() const { return {.tolerance = wires.tolerance, .threads = threads}; }
  bool pair() const { return coding == WeightCoding::differential_pair; }
  Map& map_of(ReadDirection direction) {
    return maps[direction == ReadDirection::transposed ? maps.size() - 1 : 0];
  }
  bool is_solved() const { return solved[0] != 0; }

  // Brings the effective net weights up to date with the cells.
  void follow() {
    if (!changed) return;
    changed = false;
    if (given_out) {
      for (Map& map : maps) round(map);
      given_out = false;
    }
    const bool solved_before = is_solved();
    for (std::size_t r = 0; r < rows; ++r) {
      if (changed_row[r] == 0) continue;
      changed_row[r] = 0;
      copy_net(r);
      square_change[r] =
          square_distance(padded(columns), net.row(r).data(), solved_net.row(r).data());
      if (solved_before) apply(r);
    }
    // rms change of the net weights since they were last solved
    const double moved = std::sqrt(sum_of(square_change) / static_cast<double>(rows * columns));
    if (solved_before && moved <= wires.refresh_change) return;
    solve();
    for (std::size_t r = 0; r < rows; ++r) apply(r);
  }

  void copy_net(std::size_t r) {
    const MatrixView<double> row = net.view().block(r, 0, 1, columns);
    tiles.front().tile->copy_read_net(r, row);
    if (tiles.size() == 1 && tiles.front().gain == 1) return;
    for (double& w : row.row(0)) w *= tiles.front().gain;
    Matrix<double> other(1, columns);
    for (std::size_t k = 1; k < tiles.size(); ++k) {
      tiles[k].tile->copy_read_net(r, other.view());
      for (std::size_t c = 0; c < columns; ++c) row(0, c) += tiles[k].gain * other(0, c);
    }
  }

  // What the kernels read, by the factors and shifts of the last solution.
  void apply(std::size_t r) {
    if (plain) return;
    for (Map& map : maps)
      effective_row(padded(columns), net.row(r).data(), map.factors.row(r).data(),
                    map.shifts.row(r).data(), map.effective.row(r).data());
  }

  void effective_row_of(const Map& map, std::size_t r, std::span<double> to) const {
    const auto own = net.row(r);
    for (std::size_t c = 0; c < columns; ++c) to[c] = map.factor(r, c) * own[c] + map.shift(r, c);
  }

  // Conductances of all crossings, and of those that are subtracted.
  void copy_conductances(Matrix<double>& cells_S, Matrix<double>& others_S) {
    Matrix<double> cell(rows, columns), other(rows, columns);
    for (const TileOnLines& one : tiles) {
      one.tile->copy_cells(cell.view(), other.view());
      for (Matrix<double>* plane : {&cell, &other})
        for (double& value : plane->values()) value = device.physical.cell_S(value);
      if (one.gain < 0) std::swap(cell, other);
      for (std::size_t k = 0; k < cell.values().size(); ++k) {
        cells_S.values()[k] += std::abs(one.gain) * cell.values()[k];
        others_S.values()[k] += std::abs(one.gain) * other.values()[k];
      }
    }
    if (coding == WeightCoding::reference_column) share_references(cells_S, others_S);
  }

  // A reference that all rows share is the mean of what is taken from them; what a cell has of its
  // own in that is a part of the cell.
  void share_references(Matrix<double>& cells_S, Matrix<double>& others_S) const {
    for (std::size_t c = 0; c < columns; ++c) {
      double mean = 0;
      for (std::size_t r = 0; r < rows; ++r) mean += others_S(r, c) / static_cast<double>(rows);
      for (std::size_t r = 0; r < rows; ++r) {
        cells_S(r, c) = std::max(cells_S(r, c) + mean - others_S(r, c), 0.0);
        others_S(r, c) = mean;
      }
    }
  }

  void solve() {
    Matrix<double> cells_S(rows, columns), others_S(rows, columns);
    copy_conductances(cells_S, others_S);
    const bool same_references = !pair() && others_S.values() == last_others_S.values();
    std::array<CrossbarPower, 2> crossbars;
    for (Map& map : maps) {
      Matrix<double> seen_S(rows, columns);
      const bool both = maps.size() == 1;
      const bool forward = &map == &maps.front();
      std::array<CrossbarPower, 2> found;
      if (coding == WeightCoding::reference_column) {
        found = solve_with_shared_row(map, cells_S, others_S, seen_S);
      } else {
        found = solve_crossbar(map.network, cells_S, spec(), seen_S);
        if (!same_references) {
          map.reference_S = Matrix<double>(rows, columns);
          map.reference_power = solve_crossbar(map.network, others_S, spec(), map.reference_S);
        }
        for (std::size_t d = 0; d < 2; ++d) found[d] += map.reference_power[d];
      }
      books[kSolverError] = std::max(books[kSolverError], found[0].error);
      if (both || forward) crossbars[0] = found[0];
      if (both || !forward) crossbars[1] = found[1];
      calibrate(map, cells_S, others_S, seen_S);
    }
    for (std::size_t d = 0; d < 2; ++d) {
      // (where nothing conducts there is none)
      const double ideal_S = crossbars[d].ideal_S;
      power[2 * d] = ideal_S > 0 ? crossbars[d].together_S / ideal_S : 1;
      power[2 * d + 1] = ideal_S > 0 ? crossbars[d].random_S / ideal_S : 1;
    }
    books[kSolutions] += 1;
    last_others_S = std::move(others_S);
    for (std::size_t r = 0; r < rows; ++r) std::ranges::copy(net.row(r), solved_net.row(r).begin());
    std::ranges::fill(square_change, 0.0);
    solved[0] = 1;
  }

  // The references are one more row, the last.
  std::array<CrossbarPower, 2> solve_with_shared_row(Map& map, const Matrix<double>& cells_S,
                                                     const Matrix<double>& others_S,
                                                     Matrix<double>& seen_S) const {
    Matrix<double> all_S(rows + 1, columns), effective_S(rows + 1, columns);
    for (std::size_t r = 0; r < rows; ++r) std::ranges::copy(cells_S.row(r), all_S.row(r).begin());
    std::ranges::copy(others_S.row(0), all_S.row(rows).begin());
    const auto found = solve_crossbar(map.network, all_S, spec(), effective_S);
    map.reference_S = Matrix<double>(rows, columns);
    for (std::size_t r = 0; r < rows; ++r) {
      std::ranges::copy(effective_S.row(r), seen_S.row(r).begin());
      std::ranges::copy(effective_S.row(rows), map.reference_S.row(r).begin());
    }
    return found;
  }

  // Factors and shifts from the conductances that cells show, and what the old ones were off.
  void calibrate(Map& map, const Matrix<double>& cells_S, const Matrix<double>& others_S,
                 const Matrix<double>& seen_S) {
    const double slope_S = device.physical.slope_S() * (pair() ? 2 : 1);
    for (std::size_t r = 0; r < rows; ++r)
      for (std::size_t c = 0; c < columns; ++c) {
        const double before = net.row(r)[c];
        // what the wires take; where they are ideal a read sees the very net weight
        const double taken =
            (cells_S(r, c) - others_S(r, c) - seen_S(r, c) + map.reference_S(r, c)) / slope_S;
        const double now = before - taken;
        books[kCells] += 1;
        books[kSquareEffect] += taken * taken;
        if (is_solved()) {
          const double off = map.factor(r, c) * before + map.shift(r, c) - now;
          books[kCompared] += 1;
          books[kSquareError] += off * off;
          books[kLargestError] = std::max(books[kLargestError], std::abs(off));
        }
        const double own_S = pair() ? cells_S(r, c) + others_S(r, c) : cells_S(r, c);
        const double shown_S = pair() ? seen_S(r, c) + map.reference_S(r, c) : seen_S(r, c);
        // next to good conductors a poor one shows more than its own: what leaks round it
        const double factor = own_S > kOpen ? std::min(shown_S / own_S, 1.0) : 1.0;
        map.factor(r, c) = factor;
        map.shift(r, c) = now - factor * before;
      }
    round(map);
  }

  void round(Map& map) const {
    if (plain) return;
    const auto to_float = [](double v) { return static_cast<float>(v); };
    for (std::size_t r = 0; r < rows; ++r) {
      std::ranges::transform(map.factor.row(r), map.factors.row(r).begin(), to_float);
      std::ranges::transform(map.shift.row(r), map.shifts.row(r).begin(), to_float);
    }
  }

  void read(ReadDirection direction, MatrixView<const double> in, MatrixView<double> out) {
    follow();
    const Map& map = map_of(direction);
    const bool forward = direction == ReadDirection::forward;
    if (!plain) return by_kernel(forward ? kernels.mvm : kernels.mvm_transposed, map, in, out);
    Matrix<double> effective(rows, columns);
    for (std::size_t r = 0; r < rows; ++r) effective_row_of(map, r, effective.row(r));
    forward ? multiply(effective.view(), in, out) : multiply_transposed(effective.view(), in, out);
  }

  static void by_kernel(MatMul kernel, const Map& map, MatrixView<const double> in,
                        MatrixView<double> out) {
    PaddedMatrix<float> from(in.rows(), in.columns()), to(out.rows(), out.columns());
    for (std::size_t b = 0; b < in.rows(); ++b)
      std::ranges::transform(in.row(b), from.row(b).begin(),
                             [](double v) { return static_cast<float>(v); });
    kernel(map.effective.view(), std::as_const(from).view(), to.view());
    for (std::size_t b = 0; b < out.rows(); ++b) std::ranges::copy(to.row(b), out.row(b).begin());
  }

  std::vector<TileOnLines> tiles;
  DeviceSpec device;
  WireSpec wires;
  WeightCoding coding;
  bool plain;
  MatMulKernels kernels;
  Threads threads;
  std::size_t rows, columns;
  std::vector<Map> maps;  // forward and, where it differs, transposed
  PaddedMatrix<double> net, solved_net;
  Matrix<double> last_others_S;
  std::vector<double> square_change;  // of each row since it was last solved
  std::array<double, 1> solved{};     // whether there is a solution
  std::array<double, 4> power{};      // together and apart, forward and transposed
  bool changed = true;                // cells have changed since `effective` was found
  bool given_out = false;             // the state, which may have been written since
  std::vector<char> changed_row;      // in these rows
  // the report, as state
  enum {
    kSolutions,
    kCells,
    kSquareEffect,
    kCompared,
    kSquareError,
    kLargestError,
    kSolverError,
    kBooks
  };
  std::array<double, kBooks> books{};
};

EffectiveWeights::EffectiveWeights(std::vector<TileOnLines> tiles, const DeviceSpec& device,
                                   const TileSpec& spec, const WireSpec& wires, Backend backend,
                                   const Threads& threads)
    : kept_(std::make_unique<Kept>(std::move(tiles), device, spec, wires, backend, threads)) {
  NERNST_CHECK(!kept_->tiles.empty());
  // (a reference that tiles share cannot be exchanged with their cells)
  for (const TileOnLines& one : kept_->tiles)
    NERNST_CHECK(one.gain > 0 || spec.weight != WeightCoding::reference_column);
}
EffectiveWeights::~EffectiveWeights() = default;

void EffectiveWeights::row_changed(std::size_t row) {
  kept_->changed = true;
  kept_->changed_row[row] = 1;
}
void EffectiveWeights::all_changed() {
  kept_->changed = true;
  std::ranges::fill(kept_->changed_row, 1);
}
void EffectiveWeights::forget() {
  all_changed();
  kept_->solved[0] = 0;
}

void EffectiveWeights::read(ReadDirection direction, MatrixView<const double> in,
                            MatrixView<double> out) {
  kept_->read(direction, in, out);
}
void EffectiveWeights::add_wires(ReadDirection direction, std::size_t row, std::span<double> net) {
  kept_->follow();
  std::vector<double> effective(net.size());
  kept_->effective_row_of(kept_->map_of(direction), row, effective);
  for (std::size_t c = 0; c < net.size(); ++c) net[c] += effective[c] - kept_->net.row(row)[c];
}
void EffectiveWeights::copy(ReadDirection direction, MatrixView<double> net) {
  kept_->follow();
  for (std::size_t r = 0; r < net.rows(); ++r)
    kept_->effective_row_of(kept_->map_of(direction), r, net.row(r));
}

double EffectiveWeights::solutions() const { return kept_->books[Kept::kSolutions]; }
ReadPower EffectiveWeights::power(ReadDirection direction) {
  if (!kept_->is_solved()) kept_->follow();
  const std::size_t d = direction == ReadDirection::forward ? 0 : 2;
  return {kept_->power[d], kept_->power[d + 1]};
}
WireReport EffectiveWeights::report() const {
  const auto& books = kept_->books;
  return {.solutions = books[Kept::kSolutions],
          .cells = books[Kept::kCells],
          .square_effect = books[Kept::kSquareEffect],
          .compared = books[Kept::kCompared],
          .square_error = books[Kept::kSquareError],
          .largest_error = books[Kept::kLargestError],
          .solver_error = books[Kept::kSolverError]};
}

std::vector<PlaneView> EffectiveWeights::state(const std::string& prefix) {
  // what is restored through the planes is not what `effective` was found from
  all_changed();
  kept_->given_out = true;
  std::vector<PlaneView> planes;
  planes.push_back({prefix + "solved", std::span<double>(kept_->solved)});
  planes.push_back({prefix + "solved_net", kept_->solved_net.values()});
  planes.push_back({prefix + "power", std::span<double>(kept_->power)});
  for (std::size_t k = 0; k < kept_->maps.size(); ++k) {
    const std::string name = prefix + (k == 0 ? "" : "transposed_");
    planes.push_back({name + "factor", std::span<double>(kept_->maps[k].factor.values())});
    planes.push_back({name + "shift", std::span<double>(kept_->maps[k].shift.values())});
  }
  planes.push_back({prefix + "report", std::span<double>(kept_->books)});
  return planes;
}

std::uint64_t EffectiveWeights::bytes(const TileSpec& tile, const WireSpec& wires) {
  const std::uint64_t maps =
      wires.read_network(ReadDirection::forward) == wires.read_network(ReadDirection::transposed)
          ? 1
          : 2;
  // net, solved_net and last_others_S; of a map factor, shift, reference_S and what kernels read
  return tile.rows * padded(tile.columns) *
         (3 * sizeof(double) + maps * (3 * sizeof(double) + 3 * sizeof(float)));
}

}  // namespace nernst
