// SPDX-License-Identifier: Apache-2.0
#include "fuzz.h"
#include "nernst/io/dense_layers.h"
#include "nernst/io/onnx.h"

using namespace nernst;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz::run(data, size, [](std::string_view bytes) {
    for (const auto& [name, tensor] : io::parse_onnx(bytes, "x").initializers) {
      std::size_t count = 1;
      for (const std::size_t extent : tensor.shape) count *= extent;
      fuzz::ensure(count == tensor.values.size() && count < bytes.size());
    }
    for (const io::DenseLayer& layer : io::dense_layers_of_onnx(bytes, "x"))
      fuzz::ensure(layer.bias.empty() || layer.bias.size() == layer.weights.rows());
  });
}
