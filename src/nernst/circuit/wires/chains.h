// SPDX-License-Identifier: Apache-2.0
// All row lines, or all column lines, of a crossbar with the cells as shunts: T = wires + shunts.
#pragma once

#include <span>

#include "nernst/base/aligned.h"
#include "nernst/circuit/wires/line_kernels.h"
#include "nernst/circuit/wires/network.h"

namespace nernst {

using PlaneOfNodes = AlignedVector<double>;

// Lines of three kinds: chains of segments; single nodes (no resistance but at their ends); and
// lines that stand at the voltage of their terminals (no resistance at all). Equations are kept in
// units of `scale`, a segment's resistance, so that a chain's own conductance is 1.
class Chains {
 public:
  Chains(const LineWires& wires, std::size_t nodes, std::size_t lines);

  LinePlane plane() const { return plane_; }
  std::size_t lines() const { return lines_; }
  double scale() const { return kind_ == Kind::chain ? wires_.r_segment_Ohm : 1; }
  // Whether the lines are at the voltages of their terminals whatever flows.
  bool fixed() const { return kind_ == Kind::fixed; }
  bool single_node() const { return kind_ == Kind::node; }
  bool is_chain() const { return kind_ == Kind::chain; }
  // Whether the crossings next to terminals stand at the voltage of these.
  bool held() const { return wires_.is_held(); }
  bool is_held_at(std::size_t node) const { return wires_.is_held_at(node, plane_.nodes); }
  // Gives the nodes that are held the voltages `volts`, or 0.
  void hold(std::span<const double> volts, PlaneOfNodes& nodes) const;
  void clear_held(PlaneOfNodes& nodes) const;
  // Conductances of the ends, in units of 1 / scale; 0 where there is no terminal, and next to
  // infinite where the node is held.
  double first() const { return first_; }
  double last() const { return last_; }

  // Takes the shunts of all nodes, in units of 1 / scale.
  void factor(const PlaneOfNodes& shunt);
  // result = T^-1 x; 0 where the lines are fixed or held. `result` may be `x`.
  void solve(const PlaneOfNodes& x, PlaneOfNodes& result) const;
  // What the terminals bring into the nodes: result = the right-hand side for voltages `volts`. Of
  // held nodes that is what they bring into their neighbours.
  void drive(std::span<const double> volts, PlaneOfNodes& result) const;
  // The voltages of the nodes where nothing but the terminals drives them.
  void undisturbed(std::span<const double> volts, PlaneOfNodes& result) const;
  // Of lines that are single nodes: moves all that flows into a line to its node 0.
  void collect(PlaneOfNodes& into) const;
  // The most that a node lacks of a volt at all terminals: T^-1 (shunt x) is at most this part of
  // the largest |x|.
  double most_lost() const;
  // Of chains: 1 / d_k of T = L D L^T, and the same for an elimination from the last node.
  const PlaneOfNodes& pivots() const { return inverse_; }
  PlaneOfNodes pivots_from_last(const PlaneOfNodes& shunt) const;

 private:
  enum class Kind { chain, node, fixed };
  // down the nodes of every line, the sum
  void sums(const PlaneOfNodes& values, PlaneOfNodes& total) const;
  void spread(const PlaneOfNodes& one, PlaneOfNodes& result) const;

  LineWires wires_;
  Kind kind_;
  LinePlane plane_;
  std::size_t lines_;
  double first_, last_;  // conductance of the ends, in units of 1 / scale
  PlaneOfNodes inverse_;
};

}  // namespace nernst
