// SPDX-License-Identifier: Apache-2.0
#include "nernst/io/dense_layers.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "nernst/base/error.h"
#include "nernst/io/file.h"
#include "nernst/io/npz.h"
#include "nernst/io/onnx.h"
#include "nernst/io/text.h"

namespace nernst::io {

namespace {

// A layer and what its file calls its arrays.
struct NamedLayer {
  DenseLayer layer;
  std::string weights_name, bias_name;
};

std::string in_quotes(std::string_view name) { return fmt::format("\"{}\"", shown(name)); }

bool all_finite(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
}

// The layers without their names, when they make a network.
std::vector<DenseLayer> checked(std::vector<NamedLayer> named, const std::string& where) {
  const auto fail = [&](const std::string& sentence) { throw ConfigError(where, "", sentence); };
  if (named.empty()) fail("has no dense layer");
  std::vector<DenseLayer> layers;
  for (std::size_t l = 0; l < named.size(); ++l) {
    const auto& [layer, weights_name, bias_name] = named[l];
    const std::size_t outputs = layer.weights.rows(), inputs = layer.weights.columns();
    const std::string weights = in_quotes(weights_name);
    if (outputs == 0 || inputs == 0)
      fail(fmt::format("{} has no numbers: {} outputs, {} inputs", weights, outputs, inputs));
    if (!layer.bias.empty() && layer.bias.size() != outputs)
      fail(fmt::format("{} has {} numbers where {} has {} outputs", in_quotes(bias_name),
                       layer.bias.size(), weights, outputs));
    if (l > 0 && inputs != named[l - 1].layer.weights.rows())
      fail(fmt::format("{} takes {} inputs where {} gives {} outputs", weights, inputs,
                       in_quotes(named[l - 1].weights_name), named[l - 1].layer.weights.rows()));
    if (!all_finite(layer.weights.values()))
      fail(fmt::format("{} has a number that is not finite", weights));
    if (!all_finite(layer.bias))
      fail(fmt::format("{} has a number that is not finite", in_quotes(bias_name)));
  }
  for (NamedLayer& one : named) layers.push_back(std::move(one.layer));
  return layers;
}

enum class Order { outputs_by_inputs, inputs_by_outputs };

// Weights from numbers of this shape, which has two extents.
Matrix<double> weights_from(const std::vector<std::size_t>& shape,
                            const std::vector<double>& values, Order order) {
  // without numbers one extent may be of any size
  if (values.empty()) return {};
  const bool turn = order == Order::inputs_by_outputs;
  Matrix<double> weights(shape[turn ? 1 : 0], shape[turn ? 0 : 1]);
  for (std::size_t r = 0; r < weights.rows(); ++r)
    for (std::size_t c = 0; c < weights.columns(); ++c)
      weights(r, c) = values[turn ? c * weights.rows() + r : r * weights.columns() + c];
  return weights;
}

// --- NPZ

enum class Role { weights, kernel, bias };

// What an array is by its name, and the layer that it belongs to: the name with the word of the
// role taken out.
struct Part {
  Role role;
  std::string layer;
};

std::optional<Part> part_of(const std::string& name) {
  struct Word {
    std::string_view text;
    Role role;
  };
  for (const Word& word :
       {Word{"weights", Role::weights}, Word{"weight", Role::weights}, Word{"biases", Role::bias},
        Word{"bias", Role::bias}, Word{"kernel", Role::kernel}}) {
    const std::size_t place = name.rfind(word.text);
    if (place == std::string::npos) continue;
    // a kernel may be anywhere ("dense/kernel:0"); the others end the name, but for such a number
    const std::string_view after = std::string_view(name).substr(place + word.text.size());
    if (word.role != Role::kernel && !after.empty() && after != ":0") continue;
    return Part{word.role, name.substr(0, place) + "*" + std::string(after)};
  }
  return std::nullopt;
}

// What Nernst writes beside the layers.
constexpr std::array<std::string_view, 5> kBeside = {"activations", "classes", "features",
                                                     "input_offset", "input_width"};

// N of "layer_N_*", which Nernst writes; nothing for other names.
std::optional<double> own_number(std::string_view layer) {
  if (!layer.starts_with("layer_") || !layer.ends_with("_*")) return std::nullopt;
  const std::string_view number = layer.substr(6, layer.size() - 8);
  return is_index(number) ? parse_number(number) : std::nullopt;
}

// --- ONNX

// The slope below zero of LeakyRelu: ONNX's and PyTorch's default, and the one that Nernst has.
constexpr double kLeakySlope = 0.01;

class ChainReader {
 public:
  ChainReader(const OnnxModel& model, const std::string& where) : model_(model), where_(where) {}

