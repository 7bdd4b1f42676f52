// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/wires/crossbar_reads.h"

#include "nernst/base/lane_math.h"
#include "nernst/base/noise.h"

namespace nernst {

namespace {

// Signs that have next to nothing to do with each other, the same each time; as many of each as can
// be.
std::vector<double> random_signs(std::size_t lines) {
  const NoiseStream stream(1, 1, Purpose::shuffle);
  std::vector<double> signs(lines);
  const std::size_t half = lines / 2;
  for (std::size_t k = 0; k < lines; ++k)
    signs[k] = k >= half && k < 2 * half            ? -signs[k - half]
               : stream.uniform<double>(k, 0) < 0.5 ? -1
                                                    : 1;
  return signs;
}

}  // namespace

std::array<CrossbarPower, 2> solve_crossbar(const WireNetwork& network, const Matrix<double>& g_S,
                                            const WireSolverSpec& spec,
                                            Matrix<double>& effective_S) {
  const auto solver = make_wire_solver(network, g_S.rows(), g_S.columns(), spec);
  solver->set_conductances(g_S.view());
  solver->effective_conductances(effective_S.view());
  std::array<CrossbarPower, 2> found;
  found[0].error = found[1].error = solver->error();
  for (std::size_t d = 0; d < 2; ++d) {
    const bool forward = d == 0;
    found[d].ideal_S = sum_of(g_S.values());
    // (nothing flows between lines at one voltage)
    found[d].together_S = sum_of(effective_S.values());
    const std::vector<double> signs = random_signs(forward ? g_S.columns() : g_S.rows());
    const std::vector<double> ground(forward ? g_S.rows() : g_S.columns());
    WireSolution solution;
    solver->solve(forward ? ground : signs, forward ? signs : ground, solution);
    const std::vector<double>& driven_A = forward ? solution.column_A : solution.row_A;
    for (std::size_t k = 0; k < signs.size(); ++k) found[d].random_S -= signs[k] * driven_A[k];
    // of the signs, what is a mean is a read of the first kind; a single line is nothing else
    const double mean = sum_of(signs) / static_cast<double>(signs.size());
    const double alike = mean * mean;
    found[d].random_S = alike == 1
                            ? found[d].together_S
                            : (found[d].random_S - alike * found[d].together_S) / (1 - alike);
  }
  return found;
}

}  // namespace nernst
