// SPDX-License-Identifier: Apache-2.0
#include "nernst/io/onnx.h"

// what Debian's library was built with
#define ONNX_NAMESPACE onnx
#define ONNX_ML 1
#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <limits>
#include <optional>

#include "nernst/base/error.h"
#include "nernst/io/npz_numbers.h"
#include "nernst/io/text.h"

namespace nernst::io {

namespace {

using Proto = onnx::TensorProto;

// Reads one model; remembers what to call it.
class ModelReader {
 public:
  explicit ModelReader(const std::string& where) : where_(where) {}

  OnnxModel read(const onnx::GraphProto& graph) {
    if (graph.sparse_initializer_size() > 0)
      fail("has sparse tensors, which are not read; give dense ones");
    for (const Proto& tensor : graph.initializer())
      add(tensor.name(), read_tensor(tensor, tensor.name()));
    for (const onnx::NodeProto& node : graph.node()) {
      if (node.op_type() == "Constant" && is_own(node.domain()))
        add_constant(node);
      else
        model_.nodes.push_back(read_node(node));
    }
    // files of early versions list the initializers among the inputs
    for (const auto& input : graph.input())
      if (!model_.initializers.contains(input.name())) model_.inputs.push_back(input.name());
    for (const auto& output : graph.output()) model_.outputs.push_back(output.name());
    return std::move(model_);
  }

 private:
  [[noreturn]] void fail(const std::string& sentence) const {
    throw ConfigError(where_, "", sentence);
  }

  static bool is_own(const std::string& domain) { return domain.empty() || domain == "ai.onnx"; }

  void add(const std::string& name, OnnxTensor tensor) {
    if (!model_.initializers.emplace(name, std::move(tensor)).second)
      fail(fmt::format("has two tensors \"{}\"", shown(name)));
  }

  static OnnxNode read_node(const onnx::NodeProto& proto) {
    OnnxNode node;
    node.op = is_own(proto.domain()) ? proto.op_type() : proto.domain() + "::" + proto.op_type();
    node.name = proto.name();
    node.inputs.assign(proto.input().begin(), proto.input().end());
    node.outputs.assign(proto.output().begin(), proto.output().end());
    for (const onnx::AttributeProto& attribute : proto.attribute()) {
      if (attribute.type() == onnx::AttributeProto::FLOAT)
        node.numbers[attribute.name()] = static_cast<double>(attribute.f());
      if (attribute.type() == onnx::AttributeProto::INT)
        node.numbers[attribute.name()] = static_cast<double>(attribute.i());
    }
    return node;
  }

  void add_constant(const onnx::NodeProto& node) {
    if (node.output_size() != 1 || node.attribute_size() != 1)
      fail(fmt::format("has a Constant \"{}\" without its one value", shown(node.name())));
    const onnx::AttributeProto& value = node.attribute(0);
    const std::string& name = node.output(0);
    if (value.name() == "value")
      add(name, read_tensor(value.t(), name));
    else if (value.name() == "value_float")
      add(name, {{}, {static_cast<double>(value.f())}});
    else if (value.name() == "value_int")
      add(name, {{}, {static_cast<double>(value.i())}});
    else if (value.name() == "value_floats")
      add(name, list_of(value.floats()));
    else if (value.name() == "value_ints")
      add(name, list_of(value.ints()));
    else
      fail(fmt::format("has a Constant \"{}\" that is no array of numbers", shown(name)));
  }

  template <class List>
  static OnnxTensor list_of(const List& list) {
    OnnxTensor tensor;
    for (const auto number : list) tensor.values.push_back(static_cast<double>(number));
    tensor.shape = {tensor.values.size()};
    return tensor;
  }

  OnnxTensor read_tensor(const Proto& proto, const std::string& name) const {
    const auto refuse = [&](const std::string& sentence) {
      fail(fmt::format("tensor \"{}\" {}", shown(name), sentence));
    };
    if (proto.data_location() == Proto::EXTERNAL || proto.external_data_size() > 0)
      refuse("lies in another file; save the model as one file, without external data");
    if (proto.has_segment()) refuse("is stored in segments; save the model without them");
    const std::optional<NumberType> type = type_of(proto.data_type());
    if (!type)
      refuse(
          fmt::format("has numbers of ONNX type {}; give float16, float32, float64, integers or "
                      "bool",
                      proto.data_type()));

    OnnxTensor tensor;
    for (const std::int64_t extent : proto.dims()) {
      if (extent < 0) refuse(fmt::format("has the extent {} in its shape", extent));
      tensor.shape.push_back(static_cast<std::size_t>(extent));
    }
    if (proto.has_raw_data()) {
      const std::string& raw = proto.raw_data();
      if (raw.size() % type->bytes != 0) refuse("has numbers that are cut short");
      tensor.values = decode_numbers(raw, *type);
    } else {
      tensor.values = typed_values(proto);
    }
    const auto count = count_of(tensor.shape, tensor.values.size());
    if (!count || *count != tensor.values.size())
      refuse(fmt::format("has {} numbers where its shape asks for others", tensor.values.size()));
    return tensor;
  }

  static std::optional<NumberType> type_of(int type) {
    switch (type) {
      case Proto::FLOAT:
        return number_type("f4");
      case Proto::DOUBLE:
        return number_type("f8");
      case Proto::FLOAT16:
        return number_type("f2");
      case Proto::INT8:
        return number_type("i1");
      case Proto::INT16:
        return number_type("i2");
      case Proto::INT32:
        return number_type("i4");
      case Proto::INT64:
        return number_type("i8");
      case Proto::UINT8:
        return number_type("u1");
      case Proto::UINT16:
        return number_type("u2");
      case Proto::UINT32:
        return number_type("u4");
      case Proto::UINT64:
        return number_type("u8");
      case Proto::BOOL:
        return number_type("b1");
      default:
        return std::nullopt;
    }
  }

  // The numbers that are not raw bytes: each type has its list, the small ones share a list.
  static std::vector<double> typed_values(const Proto& proto) {
    switch (proto.data_type()) {
      case Proto::FLOAT:
        return list_of(proto.float_data()).values;
      case Proto::DOUBLE:
        return list_of(proto.double_data()).values;
      case Proto::INT64:
        return list_of(proto.int64_data()).values;
      case Proto::UINT32:
      case Proto::UINT64:
        return list_of(proto.uint64_data()).values;
      default:
        break;
    }
    std::vector<double> values = list_of(proto.int32_data()).values;
    if (proto.data_type() == Proto::FLOAT16)
      for (std::size_t k = 0; k < values.size(); ++k)
        values[k] =
            half_number(static_cast<unsigned>(proto.int32_data(static_cast<int>(k))) & 0xFFFFu);
    return values;
  }

  const std::string& where_;
  OnnxModel model_;
};

}  // namespace

OnnxModel parse_onnx(std::string_view bytes, const std::string& where) {
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    throw ConfigError(where, "", "is larger than 2 GiB, which no ONNX model is");
  onnx::ModelProto proto;
  // any bytes may happen to be fields of some protobuf: what a model must have is asked for
  if (!proto.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    throw ConfigError(where, "", "is not an ONNX model, or is cut short");
  if (!proto.has_ir_version() || !proto.has_graph() || proto.opset_import_size() == 0)
    throw ConfigError(where, "",
                      "is not an ONNX model, or is cut short: it has no version, graph or operator "
                      "set");
  return ModelReader(where).read(proto.graph());
}

}  // namespace nernst::io
