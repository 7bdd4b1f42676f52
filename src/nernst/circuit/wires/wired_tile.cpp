// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/wires/wired_tile.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "nernst/base/lane_math.h"
#include "nernst/base/matrix_product.h"
#include "nernst/tile/kernels/matvec.h"

namespace nernst {

double WireReport::rms_error() const { return cells > 0 ? std::sqrt(square_error / cells) : 0; }
double WireReport::rms_effect() const { return cells > 0 ? std::sqrt(square_effect / cells) : 0; }
WireReport& WireReport::operator+=(const WireReport& other) {
  refreshes += other.refreshes;
  cells += other.cells;
  square_error += other.square_error;
  largest_error = std::max(largest_error, other.largest_error);
  square_effect += other.square_effect;
  return *this;
}

namespace {

// The smallest conductance that counts as one: below it a cell shows what the one beside it shows.
constexpr double kOpen = 1e-18;

}  // namespace

// What is kept of the wires, and the methods that keep it.
struct WiredTile::Wiring {
  // Reads in one direction.
  struct Map {
    WireNetwork network;
    Matrix<double> factor, shift;
    Matrix<double> reference_S;  // effective conductances of the references, as they were last
    Matrix<double> effective;    // now
    PaddedMatrix<float> floats;  // the same for the kernels
  };

  Wiring(const Tile& tile, const DeviceSpec& tile_device, const TileSpec& spec,
         const WireSpec& wire_spec, Backend backend)
      : cells(tile),
        device(tile_device),
        wires(wire_spec),
        pair(spec.weight == WeightCoding::differential_pair),
        plain(backend == Backend::reference),
        kernels(backend == Backend::scalar ? scalar_matmul() : fast_matmul()),
        rows(spec.rows),
        columns(spec.columns),
        net(rows, columns),
        solved_net(rows, columns),
        dose(rows, columns, 1.0) {
    const WireNetwork forward = wires.read_network(ReadDirection::forward);
    const WireNetwork transposed = wires.read_network(ReadDirection::transposed);
    maps.resize(forward == transposed ? 1 : 2);
    maps.front().network = forward;
    maps.back().network = transposed;
    for (Map& map : maps) {
      for (Matrix<double>* plane : {&map.factor, &map.shift, &map.effective})
        *plane = Matrix<double>(rows, columns);
      if (!plain) map.floats = PaddedMatrix<float>(rows, columns);
    }
  }

  Map& map_of(ReadDirection direction) {
    return maps[direction == ReadDirection::transposed ? maps.size() - 1 : 0];
  }