  std::vector<NamedLayer> read() {
    if (model_.inputs.size() != 1 || model_.outputs.size() != 1)
      throw ConfigError(where_, "",
                        fmt::format("has {} inputs and {} outputs; give a network with one of each",
                                    model_.inputs.size(), model_.outputs.size()));
    value_ = model_.inputs.front();
    for (const OnnxNode& node : model_.nodes) take(node);
    if (value_ != model_.outputs.front())
      throw ConfigError(where_, "",
                        fmt::format("gives {} where its last node makes {}; give a plain chain of "
                                    "layers",
                                    in_quotes(model_.outputs.front()), in_quotes(value_)));
    for (NamedLayer& one : layers_)
      if (one.layer.activation.empty()) one.layer.activation = "linear";
    return std::move(layers_);
  }

 private:
  [[noreturn]] void fail(const OnnxNode& node, const std::string& sentence) const {
    throw ConfigError(
        where_, "",
        fmt::format("node {} ({}) {}", in_quotes(name_of(node)), shown(node.op), sentence));
  }

  // Not every node has a name; its output has one.
  static std::string name_of(const OnnxNode& node) {
    return node.name.empty() && !node.outputs.empty() ? node.outputs.front() : node.name;
  }

  // The next node of the chain: from the value so far to its first output.
  void take(const OnnxNode& node) {
    if (node.op == "Gemm")
      take_gemm(node);
    else if (node.op == "MatMul")
      take_product(node);
    else if (node.op == "Add")
      take_sum(node);
    else if (const std::string activation = activation_of(node); !activation.empty())
      take_activation(node, activation);
    else if (is_passed_over(node.op))
      ask_for_chain(node, 0);
    else
      fail(node,
           "is none of a chain of dense layers (Gemm, MatMul, Add, an activation, or a node that "
           "only reshapes)");
    if (node.outputs.empty()) fail(node, "has no output");
    value_ = node.outputs.front();
  }

  static bool is_passed_over(const std::string& op) {
    return op == "Identity" || op == "Flatten" || op == "Reshape" || op == "Dropout" ||
           op == "Cast";
  }

  static std::string activation_of(const OnnxNode& node) {
    static const std::map<std::string, std::string> names{
        {"Sigmoid", "sigmoid"},      {"Tanh", "tanh"},       {"Relu", "relu"},
        {"LeakyRelu", "leaky_relu"}, {"Softmax", "softmax"}, {"LogSoftmax", "softmax"}};
    const auto found = names.find(node.op);
    return found == names.end() ? "" : found->second;
  }

  static double number(const OnnxNode& node, const std::string& name, double if_absent) {
    const auto found = node.numbers.find(name);
    return found == node.numbers.end() ? if_absent : found->second;
  }

  // The value so far must be this input.
  void ask_for_chain(const OnnxNode& node, std::size_t input) const {
    if (input >= node.inputs.size() || node.inputs[input] != value_)
      fail(node, fmt::format("does not take {}, the value before it, as its input {}; give a plain "
                             "chain of layers",
                             in_quotes(value_), input));
  }

  const OnnxTensor& constant(const OnnxNode& node, std::size_t input) const {
    if (input >= node.inputs.size()) fail(node, fmt::format("has no input {}", input));
    const auto found = model_.initializers.find(node.inputs[input]);
    if (found == model_.initializers.end())
      fail(node, fmt::format("takes {} as its input {}, which the file does not hold as numbers",
                             in_quotes(node.inputs[input]), input));
    return found->second;
  }

