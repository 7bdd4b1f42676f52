// SPDX-License-Identifier: Apache-2.0
// What time leaves of the cells of a tile and of their references (see Relaxation).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "nernst/base/aligned.h"
#include "nernst/base/planes.h"
#include "nernst/device/relaxation.h"

namespace nernst {

// Of every cell: what was written at once, and when; what pulses have added since, mode by mode, as
// it was when the cell was last pulsed, without these last pulses; and when that was. The w of that
// moment is kept with the cell. Without retention there is nothing, and cells stay as they are.
template <class T>
class CellAges {
 public:
  CellAges(const RetentionSpec& retention, std::size_t cells, std::size_t references)
      : relaxation_(retention), w_rest_(retention.w_rest), references_(retention.references) {
    if (!enabled()) return;
    settled_.resize(cells);
    settled_s_.resize(cells);
    young_.resize(relaxation_.modes());
    for (auto& plane : young_) plane.resize(cells);
    written_s_.resize(cells);
    reference_s_.resize(references);
  }

  bool enabled() const { return relaxation_.enabled(); }
  double resolution_s() const { return relaxation_.resolution_s(); }
  // Whether time has passed since the cell's w was kept.
  bool is_older(std::size_t position, double now_s) const {
    return enabled() && now_s > written_s_[position];
  }

  // The cell has been set to w at once.
  void settle(std::size_t position, T w, double now_s) {
    if (!enabled()) return;
    settled_[position] = w - static_cast<T>(w_rest_);
    settled_s_[position] = written_s_[position] = now_s;
    for (auto& plane : young_) plane[position] = T(0);
  }

  // What has become of the cell whose w was `w` when it was kept; were there no bounds.
  double relaxed(std::size_t position, T w, double now_s) const {
    double sum = settled_part(position, now_s);
    const double added = newest(position, w), passed_s = now_s - written_s_[position];
    for (std::size_t mode = 0; mode < young_.size(); ++mode)
      sum += young_now(mode, position, added, passed_s);
    return sum;
  }

  // The same, from which its age goes on: before the cell is pulsed. The caller keeps the w.
  double bring_up_to_date(std::size_t position, T w, double now_s) {
    double sum = settled_part(position, now_s);
    const double added = newest(position, w), passed_s = now_s - written_s_[position];
    for (std::size_t mode = 0; mode < young_.size(); ++mode) {
      const double young = young_now(mode, position, added, passed_s);
      young_[mode][position] = static_cast<T>(young);
      sum += young;
    }
    written_s_[position] = now_s;
    return sum;
  }

  // A reference has been set, and where it is that was set to `set`.
  void set_reference(std::size_t position, double now_s) {
    if (enabled()) reference_s_[position] = now_s;
  }
  T reference(std::size_t position, T set, double now_s) const {
    if (!enabled() || references_ == References::resistors) return set;
    const T rest = static_cast<T>(w_rest_);
    return rest + (set - rest) * static_cast<T>(relaxation_.kept(now_s - reference_s_[position]));
  }

  void add_planes(std::vector<PlaneView>& planes) {
    if (!enabled()) return;
    planes.push_back({"settled", std::span<T>(settled_)});
    planes.push_back({"settled_s", std::span<double>(settled_s_)});
    for (std::size_t mode = 0; mode < young_.size(); ++mode)
      planes.push_back({"young_" + std::to_string(mode), std::span<T>(young_[mode])});
    planes.push_back({"reference_s", std::span<double>(reference_s_)});
    planes.push_back({"written_s", std::span<double>(written_s_)});
  }

  static std::uint64_t bytes_per_cell(const RetentionSpec& retention) {
    if (!retention.enabled()) return 0;
    return 3 * sizeof(double) + (1 + Relaxation(retention).modes()) * sizeof(T);
  }

 private:
  double settled_part(std::size_t position, double time_s) const {
    return w_rest_ + static_cast<double>(settled_[position]) *
                         relaxation_.kept(time_s - settled_s_[position]);
  }
  // What the last pulses have added: what w has beside all that was there before them.
  double newest(std::size_t position, T w) const {
    double before = settled_part(position, written_s_[position]);
    for (const auto& plane : young_) before += static_cast<double>(plane[position]);
    return static_cast<double>(w) - before;
  }
  double young_now(std::size_t mode, std::size_t position, double added, double passed_s) const {
    return (static_cast<double>(young_[mode][position]) + relaxation_.weight(mode) * added) *
           relaxation_.left(mode, passed_s);
  }

  Relaxation relaxation_;
  double w_rest_;
  References references_;
  AlignedVector<T> settled_;  // w - w_rest
  AlignedVector<double> settled_s_;
  std::vector<AlignedVector<T>> young_;
  AlignedVector<double> written_s_;
  AlignedVector<double> reference_s_;
};

}  // namespace nernst
