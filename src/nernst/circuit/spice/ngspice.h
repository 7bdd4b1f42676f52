// SPDX-License-Identifier: Apache-2.0
// Runs netlists in ngspice: in its library where that can be loaded, else in the program.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "nernst/circuit/spice/netlist.h"

namespace nernst {

enum class SpiceEngine { automatic, library, program };

// The voltage of each node under its name, and the current through each source, from its plus to
// its minus end, under `<source>#branch`: of an operating point, or at the end of a transient.
using SpiceValues = std::map<std::string, double, std::less<>>;

class Ngspice {
 public:
  virtual ~Ngspice() = default;
  // Throws ConfigError with ngspice's own words where it refuses the netlist.
  virtual SpiceValues run(const Netlist& netlist) = 0;
  // "libngspice" or "ngspice".
  virtual std::string name() const = 0;
};

// Throws ConfigError where there is none of this kind on the machine.
std::unique_ptr<Ngspice> make_ngspice(SpiceEngine engine);

// The values of an ASCII raw file of ngspice, at its last point. Throws ConfigError naming `where`.
SpiceValues parse_raw_file(std::string_view text, const std::string& where);

}  // namespace nernst
