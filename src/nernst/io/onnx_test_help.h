// SPDX-License-Identifier: Apache-2.0
// ONNX files for the tests, written field by field as protobuf's encoding has them, without its
// library.
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <vector>

namespace nernst::io::onnx_file {

inline std::string varint(std::uint64_t number) {
  std::string bytes;
  for (; number >= 0x80; number >>= 7) bytes += static_cast<char>((number & 0x7F) | 0x80);
  return bytes + static_cast<char>(number);
}

// Field `id` as a number, as bytes, as a float.
inline std::string number(int id, std::int64_t value) {
  return varint(static_cast<std::uint64_t>(id) << 3) + varint(static_cast<std::uint64_t>(value));
}
inline std::string text(int id, const std::string& bytes) {
  return varint(static_cast<std::uint64_t>(id) << 3 | 2) + varint(bytes.size()) + bytes;
}
inline std::string single(int id, float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  return varint(static_cast<std::uint64_t>(id) << 3 | 5) +
         std::string(reinterpret_cast<const char*>(&bits), 4);
}

template <class T>
std::string raw(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

// TensorProto: dims 1, data_type 2, float_data 4, name 8, raw_data 9
inline std::string tensor_of(const std::string& name, int type,
                             const std::vector<std::int64_t>& shape, const std::string& data) {
  std::string bytes;
  for (const std::int64_t extent : shape) bytes += number(1, extent);
  return bytes + number(2, type) + text(8, name) + data;
}
inline std::string tensor(const std::string& name, const std::vector<std::int64_t>& shape,
                          const std::vector<float>& values) {
  return tensor_of(name, 1, shape, text(9, raw(values)));
}

// AttributeProto: name 1, f 2, i 3, t 5, type 20
inline std::string attribute(const std::string& name, float value) {
  return text(5, text(1, name) + single(2, value) + number(20, 1));
}
inline std::string attribute(const std::string& name, int value) {
  return text(5, text(1, name) + number(3, value) + number(20, 2));
}
inline std::string attribute(const std::string& name, const std::string& tensor) {
  return text(5, text(1, name) + text(5, tensor) + number(20, 4));
}

// NodeProto: input 1, output 2, name 3, op_type 4, attribute 5
inline std::string node(const std::string& op, const std::vector<std::string>& inputs,
                        const std::string& output, const std::string& attributes = "",
                        const std::string& name = "") {
  std::string bytes;
  for (const std::string& input : inputs) bytes += text(1, input);
  bytes += text(2, output);
  if (!name.empty()) bytes += text(3, name);
  return bytes + text(4, op) + attributes;
}

// ModelProto: ir_version 1, graph 7, opset_import 8; GraphProto: node 1, name 2, initializer 5,
// input 11, output 12
inline std::string model(const std::vector<std::string>& nodes,
                         const std::vector<std::string>& tensors,
                         const std::vector<std::string>& inputs = {"x"},
                         const std::vector<std::string>& outputs = {"y"}) {
  std::string graph;
  for (const std::string& one : nodes) graph += text(1, one);
  graph += text(2, "graph");
  for (const std::string& one : tensors) graph += text(5, one);
  for (const std::string& one : inputs) graph += text(11, text(1, one));
  for (const std::string& one : outputs) graph += text(12, text(1, one));
  return number(1, 8) + text(7, graph) + text(8, number(2, 13));
}

}  // namespace nernst::io::onnx_file
