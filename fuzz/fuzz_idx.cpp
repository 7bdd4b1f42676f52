// SPDX-License-Identifier: Apache-2.0
#include "fuzz.h"
#include "nernst/io/idx.h"

using namespace nernst;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz::run(data, size, [](std::string_view bytes) {
    const io::IdxArray array = io::parse_idx(bytes, "x");
    std::size_t count = 1;
    for (const std::size_t extent : array.shape) count *= extent;
    fuzz::ensure(count == array.values.size() + array.numbers.size() && count < bytes.size());
    fuzz::ensure(array.values.empty() || array.numbers.empty());
  });
}
