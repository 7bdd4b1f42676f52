// SPDX-License-Identifier: Apache-2.0
#include "fuzz.h"
#include "nernst/io/gzip.h"

using namespace nernst;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz::run(data, size, [](std::string_view bytes) {
    constexpr std::size_t most = 1 << 20;
    fuzz::ensure(io::gunzip(bytes, "x", most).size() <= most);
  });
}
