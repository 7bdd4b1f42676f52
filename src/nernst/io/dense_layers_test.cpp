// SPDX-License-Identifier: Apache-2.0
#include "nernst/io/dense_layers.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <limits>

#include "nernst/io/file.h"
#include "nernst/io/npz.h"
#include "nernst/io/onnx_test_help.h"
#include "nernst/io/test_help.h"

namespace nernst::io {
namespace {

using namespace onnx_file;

// --- NPZ

Matrix<float> counting(std::size_t rows, std::size_t columns) {
  Matrix<float> matrix(rows, columns);
  for (std::size_t k = 0; k < rows * columns; ++k) matrix.values()[k] = static_cast<float>(k);
  return matrix;
}

// A file of matrices (two extents) and lists (one).
std::string npz(const std::vector<std::pair<std::string, std::vector<std::size_t>>>& arrays) {
  NpzWriter writer;
  for (const auto& [name, shape] : arrays) {
    if (shape.size() == 2) {
      writer.add(name, counting(shape[0], shape[1]).view());
    } else {
      const Matrix<float> list = counting(1, shape[0]);
      writer.add(name, std::span<const float>(list.values()));
    }
  }
  return writer.finish();
}

std::string npz_complaint(const std::string& bytes) {
  return complaint([&] { dense_layers_of_npz(bytes, "x.npz"); });
}

TEST(DenseLayers, OfTheFileOfEvaluateAreRead) {
  const auto layers = dense_layers_of_npz(
      npz({{"layer_0_weights", {5, 3}}, {"layer_0_bias", {5}}, {"layer_1_weights", {2, 5}}}),
      "x.npz");
  ASSERT_EQ(layers.size(), 2u);
  EXPECT_EQ(layers[0].weights.rows(), 5u);
  EXPECT_EQ(layers[0].weights.columns(), 3u);
  EXPECT_EQ(layers[0].weights(1, 0), 3.0);
  EXPECT_EQ(layers[0].bias, (std::vector<double>{0, 1, 2, 3, 4}));
  EXPECT_EQ(layers[0].activation, "");
  EXPECT_EQ(layers[1].weights.rows(), 2u);
  EXPECT_TRUE(layers[1].bias.empty());
}

TEST(DenseLayers, OfEvaluateAreInTheOrderOfTheirNumbers) {
  const auto layers = dense_layers_of_npz(
      npz({{"layer_10_weights", {1, 2}}, {"layer_2_bias", {2}}, {"layer_2_weights", {2, 4}}}),
      "x.npz");
  ASSERT_EQ(layers.size(), 2u);
  EXPECT_EQ(layers[0].weights.columns(), 4u);
  EXPECT_EQ(layers[0].bias.size(), 2u);
}

TEST(DenseLayers, OfAStateDictAreInTheOrderOfTheFile) {
  for (const auto& [first, second] :
       {std::pair<std::string, std::string>{"0", "2"}, {"fc2", "fc1"}, {"net.in", "net.out"}}) {
    const auto layers = dense_layers_of_npz(npz({{first + ".weight", {4, 3}},
                                                 {first + ".bias", {4}},
                                                 {second + ".weight", {2, 4}},
                                                 {second + ".bias", {2}}}),
                                            "x.npz");
    ASSERT_EQ(layers.size(), 2u);
    EXPECT_EQ(layers[0].weights(1, 0), 3.0);
    EXPECT_EQ(layers[1].weights.columns(), 4u);
    EXPECT_EQ(layers[1].bias.size(), 2u);
  }
}

TEST(DenseLayers, KernelsAreTurned) {
  for (const std::string after : {"", ":0"}) {
    const auto layers = dense_layers_of_npz(
        npz({{"dense/kernel" + after, {3, 4}}, {"dense/bias" + after, {4}}}), "x.npz");
    ASSERT_EQ(layers.size(), 1u);
    EXPECT_EQ(layers[0].weights.rows(), 4u);
    EXPECT_EQ(layers[0].weights(3, 1), 7.0);
    EXPECT_EQ(layers[0].bias.size(), 4u);
  }
}

TEST(DenseLayers, TheLastWordOfANameSaysWhatTheArrayIs) {
  const auto layers =
      dense_layers_of_npz(npz({{"kernel_net.bias", {4}}, {"kernel_net.weight", {4, 3}}}), "x.npz");
  ASSERT_EQ(layers.size(), 1u);
  EXPECT_EQ(layers[0].weights.rows(), 4u);
  EXPECT_EQ(layers[0].bias.size(), 4u);
}

TEST(DenseLayers, AnNpzThatIsNoNetworkIsRefusedInASentence) {
  using Arrays = std::vector<std::pair<std::string, std::vector<std::size_t>>>;
  const auto says = [](const Arrays& arrays, const std::string& part) {
    const std::string sentence = npz_complaint(npz(arrays));
    EXPECT_NE(sentence.find(part), std::string::npos) << sentence << " | " << part;
  };
  says({}, "has no dense layer");
  says({{"a.weight", {4, 3}}, {"b.weight", {2, 5}}},
       "\"b.weight\" takes 5 inputs where \"a.weight\" gives 4 outputs");
  says({{"a.weight", {4, 3}}, {"a.bias", {3}}},
       "\"a.bias\" has 3 numbers where \"a.weight\" has 4 outputs");
  says({{"a.weight", {4, 3}}, {"b.bias", {4}}}, "array \"b.bias\" is the bias of no weights");
  says({{"a.weight", {4, 3}}, {"a.bias", {0}}}, "array \"a.bias\" has no numbers");
  says({{"a.weight", {4, 3}}, {"a.weights", {4, 3}}}, "array \"a.weights\" gives weights to");
  says({{"a.weight", {4, 3}}, {"a.bias", {4}}, {"a.biases", {4}}}, "\"a.bias\"");
  says({{"bn.weight", {4}}}, "array \"bn.weight\" has the shape (4)");
  says({{"a.weight", {0, 3}}}, "\"a.weight\" has no numbers");
  says({{"running_mean", {4}}}, "array \"running_mean\" is neither weights nor a bias");
}

TEST(DenseLayers, ANumberThatIsNotFiniteIsRefused) {
  for (const bool in_bias : {false, true}) {
    NpzWriter writer;
    Matrix<double> weights(2, 1);
    std::vector<double> bias(2);
    (in_bias ? bias : weights.values())[1] = std::numeric_limits<double>::quiet_NaN();
    writer.add("a.weight", weights.view());
    writer.add("a.bias", std::span<const double>(bias));
    EXPECT_EQ(npz_complaint(writer.finish()),
              fmt::format("x.npz: \"a.{}\" has a number that is not finite",
                          in_bias ? "bias" : "weight"));
  }
}

// --- ONNX

std::vector<DenseLayer> layers_of(const std::string& bytes) {
  return dense_layers_of_onnx(bytes, "x.onnx");
}

TEST(DenseLayers, OfGemmsAreRead) {
  const auto layers = layers_of(model(
      {node("Flatten", {"x"}, "f"),
       node("Gemm", {"f", "w0", "b0"}, "h", attribute("alpha", 2.0f) + attribute("beta", 0.5f)),
       node("Relu", {"h"}, "a"), node("Dropout", {"a"}, "d"),
       node("Gemm", {"d", "w1"}, "z", attribute("transB", 1)), node("Softmax", {"z"}, "y")},
      {tensor("w0", {2, 3}, {1, 2, 3, 4, 5, 6}), tensor("b0", {3}, {2, 4, 6}),
       tensor("w1", {1, 3}, {7, 8, 9})}));
  ASSERT_EQ(layers.size(), 2u);
  EXPECT_EQ(layers[0].weights.rows(), 3u);
  EXPECT_EQ(layers[0].weights.values(), (std::vector<double>{2, 8, 4, 10, 6, 12}));
  EXPECT_EQ(layers[0].bias, (std::vector<double>{1, 2, 3}));
  EXPECT_EQ(layers[0].activation, "relu");
  EXPECT_EQ(layers[1].weights.values(), (std::vector<double>{7, 8, 9}));
  EXPECT_EQ(layers[1].weights.rows(), 1u);
  EXPECT_TRUE(layers[1].bias.empty());
  EXPECT_EQ(layers[1].activation, "softmax");
}

TEST(DenseLayers, OfMatrixProductsAreRead) {
  // with the bias on either side, as one number for all, and a constant that is a node
  const auto layers = layers_of(model(
      {node("Constant", {}, "w0", attribute("value", tensor("", {1, 2}, {1, 2}))),
       node("MatMul", {"x", "w0"}, "p"), node("Add", {"b0", "p"}, "h"), node("Sigmoid", {"h"}, "a"),
       node("MatMul", {"a", "w1"}, "q"), node("Add", {"q", "b1"}, "y")},
      {tensor("b0", {1, 2}, {3, 4}), tensor("w1", {2, 2}, {1, 2, 3, 4}), tensor("b1", {}, {5})}));
  ASSERT_EQ(layers.size(), 2u);
  EXPECT_EQ(layers[0].weights.values(), (std::vector<double>{1, 2}));
  EXPECT_EQ(layers[0].weights.rows(), 2u);
  EXPECT_EQ(layers[0].bias, (std::vector<double>{3, 4}));
  EXPECT_EQ(layers[0].activation, "sigmoid");
  EXPECT_EQ(layers[1].weights.values(), (std::vector<double>{1, 3, 2, 4}));
  EXPECT_EQ(layers[1].bias, (std::vector<double>{5, 5}));
  EXPECT_EQ(layers[1].activation, "linear");
}

TEST(DenseLayers, EveryActivationHasItsName) {
  for (const auto& [op, name] : {std::pair<std::string, std::string>{"Sigmoid", "sigmoid"},
                                 {"Tanh", "tanh"},
                                 {"Relu", "relu"},
                                 {"LeakyRelu", "leaky_relu"},
                                 {"Softmax", "softmax"},
                                 {"LogSoftmax", "softmax"},
                                 {"Identity", "linear"},
                                 {"Cast", "linear"}})
    EXPECT_EQ(layers_of(model({node("MatMul", {"x", "w"}, "h"), node(op, {"h"}, "y")},
                              {tensor("w", {1, 1}, {1})}))
                  .at(0)
                  .activation,
              name);
}

TEST(DenseLayers, AnOnnxThatIsNoChainIsRefusedInASentence) {
  const std::vector<std::string> tensors{tensor("w", {2, 2}, {1, 2, 3, 4}),
                                         tensor("v", {3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9}),
                                         tensor("b", {2}, {1, 2}), tensor("n", {2, 1}, {1, 2})};
  const auto says = [&](const std::vector<std::string>& nodes, const std::string& part) {
    const std::string sentence =
        complaint([&] { dense_layers_of_onnx(model(nodes, tensors), "x.onnx"); });
    EXPECT_NE(sentence.find(part), std::string::npos) << sentence << " | " << part;
  };
  const std::string layer = node("MatMul", {"x", "w"}, "h");
  says({node("Conv", {"x", "w"}, "y", "", "conv1")}, "node \"conv1\" (Conv) is none of");
  says({node("Relu", {"x"}, "y")}, "node \"y\" (Relu) comes before the first layer");
  says({layer}, "gives \"y\" where its last node makes \"h\"");
  says({node("Identity", {"x"}, "y")}, "has no dense layer");
  // a branch, weights from the left, weights that are computed
  says({layer, node("Relu", {"h"}, "r"), node("Tanh", {"h"}, "y")}, "does not take \"r\"");
  says({layer, node("Add", {"h", "x"}, "y")}, "which the file does not hold as numbers");
  says({node("MatMul", {"w", "x"}, "y")}, "node \"y\" (MatMul) does not take \"x\"");
  says({node("MatMul", {"x", "x"}, "y")}, "which the file does not hold as numbers");
  says({node("MatMul", {"x"}, "y")}, "has no input 1");
  says({node("Gemm", {}, "y")}, "does not take \"x\"");
  // what a layer has not
  says({node("Gemm", {"x", "w"}, "y", attribute("transA", 1))}, "transA");
  says({node("MatMul", {"x", "b"}, "y")}, "has weights \"b\" of shape (2)");
  says({node("Add", {"x", "b"}, "y")}, "is not the bias of the layer before it");
  says({node("Gemm", {"x", "v", "b"}, "y")}, "adds \"b\" of shape (2) where \"v\" has 3 outputs");
  says({node("Gemm", {"x", "w", "n"}, "y")}, "adds \"n\" of shape (2, 1)");
  says({layer, node("MatMul", {"h", "v"}, "y")},
       "\"v\" takes 3 inputs where \"w\" gives 2 outputs");
  says({layer, node("Relu", {"h"}, "r"), node("Relu", {"r"}, "y")}, "follows another activation");
  says({layer, node("LeakyRelu", {"h"}, "y", attribute("alpha", 0.2f))}, "has the slope 0.2");
  says({layer, node("Softmax", {"h"}, "y", attribute("axis", 0))}, "is along the axis 0");
}

TEST(DenseLayers, AnOnnxWithTwoInputsIsRefused) {
  EXPECT_NE(complaint([] {
              dense_layers_of_onnx(model({}, {}, {"a", "b"}), "x.onnx");
            }).find("has 2 inputs and 1 outputs"),
            std::string::npos);
}

// --- files

TEST(DenseLayers, TheEndingOfThePathSaysWhatTheFileIs) {
  const TestFolder folder;
  write_file_atomically(folder / "a.npz", npz({{"a.weight", {4, 3}}}));
  write_file_atomically(folder / "a.onnx",
                        model({node("MatMul", {"x", "w"}, "y")}, {tensor("w", {1, 1}, {1})}));
  write_file_atomically(folder / "a.pt", "");
  EXPECT_EQ(read_dense_layers(folder / "a.npz").at(0).weights.rows(), 4u);
  EXPECT_EQ(read_dense_layers(folder / "a.onnx").at(0).weights.rows(), 1u);
  EXPECT_NE(complaint([&] { read_dense_layers(folder / "a.pt"); }).find(".npz or .onnx"),
            std::string::npos);
  EXPECT_NE(complaint([&] { read_dense_layers(folder / "none.npz"); }), "");
}

TEST(DenseLayers, AFileCutShortAnywhereIsRefused) {
  const std::string arrays = npz({{"a.weight", {4, 3}}, {"a.bias", {4}}});
  const std::string chain = model({node("MatMul", {"x", "w"}, "h"), node("Relu", {"h"}, "y")},
                                  {tensor("w", {2, 1}, {1, 2})});
  EXPECT_EQ(npz_complaint(arrays), "");
  EXPECT_EQ(layers_of(chain).size(), 1u);
  for (std::size_t size = 0; size < arrays.size(); ++size)
    EXPECT_NE(npz_complaint(arrays.substr(0, size)), "") << size;
  for (std::size_t size = 0; size < chain.size(); ++size)
    EXPECT_NE(complaint([&] { layers_of(chain.substr(0, size)); }), "") << size;
}

}  // namespace
}  // namespace nernst::io
