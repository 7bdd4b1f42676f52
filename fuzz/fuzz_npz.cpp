// SPDX-License-Identifier: Apache-2.0
#include <zlib.h>

#include "fuzz.h"
#include "nernst/io/dense_layers.h"
#include "nernst/io/npz.h"

using namespace nernst;

// The bytes as a file, and once more as the only entry of one, behind a checksum that fits: the
// fuzzer would not find it.
static std::string zip_of(std::string_view content) {
  const auto put = [](std::uint64_t number, int width) {
    std::string bytes;
    for (int k = 0; k < width; ++k) bytes += static_cast<char>(number >> (8 * k));
    return bytes;
  };
  const auto crc = crc32_z(0, reinterpret_cast<const Bytef*>(content.data()), content.size());
  const std::string name = "w.weight.npy";
  const std::string common = put(20, 2) + put(0, 8) + put(crc, 4) + put(content.size(), 4) +
                             put(content.size(), 4) + put(name.size(), 2) + put(0, 2);
  const std::string local = "PK\x03\x04" + common + name + std::string(content);
  const std::string directory = "PK\x01\x02" + put(20, 2) + common + std::string(14, '\0') + name;
  return local + directory + "PK\x05\x06" + put(0, 4) + put(1, 2) + put(1, 2) +
         put(directory.size(), 4) + put(local.size(), 4) + put(0, 2);
}

static void check(std::string_view bytes) {
  for (const io::NpzArray& array : io::parse_npz(bytes, "x")) {
    std::size_t count = 1;
    for (const std::size_t extent : array.shape) count *= extent;
    fuzz::ensure(count == array.values.size() + array.texts.size());
  }
  for (const io::DenseLayer& layer : io::dense_layers_of_npz(bytes, "x"))
    fuzz::ensure(layer.bias.empty() || layer.bias.size() == layer.weights.rows());
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::run(data, size, check);
  return fuzz::run(data, size, [](std::string_view bytes) { check(zip_of(bytes)); });
}
