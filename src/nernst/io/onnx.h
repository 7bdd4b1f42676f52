// SPDX-License-Identifier: Apache-2.0
// ONNX models (onnx.ai, IR of version 3 and later) as plain structs: the graph, not what it means.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace nernst::io {

// `values` has the product of `shape` entries, the last index fastest. A shape without extents is
// that of a single number.
struct OnnxTensor {
  std::vector<std::size_t> shape;
  std::vector<double> values;
};

struct OnnxNode {
  std::string op;  // "Gemm"; "DOMAIN::OP" of another domain than ONNX's own
  std::string name;
  std::vector<std::string> inputs;  // names of values; "" = left out
  std::vector<std::string> outputs;
  std::map<std::string, double> numbers;  // the attributes that are one number
};

// A constant is one of the initializers, whether the file has it as such or as a node.
struct OnnxModel {
  std::vector<OnnxNode> nodes;
  std::map<std::string, OnnxTensor> initializers;  // by name
  std::vector<std::string> inputs;                 // without those that initializers give
  std::vector<std::string> outputs;
};

// The model in `bytes`. Tensors are of float16, float32, float64, int8 to int64, uint8 to uint64 or
// bool; a number may be NaN or infinite. Throws ConfigError, naming `where` and the tensor or node,
// for everything else, damage, and tensors that lie in other files.
OnnxModel parse_onnx(std::string_view bytes, const std::string& where);

}  // namespace nernst::io
