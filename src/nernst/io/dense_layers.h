// SPDX-License-Identifier: Apache-2.0
// Networks that others trained: the dense layers of an NPZ file of weights or of an ONNX model.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "nernst/base/matrix_view.h"

namespace nernst::io {

struct DenseLayer {
  Matrix<double> weights;    // outputs x inputs
  std::vector<double> bias;  // outputs, or empty
  // sigmoid, tanh, relu, leaky_relu, softmax, linear; "" = the file does not say
  std::string activation;
};

// The layers in the file at `path`, from the inputs on: an NPZ file when its name ends in .npz, an
// ONNX model when it ends in .onnx. Consecutive layers fit and every number is finite. Throws
// ConfigError for everything else, IoError when the system refuses.
std::vector<DenseLayer> read_dense_layers(const std::filesystem::path& path);

// What an NPZ file says of the data that its network learned from; empty where it says nothing, as
// an ONNX model does. An input x becomes (x - offset) / width, or 0 where width is 0.
struct LearnedFrom {
  std::vector<std::string> classes, features;
  std::vector<double> input_offset, input_width;
};
LearnedFrom read_learned_from(const std::filesystem::path& path);

// The same from the bytes of such a file; `where` is what an error calls it.
std::vector<DenseLayer> dense_layers_of_npz(std::string_view bytes, const std::string& where);
std::vector<DenseLayer> dense_layers_of_onnx(std::string_view bytes, const std::string& where);

}  // namespace nernst::io
