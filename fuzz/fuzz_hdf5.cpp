// SPDX-License-Identifier: Apache-2.0
#include "fuzz.h"
#include "nernst/io/hdf5.h"
#include "nernst/io/hdf5_format.h"

using namespace nernst;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz::run(data, size, [](std::string_view bytes) {
    // behind a digest that fits, as a forger would have it
    const io::Hdf5Reader reader(io::with_digest(std::string(bytes)), "x");
    for (const std::string& name : reader.names()) {
      fuzz::ensure(reader.contains(name) && reader.size(name) <= bytes.size());
      try {
        reader.read_text(name);
      } catch (const ConfigError&) {
        // not a text: one of the numbers
      }
      try {
        reader.read<float>(name);
      } catch (const ConfigError&) {
        // another number
      }
      try {
        reader.read<std::uint64_t>(name);
      } catch (const ConfigError&) {
        // another number
      }
    }
  });
}