  // Brings the effective net weights up to date with the cells.
  void follow() {
    if (!changed) return;
    changed = false;
    cells.copy_net(net.view());
    // one pass over the planes finds both what the kept maps give and whether they still serve
    std::vector<double> change(columns);
    double sum = 0;
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t c = 0; c < columns; ++c) change[c] = net(r, c) - solved_net(r, c);
      sum += square_norm(change);
      for (Map& map : maps) apply(map, r);
    }
    // rms change of the net weights since they were last solved
    const double moved = std::sqrt(sum / static_cast<double>(rows * columns));
    if (is_solved() && moved <= wires.refresh_change) return;
    solve();
    for (Map& map : maps)
      for (std::size_t r = 0; r < rows; ++r) apply(map, r);
  }

  // Effective net weights of row r by the factors and shifts of the last solution.
  void apply(Map& map, std::size_t r) const {
    const double* const factor = map.factor.row(r).data();
    const double* const shift = map.shift.row(r).data();
    const double* const own = net.row(r).data();
    double* const effective = map.effective.row(r).data();
    for (std::size_t c = 0; c < columns; ++c) effective[c] = factor[c] * own[c] + shift[c];
    if (plain) return;
    float* const floats = map.floats.row(r).data();
    for (std::size_t c = 0; c < columns; ++c) floats[c] = static_cast<float>(effective[c]);
  }

  bool is_solved() const { return solved[0] != 0; }

  // The doses are those of the last solution, so that the samples of a mini-batch share it.
  void have_dose() {
    if (!is_solved()) follow();
  }

  void solve() {
    Matrix<double> cell_S(rows, columns), other_S(rows, columns);
    cells.copy_cells(cell_S.view(), other_S.view());
    for (Matrix<double>* plane : {&cell_S, &other_S})
      for (double& value : plane->values()) value = device.physical.cell_S(value);
    const bool same_references = !pair && other_S.values() == last_other_S.values();
    for (Map& map : maps) solve_map(map, cell_S, other_S, same_references);
    // the load of gates is always the same
    const bool has_dose = is_solved() && wires.write_load == WriteLoad::gate;
    if (is_solved()) books[kRefreshes] += 1;
    last_other_S = std::move(other_S);
    solved_net = net;
    solved[0] = 1;
    if (!has_dose) find_dose(cell_S);
  }

  void solve_map(Map& map, const Matrix<double>& cell_S, const Matrix<double>& other_S,
                 bool same_references) {
    const auto solver =
        make_wire_solver(map.network, rows, columns, {.tolerance = wires.tolerance});
    Matrix<double> effective_S(rows, columns);
    solver->set_conductances(cell_S.view());
    solver->effective_conductances(effective_S.view());
    if (!same_references) {
      map.reference_S = Matrix<double>(rows, columns);
      solver->set_conductances(other_S.view());
      solver->effective_conductances(map.reference_S.view());
    }
    const double slope_S = device.physical.slope_S() * (pair ? 2 : 1);
    for (std::size_t k = 0; k < net.values().size(); ++k) {
      const double now = (effective_S.values()[k] - map.reference_S.values()[k]) / slope_S;
      const double before = net.values()[k];
      if (is_solved()) {
        const double used = map.factor.values()[k] * before + map.shift.values()[k];
        books[kCells] += 1;
        books[kSquareError] += (used - now) * (used - now);
        books[kLargestError] = std::max(books[kLargestError], std::abs(used - now));
        books[kSquareEffect] += (before - now) * (before - now);
      }
      const double own_S = pair ? cell_S.values()[k] + other_S.values()[k] : cell_S.values()[k];
      const double seen_S =
          pair ? effective_S.values()[k] + map.reference_S.values()[k] : effective_S.values()[k];
      // next to good conductors a poor one shows more than its own: what leaks round it
      const double factor = own_S > kOpen ? std::min(seen_S / own_S, 1.0) : 1.0;
      map.factor.values()[k] = factor;
      map.shift.values()[k] = now - factor * before;
    }
  }

  Matrix<double> write_load_S(const Matrix<double>& cell_S) const {
    if (wires.write_load == WriteLoad::channel) return cell_S;
    return Matrix<double>(rows, columns, WireSpec::gate_S(device.physical));
  }

  void find_dose(const Matrix<double>& cell_S) {
    Matrix<double> load_S = write_load_S(cell_S);
    for (double& g : load_S.values()) g *= wires.write_activity;
    const auto solver =
        make_wire_solver(wires.write_network(), rows, columns, {.tolerance = wires.tolerance});
    solver->set_conductances(load_S.view());
    WireSolution volts;
    solver->solve(std::vector(rows, -0.5), std::vector(columns, 0.5), volts);
    for (std::size_t k = 0; k < dose.values().size(); ++k)
      dose.values()[k] = dose_of(volts.column_V.values()[k] - volts.row_V.values()[k]);
  }

  double dose_of(double part_of_volts) const {
    return std::pow(std::max(part_of_volts, 0.0), wires.dose_power);
  }

  // The mean over the slots of a train in which a cell is pulsed, each slot solved.
  Matrix<double> dose_by_slot(const UpdatePulses& pulses) {
    Matrix<double> cell_S(rows, columns), other_S(rows, columns), sum(rows, columns);
    cells.copy_cells(cell_S.view(), other_S.view());
    for (double& value : cell_S.values()) value = device.physical.cell_S(value);
    const Matrix<double> whole_S = write_load_S(cell_S);
    const auto solver =
        make_wire_solver(wires.write_network(), rows, columns, {.tolerance = wires.tolerance});
    Matrix<double> load_S(rows, columns), count(rows, columns);
    WireSolution volts;
    std::vector<double> row_V(rows), column_V(columns);
    for (std::uint32_t slot = 0; slot < pulses.slots; ++slot) {
      const auto fires = [&](std::uint32_t train) { return (train >> slot & 1) != 0; };
      for (std::size_t r = 0; r < rows; ++r) row_V[r] = fires(pulses.row_train[r]) ? -0.5 : 0;
      for (std::size_t c = 0; c < columns; ++c)
        column_V[c] = fires(pulses.column_train[c]) ? 0.5 : 0;
      for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t c = 0; c < columns; ++c)
          load_S(r, c) = row_V[r] != 0 && column_V[c] != 0 ? whole_S(r, c) : 0;
      solver->set_conductances(load_S.view());
      solver->solve(row_V, column_V, volts);
      for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t c = 0; c < columns; ++c) {
          if (row_V[r] == 0 || column_V[c] == 0) continue;
          sum(r, c) += dose_of(volts.column_V(r, c) - volts.row_V(r, c));
          count(r, c) += 1;
        }
    }
    for (std::size_t k = 0; k < sum.values().size(); ++k)
      sum.values()[k] = count.values()[k] > 0 ? sum.values()[k] / count.values()[k] : 1;
    return sum;
  }

  void read(ReadDirection direction, MatrixView<const double> in, MatrixView<double> out) {
    follow();
    const Map& map = map_of(direction);
    const bool forward = direction == ReadDirection::forward;
    if (!plain) {
      by_kernel(forward ? kernels.mvm : kernels.mvm_transposed, map, in, out);
    } else if (forward) {
      multiply(map.effective.view(), in, out);
    } else {
      multiply_transposed(map.effective.view(), in, out);
    }
  }

  static void by_kernel(MatMul kernel, const Map& map, MatrixView<const double> in,
                        MatrixView<double> out) {
    PaddedMatrix<float> from(in.rows(), in.columns()), to(out.rows(), out.columns());
    for (std::size_t b = 0; b < in.rows(); ++b)
      std::ranges::transform(in.row(b), from.row(b).begin(),
                             [](double v) { return static_cast<float>(v); });
    kernel(map.floats.view(), std::as_const(from).view(), to.view());
    for (std::size_t b = 0; b < out.rows(); ++b) std::ranges::copy(to.row(b), out.row(b).begin());
  }

  const Tile& cells;
  DeviceSpec device;
  WireSpec wires;
  bool pair, plain;
  MatMulKernels kernels;
  std::size_t rows, columns;
  std::vector<Map> maps;  // forward and, where it differs, transposed
  Matrix<double> net, solved_net, last_other_S, dose;
  std::array<double, 1> solved{};  // whether there is a solution
  bool changed = true;             // cells have changed since `effective` was found
  // the report, as state
  enum { kRefreshes, kCells, kSquareError, kLargestError, kSquareEffect, kBooks };
  std::array<double, kBooks> books{};
};

