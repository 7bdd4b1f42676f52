// SPDX-License-Identifier: Apache-2.0
#include "fuzz.h"
#include "nernst/io/toml.h"

using namespace nernst;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz::run(data, size, [](std::string_view bytes) {
    const Tree tree = io::parse_toml(bytes, "x");
    // what was read can be written, and reads back
    const std::string written = io::to_toml(tree);
    const Tree again = io::parse_toml(written, "y");
    fuzz::ensure(fuzz::same_content(again, tree));
    fuzz::ensure(io::to_toml(again) == written);
  });
}