  void add_layer(const OnnxNode& node, Order order, double scale) {
    const OnnxTensor& tensor = constant(node, 1);
    if (tensor.shape.size() != 2)
      fail(node, fmt::format("has weights {} of shape ({}); give two dimensions",
                             in_quotes(node.inputs[1]), fmt::join(tensor.shape, ", ")));
    NamedLayer one{{weights_from(tensor.shape, tensor.values, order), {}, ""}, node.inputs[1], ""};
    if (scale != 1)
      for (double& weight : one.layer.weights.values()) weight *= scale;
    layers_.push_back(std::move(one));
  }

  // output = scale * bias + what the last layer gives
  void add_bias(const OnnxNode& node, std::size_t input, double scale) {
    const OnnxTensor& tensor = constant(node, input);
    NamedLayer& last = layers_.back();
    const std::size_t outputs = last.layer.weights.rows();
    // one number for all outputs, or one for each, the same for every sample
    std::vector<double> bias = tensor.values;
    if (bias.size() == 1) bias.assign(outputs, bias.front());
    if (bias.size() != outputs ||
        (outputs > 1 && tensor.values.size() > 1 && tensor.shape.back() != tensor.values.size()))
      fail(node, fmt::format("adds {} of shape ({}) where {} has {} outputs",
                             in_quotes(node.inputs[input]), fmt::join(tensor.shape, ", "),
                             in_quotes(last.weights_name), outputs));
    for (double& b : bias) b *= scale;
    last.layer.bias = std::move(bias);
    last.bias_name = node.inputs[input];
  }

  // alpha * A * B + beta * C
  void take_gemm(const OnnxNode& node) {
    ask_for_chain(node, 0);
    if (number(node, "transA", 0) != 0)
      fail(node, "transposes the samples (transA); give it without");
    const bool turned = number(node, "transB", 0) != 0;
    add_layer(node, turned ? Order::outputs_by_inputs : Order::inputs_by_outputs,
              number(node, "alpha", 1));
    if (node.inputs.size() > 2 && !node.inputs[2].empty())
      add_bias(node, 2, number(node, "beta", 1));
  }

  void take_product(const OnnxNode& node) {
    ask_for_chain(node, 0);
    add_layer(node, Order::inputs_by_outputs, 1);
  }

  void take_sum(const OnnxNode& node) {
    const std::size_t bias = !node.inputs.empty() && node.inputs[0] == value_ ? 1 : 0;
    ask_for_chain(node, 1 - bias);
    if (layers_.empty() || !layers_.back().layer.bias.empty() ||
        !layers_.back().layer.activation.empty())
      fail(node, "is not the bias of the layer before it");
    add_bias(node, bias, 1);
  }

  void take_activation(const OnnxNode& node, const std::string& activation) {
    ask_for_chain(node, 0);
    if (layers_.empty()) fail(node, "comes before the first layer");
    if (!layers_.back().layer.activation.empty()) fail(node, "follows another activation");
    const double slope = number(node, "alpha", kLeakySlope);
    if (activation == "leaky_relu" && !(std::abs(slope - kLeakySlope) < 1e-6))
      fail(node, fmt::format("has the slope {:g}; give {}", slope, kLeakySlope));
    const double axis = number(node, "axis", -1);
    if (activation == "softmax" && axis != 1 && axis != -1)
      fail(node, fmt::format("is along the axis {}; give the one of the outputs, -1", axis));
    layers_.back().layer.activation = activation;
  }

