// SPDX-License-Identifier: Apache-2.0
#include "fuzz.h"
#include "nernst/io/toml.h"

using namespace nernst;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz::run(data, size, [](std::string_view bytes) {
    const Tree before =
        io::parse_toml("a.b = 1\nc = [[1, 2], {x = 3}]\n[[l.m]]\nu = 1\n[[l.m]]", "x");
    Tree tree = before;
    try {
      io::set_value(tree, bytes);
    } catch (const ConfigError&) {
      fuzz::ensure(tree == before);
      throw;
    }
    // whatever was set, the resolved config can be written and read
    fuzz::ensure(fuzz::same_content(io::parse_toml(io::to_toml(tree), "y"), tree));
  });
}