WiredTile::WiredTile(std::unique_ptr<Tile> cells, const DeviceSpec& device, const TileSpec& tile,
                     const WireSpec& wires, Backend backend)
    : TileDecorator(std::move(cells)),
      wiring_(std::make_unique<Wiring>(this->cells(), device, tile, wires, backend)) {
  check_wires(wires.write_network(), "chip.wires.");
}

WiredTile::~WiredTile() = default;

void WiredTile::mvm(MatrixView<const double> x, MatrixView<double> y,
                    std::span<const std::uint64_t> events) const {
  wiring_->read(ReadDirection::forward, x, y);
  cells().add_read_noise(ReadDirection::forward, x, y, events);
}

void WiredTile::mvm_transposed(MatrixView<const double> y, MatrixView<double> x,
                               std::span<const std::uint64_t> events) const {
  wiring_->read(ReadDirection::transposed, y, x);
  cells().add_read_noise(ReadDirection::transposed, y, x, events);
}

PulseCounts WiredTile::outer_update(const UpdatePulses& pulses, std::uint64_t event) {
  if (pulses.nothing()) return {};
  wiring_->have_dose();
  UpdatePulses through = pulses;
  through.dose_scale = wiring_->dose.view();
  Matrix<double> by_slot;
  if (wiring_->wires.refresh_change == 0 && pulses.coding == Coding::stochastic) {
    by_slot = wiring_->dose_by_slot(pulses);
    through.dose_scale = std::as_const(by_slot).view();
  }
  // what the drivers leave of it already
  Matrix<double> both;
  if (!pulses.dose_scale.empty()) {
    both = Matrix<double>(wiring_->rows, wiring_->columns);
    for (std::size_t r = 0; r < wiring_->rows; ++r)
      for (std::size_t c = 0; c < wiring_->columns; ++c)
        both(r, c) = pulses.dose_scale(r, c) * through.dose_scale(r, c);
    through.dose_scale = std::as_const(both).view();
  }
  wiring_->changed = true;
  return cells().outer_update(through, event);
}