  const OnnxModel& model_;
  const std::string& where_;
  std::string value_;  // what the nodes so far make
  std::vector<NamedLayer> layers_;
};

}  // namespace

std::vector<DenseLayer> dense_layers_of_npz(std::string_view bytes, const std::string& where) {
  const auto fail = [&](const std::string& sentence) { throw ConfigError(where, "", sentence); };
  std::vector<NamedLayer> layers;
  std::map<std::string, std::size_t> places;
  std::vector<std::pair<std::string, NpzArray>> biases;  // by their layers
  std::vector<std::optional<double>> numbers;
  std::vector<std::string> activations;
  for (NpzArray& array : parse_npz(bytes, where)) {
    if (array.name == "activations") activations = array.texts;
    if (std::find(kBeside.begin(), kBeside.end(), array.name) != kBeside.end()) continue;
    if (!array.texts.empty()) fail(fmt::format("array {} is of texts", in_quotes(array.name)));
    const std::optional<Part> part = part_of(array.name);
    if (!part)
      fail(fmt::format(
          "array {} is neither weights nor a bias; give names as in layer_0_weights and "
          "layer_0_bias, fc1.weight and fc1.bias, or dense/kernel and dense/bias",
          in_quotes(array.name)));
    if (part->role == Role::bias) {
      biases.emplace_back(part->layer, std::move(array));
      continue;
    }
    if (array.shape.size() != 2)
      fail(fmt::format("array {} has the shape ({}); give weights of two dimensions",
                       in_quotes(array.name), fmt::join(array.shape, ", ")));
    if (!places.emplace(part->layer, layers.size()).second)
      fail(fmt::format("array {} gives weights to the layer of {}", in_quotes(array.name),
                       in_quotes(layers[places[part->layer]].weights_name)));
    const Order order =
        part->role == Role::kernel ? Order::inputs_by_outputs : Order::outputs_by_inputs;
    layers.push_back({{weights_from(array.shape, array.values, order), {}, ""}, array.name, ""});
    numbers.push_back(own_number(part->layer));
  }
  for (auto& [layer, array] : biases) {
    const auto found = places.find(layer);
    if (found == places.end())
      fail(fmt::format("array {} is the bias of no weights", in_quotes(array.name)));
    NamedLayer& one = layers[found->second];
    if (!one.bias_name.empty())
      fail(fmt::format("array {} gives a bias to the layer of {}", in_quotes(array.name),
                       in_quotes(one.bias_name)));
    one.layer.bias = std::move(array.values);
    one.bias_name = array.name;
    // an empty one must not pass for none
    if (one.layer.bias.empty()) fail(fmt::format("array {} has no numbers", in_quotes(array.name)));
  }

  // names of Nernst's own say the order, whoever packed the file again
  if (std::all_of(numbers.begin(), numbers.end(), [](const auto& n) { return n.has_value(); })) {
    std::vector<std::size_t> order(layers.size());
    for (std::size_t l = 0; l < order.size(); ++l) order[l] = l;
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return *numbers[a] < *numbers[b]; });
    std::vector<NamedLayer> sorted;
    for (const std::size_t l : order) sorted.push_back(std::move(layers[l]));
    layers = std::move(sorted);
  }
  if (activations.size() == layers.size())
    for (std::size_t l = 0; l < layers.size(); ++l) layers[l].layer.activation = activations[l];
  return checked(std::move(layers), where);
}

std::vector<DenseLayer> dense_layers_of_onnx(std::string_view bytes, const std::string& where) {
  const OnnxModel model = parse_onnx(bytes, where);
  return checked(ChainReader(model, where).read(), where);
}

std::vector<DenseLayer> read_dense_layers(const std::filesystem::path& path) {
  const std::filesystem::path ending = path.extension();
  if (ending == ".npz") return dense_layers_of_npz(read_file(path), path.string());
  if (ending == ".onnx") return dense_layers_of_onnx(read_file(path), path.string());
  throw ConfigError(path.string(), "", "give a file of weights that ends in .npz or .onnx");
}

LearnedFrom read_learned_from(const std::filesystem::path& path) {
  LearnedFrom from;
  if (path.extension() != ".npz") return from;
  for (NpzArray& array : parse_npz(read_file(path), path.string())) {
    if (array.name == "classes") from.classes = std::move(array.texts);
    if (array.name == "features") from.features = std::move(array.texts);
    if (array.name == "input_offset") from.input_offset = std::move(array.values);
    if (array.name == "input_width") from.input_width = std::move(array.values);
  }
  return from;
}

}  // namespace nernst::io
