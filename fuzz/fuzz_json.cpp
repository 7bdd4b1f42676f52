// SPDX-License-Identifier: Apache-2.0
#include "fuzz.h"
#include "nernst/io/json.h"

using namespace nernst;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz::run(data, size, [](std::string_view bytes) {
    const Tree tree = io::parse_json(bytes, "x");
    for (const auto layout : {io::JsonLayout::line, io::JsonLayout::indented})
      fuzz::ensure(io::parse_json(io::to_json(tree, layout), "y") == tree);
  });
}