PulseCounts WiredTile::write_row(std::size_t row, std::span<const double> doses,
                                 std::uint64_t event) {
  wiring_->have_dose();
  wiring_->changed = true;
  std::vector<double> through(doses.begin(), doses.end());
  for (std::size_t c = 0; c < through.size(); ++c) through[c] *= wiring_->dose(row, c);
  return cells().write_row(row, through, event);
}

PulseCounts WiredTile::pulse(std::size_t row, std::size_t column, double dose,
                             std::uint64_t event) {
  wiring_->have_dose();
  wiring_->changed = true;
  return cells().pulse(row, column, dose * wiring_->dose(row, column), event);
}

void WiredTile::read_row(std::size_t row, std::span<double> net, std::uint64_t event) const {
  // the row is driven alone, all columns are sensed
  wiring_->follow();
  cells().read_row(row, net, event);
  const Wiring::Map& map = wiring_->map_of(ReadDirection::transposed);
  for (std::size_t c = 0; c < net.size(); ++c)
    net[c] += map.effective(row, c) - wiring_->net(row, c);
}

void WiredTile::reset_row(std::size_t row, std::uint64_t event) {
  wiring_->changed = true;
  cells().reset_row(row, event);
}
void WiredTile::zero_references(std::uint64_t event) {
  wiring_->changed = true;
  wiring_->solved[0] = 0;
  cells().zero_references(event);
}
void WiredTile::fabricate(MatrixView<const double> net) {
  wiring_->changed = true;
  wiring_->solved[0] = 0;
  cells().fabricate(net);
}
void WiredTile::advance_to(double time_s) {
  cells().advance_to(time_s);
  if (wiring_->device.retention.enabled()) wiring_->changed = true;
}

std::vector<PlaneView> WiredTile::state() {
  std::vector<PlaneView> planes = cells().state();
  // what is restored through the planes is not what `effective` was found from
  wiring_->changed = true;
  planes.push_back({"wires_solved", std::span<double>(wiring_->solved)});
  planes.push_back({"wires_net", std::span<double>(wiring_->solved_net.values())});
  planes.push_back({"wires_dose", std::span<double>(wiring_->dose.values())});
  for (std::size_t k = 0; k < wiring_->maps.size(); ++k) {
    const std::string name = k == 0 ? "wires_" : "wires_transposed_";
    planes.push_back({name + "factor", std::span<double>(wiring_->maps[k].factor.values())});
    planes.push_back({name + "shift", std::span<double>(wiring_->maps[k].shift.values())});
  }
  planes.push_back({"wires_report", std::span<double>(wiring_->books)});
  return planes;
}

void WiredTile::copy_effective(ReadDirection direction, MatrixView<double> net) const {
  wiring_->follow();
  const Matrix<double>& effective = wiring_->map_of(direction).effective;
  for (std::size_t r = 0; r < net.rows(); ++r)
    std::ranges::copy(effective.row(r), net.row(r).begin());
}

MatrixView<const double> WiredTile::dose_scale() const {
  wiring_->have_dose();
  return std::as_const(wiring_->dose).view();
}

WireReport WiredTile::report() const {
  const auto& books = wiring_->books;
  return {.refreshes = books[Wiring::kRefreshes],
          .cells = books[Wiring::kCells],
          .square_error = books[Wiring::kSquareError],
          .largest_error = books[Wiring::kLargestError],
          .square_effect = books[Wiring::kSquareEffect]};
}

std::uint64_t WiredTile::bytes(const TileSpec& tile, const WireSpec& wires) {
  const std::uint64_t cells = tile.rows * tile.columns;
  const std::uint64_t maps =
      wires.read_network(ReadDirection::forward) == wires.read_network(ReadDirection::transposed)
          ? 1
          : 2;
  return cells * (4 * sizeof(double) + maps * (4 * sizeof(double) + sizeof(float)));
}

}  // namespace nernst
